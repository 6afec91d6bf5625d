"""Checks of GPU, engine version, quantisation and parallelism: refused with numbers, accepted after the remedy."""

from __future__ import annotations

import pytest
from values_making import Case, check_accepted, check_refused, values

AWQ = "TheBloke/vicuna-7B-v1.5-AWQ"

CASES: list[Case] = [
    # name, values, key, words of the message, values that follow the remedy
    (
        "tensor-heads",
        values("Qwen/Qwen2.5-7B", "nvidia-a100-80gb", parallelism={"tensor": 8}),
        "parallelism.tensor",
        "28 attention heads",
        values("Qwen/Qwen2.5-7B", "nvidia-a100-80gb", parallelism={"tensor": 4}),
    ),
    (
        "tensor-key-value-heads",
        values("microsoft/phi-4", "nvidia-a100-80gb", parallelism={"tensor": 4}),
        "parallelism.tensor",
        "10 key-value heads",
        values("microsoft/phi-4", "nvidia-a100-80gb", parallelism={"tensor": 2}),
    ),
    (
        "tensor-nodes",
        values("Qwen/Qwen2.5-14B", "nvidia-a10", parallelism={"tensor": 4}),
        "parallelism.tensor",
        "needs 4 GPUs",
        values("Qwen/Qwen2.5-14B", "nvidia-a10", parallelism={"tensor": 2}),
    ),
    (
        "dtype",
        values(AWQ, "nvidia-t4", model={"dtype": "bfloat16"}),
        "model.dtype",
        "has no bfloat16",
        values(AWQ, "nvidia-t4", model={"dtype": "half"}),
    ),
    (
        "engine-floor",
        values("Qwen/Qwen3-8B", "nvidia-v100-32gb"),
        "engine.image.tag",
        "compute capability 7.5 and newer",
        values("Qwen/Qwen3-8B", "nvidia-v100-32gb", engine={"image": {"tag": "v0.19.1"}}),
    ),
    (
        "method-capability",
        values("Qwen/Qwen3-8B-AWQ", "nvidia-v100-32gb", engine={"image": {"tag": "v0.19.1"}}),
        "gpu.type",
        "awq needs compute capability 7.5",
        values("Qwen/Qwen3-8B-AWQ", "nvidia-t4", engine={"image": {"tag": "v0.19.1"}}),
    ),
    (
        "method-gone",
        values("org/unknown", "nvidia-a10", model={"quantization": "bitsandbytes"}),
        "model.quantization",
        "has no bitsandbytes",
        values(
            "org/unknown", "nvidia-a10", model={"quantization": "bitsandbytes"}, engine={"image": {"tag": "v0.25.1"}}
        ),
    ),
    (
        "method-checkpoint",
        values("lmsys/vicuna-7b-v1.5", "nvidia-a10", model={"quantization": "awq"}),
        "model.quantization",
        "is not quantised",
        values(AWQ, "nvidia-a10", model={"quantization": "awq"}),
    ),
    (
        "method-other",
        values(AWQ, "nvidia-a10", model={"quantization": "gptq"}),
        "model.quantization",
        "quantised with awq, not with gptq",
        values(AWQ, "nvidia-a10", model={"quantization": "awq_marlin"}),
    ),
    (
        "amd-image",
        values("org/unknown", "amd-mi300x", "generic"),
        "engine.image.repository",
        "needs ROCm",
        values("org/unknown", "amd-mi300x", "generic", engine={"image": {"repository": "vllm/vllm-openai-rocm"}}),
    ),
    (
        "rocm-image",
        values(AWQ, "nvidia-a10", engine={"image": {"repository": "vllm/vllm-openai-rocm"}}),
        "engine.image.repository",
        "needs CUDA",
        values(AWQ, "nvidia-a10"),
    ),
    (
        "amd-device-plugin",
        values(
            "org/unknown",
            "amd-mi300x",
            "generic",
            engine={"image": {"repository": "rocm/vllm"}},
            cluster={"devicePlugin": "install"},
        ),
        "cluster.devicePlugin",
        "is NVIDIA's",
        values("org/unknown", "amd-mi300x", "generic", engine={"image": {"repository": "rocm/vllm"}}),
    ),
    (
        "gpu-offered",
        values(AWQ, "nvidia-l4"),
        "gpu.type",
        "no known Azure Kubernetes Service node has NVIDIA L4",
        values(AWQ, "nvidia-l4", cluster={"nodePool": "lfour"}),
    ),
    (
        "tensor-machine",
        values("org/unknown", "nvidia-a100-40gb", "generic", parallelism={"tensor": 16, "pipeline": 2}),
        "parallelism.tensor",
        "the largest machine has 16",
        values("org/unknown", "nvidia-a100-40gb", "generic", parallelism={"tensor": 16}),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_refused_at_its_key(case: Case) -> None:
    check_refused(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_accepted_after_the_remedy(case: Case) -> None:
    check_accepted(case)
