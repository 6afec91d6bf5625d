"""Pods on parts of GPUs: what they request, where they go, and what Helm refuses at install."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import helm_python
import pytest
from chart_making import engine, objects, pod, written

MIG = {"gpu": {"sharing": "mig", "migProfile": "3g.40gb"}}
TURNS = {"gpu": {"sharing": "time-slicing", "replicasPerGpu": 2}}
RENAMED = {"gpu": {"resource": "nvidia.com/gpu.shared"}}


def on(provider: str) -> dict[str, Any]:
    return {"cluster": {"provider": provider}}


def required(found: list[dict[str, Any]]) -> dict[str, list[str]]:
    affinity = pod(found)["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    (term,) = affinity["nodeSelectorTerms"]
    return {each["key"]: each["values"] for each in term["matchExpressions"] if each["operator"] == "In"}


def preferred(found: list[dict[str, Any]]) -> dict[str, list[str]]:
    (wish,) = pod(found)["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
    (term,) = wish["preference"]["matchExpressions"]
    return {term["key"]: term["values"]}


@pytest.mark.parametrize("provider", ["aks", "eks", "generic"])
def test_a_slice_is_a_resource_of_its_own(tmp_path: Path, provider: str) -> None:
    found = objects(written(tmp_path, on(provider), MIG))
    resources = engine(found)["resources"]
    assert resources["limits"]["nvidia.com/mig-3g.40gb"] == resources["requests"]["nvidia.com/mig-3g.40gb"] == 1
    assert "nvidia.com/gpu" not in resources["limits"]
    # Nodes are tainted for their GPUs; no device plugin adds a toleration for the slices' name.
    assert {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"} in pod(found)["tolerations"]


def test_gke_chooses_slices_by_a_label(tmp_path: Path) -> None:
    found = objects(written(tmp_path, on("gke"), MIG))
    assert engine(found)["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert required(found)["cloud.google.com/gke-gpu-partition-size"] == ["3g.40gb"]


def test_gke_chooses_shared_gpus_by_two_labels(tmp_path: Path) -> None:
    wanted = required(objects(written(tmp_path, on("gke"), TURNS)))
    assert wanted["cloud.google.com/gke-gpu-sharing-strategy"] == ["time-sharing"]
    assert wanted["cloud.google.com/gke-max-shared-clients-per-gpu"] == ["2"]


@pytest.mark.parametrize(
    ("parts", "label", "suffix"),
    [
        ((MIG,), "nvidia.com/mig-3g.40gb.product", "-MIG-3g.40gb"),
        ((TURNS,), "nvidia.com/gpu.product", "-SHARED"),
        ((TURNS, RENAMED), "nvidia.com/gpu.product", ""),
    ],
)
def test_nodes_are_preferred_by_what_feature_discovery_says(
    tmp_path: Path, parts: tuple[dict[str, Any], ...], label: str, suffix: str
) -> None:
    found = preferred(objects(written(tmp_path, *parts)))
    assert found == {label: [f"NVIDIA-A100-SXM4-80GB{suffix}", f"NVIDIA-A100-80GB-PCIe{suffix}"]}


def test_helm_refuses_more_memory_than_there_is(tmp_path: Path) -> None:
    folder = written(tmp_path, TURNS)
    assert "--gpu-memory-utilization=0.46" in engine(objects(folder))["args"]
    assert "--gpu-memory-utilization=0.4" in engine(objects(folder, {"engine": {"gpuMemoryUtilization": 0.4}}))["args"]
    with pytest.raises(helm_python.HelmError, match=r"less than 1 / gpu\.replicasPerGpu"):
        objects(folder, {"engine": {"gpuMemoryUtilization": "0.6"}})
