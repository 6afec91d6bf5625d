"""Fixes of the rules that chartgen comes with, where they may do harm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: vllm}}
spec:
  containers:
  - name: vllm
    image: vllm/vllm-openai:v0.33.0
    resources: {{requests: {{cpu: 100m, memory: {memory}}}, limits: {{nvidia.com/gpu: 1}}}}
"""


@pytest.mark.parametrize(("memory", "fixes"), [("128Mi", 0), ("1023Mi", 0), ("1Gi", 1), ("16Gi", 1)])
def test_a_request_that_no_server_can_live_on_is_not_made_its_limit(
    chartgen, tmp_path: Path, memory: str, fixes: int
) -> None:
    (tmp_path / "pod.yaml").write_text(POD.format(memory=memory))
    done = chartgen("lint", "pod.yaml", "--select", "gpu-host-resources-unset", "--format", "json")
    findings = json.loads(done.stdout)["findings"]
    assert len(findings) == 1
    assert sum(each["fix"] is not None for each in findings) == fixes
