"""What rules say once they are told of the cluster: spare GPUs, autoscaled nodes, the notice of spot nodes.

Tests are named after their rule.
"""

from __future__ import annotations

from typing import Any

import pytest
from rule_making import find

from chartgen.lint import load

UPDATE = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: vllm}
spec:
  replicas: 2
  selector: {matchLabels: {app: vllm}}
  template:
    metadata: {labels: {app: vllm}}
    spec:
      volumes: [{name: cache, emptyDir: {}}]
      containers:
      - name: vllm
        image: vllm/vllm-openai:v0.33.0
        lifecycle: {preStop: {sleep: {seconds: 20}}}
        resources: {limits: {nvidia.com/gpu: 2}}
"""
SPOT = UPDATE.replace("      volumes:", "      nodeSelector: {cloud.google.com/gke-spot: 'true'}\n      volumes:")


def said(name: str, text: str, **parameters: Any) -> list[tuple[str, str]]:
    (rule,) = load(select=[name])
    found = find(rule, text, parameters=parameters)
    return [(each.severity.name, each.message) for each in found if not each.unknown]


@pytest.mark.parametrize(
    ("parameters", "severity", "told"),
    [
        ({}, "warning", "needs 2 GPUs besides those in use: where none are spare, it stands still"),
        ({"spareGpus": 0}, "error", "needs 2 GPUs besides those in use, where 0 are spare"),
        ({"spareGpus": 1}, "error", "needs 2 GPUs besides those in use, where 1 are spare"),
        ({"autoscaledCluster": True}, "info", "besides those in use: where none are spare, it stands still"),
    ],
)
def test_rollout_needs_spare_gpu_without_any(parameters: dict[str, Any], severity: str, told: str) -> None:
    ((found, message),) = said("rollout-needs-spare-gpu", UPDATE, **parameters)
    assert found == severity
    assert message.endswith(told)


def test_rollout_needs_spare_gpu_with_some() -> None:
    assert said("rollout-needs-spare-gpu", UPDATE, spareGpus=2) == []


def test_rollout_needs_spare_gpu_of_an_unknown_number() -> None:
    shared = UPDATE.replace("nvidia.com/gpu: 2", "nvidia.com/gpu.shared: 1")
    assert said("rollout-needs-spare-gpu", shared, spareGpus=8) == []
    assert [severity for severity, _ in said("rollout-needs-spare-gpu", shared)] == ["warning"]


def test_local_volume_blocks_scale_down_where_nodes_are_scaled() -> None:
    assert said("local-volume-blocks-scale-down", UPDATE) == []
    ((severity, message),) = said("local-volume-blocks-scale-down", UPDATE, autoscaledCluster=True)
    assert severity == "info"
    assert message.startswith("volume cache lies on the node")


def test_spot_notice_exceeded_by_a_longer_notice() -> None:
    assert [severity for severity, _ in said("spot-notice-exceeded", SPOT)] == ["warning"]
    assert said("spot-notice-exceeded", SPOT, gkeSeconds=120) == []
