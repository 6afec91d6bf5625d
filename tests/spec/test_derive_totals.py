"""What a release takes of quotas, in words; the closed loop counts the same in the objects of every chart."""

from __future__ import annotations

import json
from typing import Any

import pytest
from values_making import values

from chartgen import spec

AWQ = "TheBloke/vicuna-7B-v1.5-AWQ"
KEDA = {"kind": "keda", "schedule": [{"timezone": "Etc/UTC", "start": "0 8 * * *", "end": "0 18 * * *", "replicas": 4}]}
MIXED = {"policy": "mixed", "onDemandBase": 2}
POD = "1 nvidia.com/gpu, 3 CPU, 12Gi memory"


def told(**sections: Any) -> list[str]:
    whole = values(AWQ, "nvidia-t4", "aks", **sections)
    totals = spec.load_text(json.dumps(whole), "values.yaml").totals
    return [f"{demand.when}: {demand.words()}" for demand in totals]


@pytest.mark.parametrize(
    ("sections", "wanted"),
    [
        ({}, [f": 1 pod with {POD}"]),
        (
            {"autoscaling": {**KEDA, "metrics": [], "min": 0, "max": 4}},
            ["at least: 0 pods", "at most: 4 pods with 4 nvidia.com/gpu, 12 CPU, 48Gi memory"],
        ),
        (
            {"spot": MIXED, "autoscaling": {**KEDA, "metrics": [], "min": 2, "max": 4}},
            [
                "at least: 2 pods with 2 nvidia.com/gpu, 6 CPU, 24Gi memory",
                "at most: 4 pods with 4 nvidia.com/gpu, 12 CPU, 48Gi memory",
            ],
        ),
        (
            {"spot": {**MIXED, "overflow": 1}, "storage": {"backend": "azure-disk"}},
            [": 3 pods with 3 nvidia.com/gpu, 9 CPU, 36Gi memory; 3 claims of 48Gi in all"],
        ),
        (
            {"workload": {"kind": "DaemonSet"}, "storage": {"backend": "azure-files", "size": "50G"}},
            [f"on each node: 1 pod with {POD}", "for all nodes: 1 claim of 50G"],
        ),
        (
            {"workload": {"resources": {"cpu": "1500m", "memory": "10000Mi", "ephemeralStorage": "20Gi"}}},
            [": 1 pod with 1 nvidia.com/gpu, 1500m CPU, 10000Mi memory, 20Gi ephemeral storage"],
        ),
    ],
)
def test_totals(sections: dict[str, Any], wanted: list[str]) -> None:
    assert told(**sections) == wanted


def container(name: str, memory: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "image": "docker.io/library/busybox:1.36",
        "resources": {"limits": {"memory": memory}},
        **more,
    }


def test_the_users_own_containers_count() -> None:
    beside = {"extraContainers": [container("log", "1Gi")]}
    assert told(pod=beside) == [": 1 pod with 1 nvidia.com/gpu, 3 CPU, 13Gi memory"]
    before = {"initContainers": [container("copy", "30Gi"), container("proxy", "2Gi", restartPolicy="Always")]}
    assert told(pod={**before, **beside}) == [": 1 pod with 1 nvidia.com/gpu, 3 CPU, 30Gi memory"]
    staying = {"initContainers": before["initContainers"][1:]}
    assert told(pod={**staying, **beside}) == [": 1 pod with 1 nvidia.com/gpu, 3 CPU, 15Gi memory"]
