"""Parts of GPUs: what cannot be one, and what each gets of the GPU's memory and of the node."""

from __future__ import annotations

from typing import Any

import pytest
from values_making import Case, check_accepted, check_refused, derived, problems, values

AWQ = "TheBloke/vicuna-7B-v1.5-AWQ"
MISTRAL = "mistralai/Mistral-7B-Instruct-v0.2"
A100 = "nvidia-a100-80gb"


def mig(
    profile: str, /, model: str = MISTRAL, gpu: str = A100, provider: str = "generic", **sections: Any
) -> dict[str, Any]:
    return values(model, gpu, provider, **{**sections, "gpu": {"sharing": "mig", "migProfile": profile}})


def turns(pods: int, /, provider: str = "generic", **sections: Any) -> dict[str, Any]:
    given = {"sharing": "time-slicing", "replicasPerGpu": pods, **sections.pop("gpu", {})}
    return values(MISTRAL, A100, provider, **{**sections, "gpu": given})


def scaled(name: str) -> dict[str, Any]:
    return {"kind": "hpa", "metrics": [{"name": name, "target": 50}]}


CASES: list[Case] = [
    ("no-profile", mig("3g.20gb"), "gpu.migProfile", "has no profile 3g.20gb", mig("3g.40gb")),
    ("gke-profile", mig("1g.10gb", AWQ, "nvidia-a100-40gb", "gke"), "gpu.migProfile", "Google Kubernetes Engine",
     mig("2g.10gb", AWQ, "nvidia-a100-40gb", "gke")),
    ("no-mig", mig("3g.20gb", AWQ, "nvidia-t4"), "gpu.sharing", "not known to have Multi-Instance", mig("3g.40gb")),
    ("amd", turns(2, gpu={"type": "amd-mi300x"}, engine={"image": {"repository": "vllm/vllm-openai-rocm"}}),
     "gpu.sharing", "only GPUs of NVIDIA", turns(2)),
    ("mig-joined", mig("3g.40gb", parallelism={"tensor": 2}), "parallelism.tensor", "cannot be joined", mig("3g.40gb")),
    ("turns-joined", turns(2, parallelism={"pipeline": 2}), "parallelism.pipeline", "cannot be joined", turns(2)),
    ("too-small", mig("1g.10gb"), "gpu.type", "does not fit", mig("2g.20gb")),
    ("share", turns(2, engine={"gpuMemoryUtilization": 0.6}), "engine.gpuMemoryUtilization", "the last does not",
     turns(2, engine={"gpuMemoryUtilization": 0.46})),
    ("whole-share", turns(3, engine={"gpuMemoryUtilization": 0.34}), "engine.gpuMemoryUtilization", "CUDA contexts",
     turns(3, engine={"gpuMemoryUtilization": 0.3})),
    ("gke-name", turns(2, "gke", gpu={"resource": "nvidia.com/gpu.shared"}), "gpu.resource", "take turns on",
     turns(2, "gke")),
    ("mig-metric", mig("3g.40gb", autoscaling=scaled("DCGM_FI_DEV_GPU_UTIL")), "autoscaling.metrics[0].name",
     "cut into slices", mig("3g.40gb", autoscaling=scaled("vllm:num_requests_running"))),
    ("turns-metric", turns(2, autoscaling=scaled("DCGM_FI_DEV_GPU_UTIL")), "autoscaling.metrics[0].name",
     "all pods of a GPU together", turns(2, autoscaling=scaled("vllm:num_requests_running"))),
    ("installed", mig("3g.40gb", cluster={"devicePlugin": "install"}), "cluster.devicePlugin", "offers whole GPUs",
     mig("3g.40gb")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_is_refused(case: Case) -> None:
    check_refused(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_its_remedy_is_accepted(case: Case) -> None:
    check_accepted(case)


def test_a_larger_profile_is_the_remedy_for_a_slice_that_is_too_small() -> None:
    (problem,) = [each for each in problems(mig("1g.10gb")) if each.fatal]
    assert "one 1g.10gb slice of NVIDIA A100 80 GB must hold" in problem.message
    assert "set gpu.migProfile to a larger one: 1g.20gb, 2g.20gb, 3g.40gb" in problem.remedy
    assert "parallelism" not in problem.remedy


@pytest.mark.parametrize(
    ("whole", "resource"),
    [
        (mig("3g.40gb"), "nvidia.com/mig-3g.40gb"),
        (mig("3g.40gb", provider="gke"), "nvidia.com/gpu"),
        (turns(2), "nvidia.com/gpu"),
        (turns(2, gpu={"resource": "nvidia.com/gpu.shared"}), "nvidia.com/gpu.shared"),
    ],
)
def test_what_a_pod_requests(whole: dict[str, Any], resource: str) -> None:
    assert derived(whole).gpu_resource == resource


def test_pods_that_take_turns_share_memory_and_node() -> None:
    assert [derived(turns(pods)).gpu_memory_utilization for pods in (2, 3)] == [0.46, 0.3]
    alone = derived(values(MISTRAL, A100, "aks", workload={"sharedMemory": "1Gi"}))
    assert derived(turns(2)).max_length == derived(values(MISTRAL, A100, "generic")).max_length
    many = derived(turns(4, "aks"))
    assert int(many.memory.removesuffix("Gi")) <= 220 // 4
    assert int(many.cpu) <= int(alone.cpu)


def test_a_slice_has_a_memory_of_its_own() -> None:
    slice_, whole = derived(mig("2g.20gb")), derived(values(MISTRAL, A100, "generic"))
    assert (slice_.max_length or 0) < (whole.max_length or 0)
    assert slice_.gpu_products == tuple(f"{name}-MIG-2g.20gb" for name in whole.gpu_products)
