"""The longest context and the fit of weights: worked examples, by hand from the figures of the catalogue."""

from __future__ import annotations

import pytest
from values_making import derived, only, problems, values

TOKEN = {"token": {"secret": "hub", "key": "token"}}


@pytest.mark.parametrize(
    ("model", "gpu", "tensor", "tokens"),
    [
        # 22.03 x 0.92 - 1.02 x 14.96 - 2.3 = 2.71 GiB of 131,072 bytes each
        ("meta-llama/Llama-3.1-8B-Instruct", "nvidia-a10", 1, 22_176),
        # 0.42 GiB of 344,064 bytes each
        ("google/gemma-2-9b-it", "nvidia-l4", 1, 1_280),
        ("google/gemma-2-9b-it", "nvidia-l4", 2, 8_192),
        ("google/gemma-2-9b-it", "nvidia-a100-40gb", 1, 8_192),
        # 6.97 GiB of 327,680 bytes each over both
        ("meta-llama/Llama-3.3-70B-Instruct", "nvidia-h100-80gb", 2, 22_832),
        ("meta-llama/Llama-3.3-70B-Instruct", "nvidia-h100-80gb", 4, 131_072),
        # 8.27 GiB of 262,144 bytes each
        ("Qwen/Qwen3-32B", "nvidia-a100-80gb", 1, 33_856),
        ("TheBloke/vicuna-7B-v1.5-AWQ", "nvidia-t4", 1, 4_096),
    ],
)
def test_longest_context(model: str, gpu: str, tensor: int, tokens: int) -> None:
    whole = values(model, gpu, "generic", parallelism={"tensor": tensor})
    assert derived(whole).max_length == tokens


def test_vicuna_in_fp16_does_not_fit_a_t4() -> None:
    problem = only(problems(values("lmsys/vicuna-7b-v1.5", "nvidia-t4")))
    assert problem.fatal
    assert problem.key == "gpu.type"
    assert "13.401 GiB (weights and 0.6 GiB of the runtime)" in problem.message
    assert "13.395 GiB (14.56 GiB x 0.92)" in problem.message
    assert "TheBloke/vicuna-7B-v1.5-AWQ" in problem.remedy
    assert "set gpu.type to a larger one: nvidia-a10" in problem.remedy
    assert "v100" not in problem.remedy, "the engine's version no longer runs on it"


def test_every_remedy_of_the_memory_refusal_works() -> None:
    for whole in (
        values("TheBloke/vicuna-7B-v1.5-AWQ", "nvidia-t4"),
        values("lmsys/vicuna-7b-v1.5", "nvidia-a10"),
        values("lmsys/vicuna-7b-v1.5", "nvidia-t4", parallelism={"tensor": 2}),
    ):
        assert problems(whole) == []


def test_between_the_bounds_is_a_warning() -> None:
    whole = values(
        "lmsys/vicuna-7b-v1.5",
        "nvidia-t4",
        engine={"gpuMemoryUtilization": 0.95, "args": {"enforce-eager": True}},
    )
    problem = only(problems(whole))
    assert not problem.fatal
    assert "only if activations stay below 0.43 GiB" in problem.message
    # Half of what weights and runtime leave: 0.43 GiB of 524,288 bytes each.
    assert derived(whole).max_length == 432


def test_a_short_context_is_a_warning() -> None:
    problem = only(problems(values("google/gemma-2-9b-it", "nvidia-l4", "generic")))
    assert not problem.fatal
    assert "1280 tokens" in problem.message
    assert "set parallelism.tensor to 2" in problem.remedy


def test_a_context_that_cannot_fit_is_refused() -> None:
    whole = values("meta-llama/Llama-3.1-8B-Instruct", "nvidia-a10", model={**TOKEN, "maxLength": 131_072})
    problem = only(problems(whole))
    assert problem.fatal
    assert problem.key == "model.maxLength"
    assert "131072 tokens needs 16.00 GiB" in problem.message
    assert "Set model.maxLength to 22176" in problem.remedy


def test_a_context_between_the_bounds_is_a_warning() -> None:
    whole = values("meta-llama/Llama-3.1-8B-Instruct", "nvidia-a10", model={**TOKEN, "maxLength": 30_000})
    problem = only(problems(whole))
    assert (problem.key, problem.fatal) == ("model.maxLength", False)


def test_a_context_beyond_the_model_is_refused() -> None:
    whole = values("TheBloke/vicuna-7B-v1.5-AWQ", "nvidia-a10", model={"maxLength": 8192})
    problem = only(problems(whole))
    assert (problem.key, problem.fatal) == ("model.maxLength", True)
    assert "4096" in problem.message
    whole["engine"] = {"env": {"VLLM_ALLOW_LONG_MAX_MODEL_LEN": "1"}}
    assert problems(whole) == []


def test_a_cache_of_eight_bits_holds_twice_the_tokens() -> None:
    whole = values("meta-llama/Llama-3.1-8B-Instruct", "nvidia-l4", "generic", model={"kvCacheDtype": "fp8"})
    assert derived(whole).max_length == 2 * 22_176 + 16


def test_latent_attention_is_not_divided_by_the_tensor_size() -> None:
    whole = values("deepseek-ai/DeepSeek-R1", "nvidia-h200", parallelism={"tensor": 8})
    # 139.72 x 0.92 - 1.02 x 641.30 / 8 - 2.3 GiB of 70,272 bytes each, more than the model's context
    assert derived(whole).max_length == 163_840


def test_more_tensor_ranks_than_key_value_heads_repeat_them() -> None:
    model = {"id": "meta-llama/Llama-3.1-70B", "kvCacheDtype": "auto"}
    sizes = {
        tensor: derived(
            values("x/y", "nvidia-a100-80gb", "generic", model=model, parallelism={"tensor": tensor})
        ).max_length
        for tensor in (2, 4)
    }
    assert sizes == {2: 22_832, 4: 131_072}


def test_an_unknown_model_has_no_context() -> None:
    assert derived(values("org/unknown", "nvidia-a10")).max_length is None
    assert (
        derived(values("/models/x", "nvidia-a10", storage={"backend": "existing-claim", "claim": "m"})).max_length
        is None
    )
    # The catalogue knows the size, but sources disagree about the context.
    assert derived(values("Qwen/QwQ-32B", "nvidia-a100-80gb")).max_length is None


def test_a_gpu_of_unknown_memory_is_not_judged() -> None:
    whole = values("meta-llama/Llama-3.1-405B", "nvidia-rtx-pro-6000", "generic")
    assert problems(whole) == []
    assert derived(whole).max_length is None


def test_online_quantisation_halves_the_weights() -> None:
    assert problems(values("Qwen/Qwen3-14B", "nvidia-l4", "generic"))[0].fatal
    whole = values("Qwen/Qwen3-14B", "nvidia-l4", "generic", model={"quantization": "fp8"})
    assert not [problem for problem in problems(whole) if problem.fatal]


def test_flags_that_move_weights_switch_the_check_off() -> None:
    whole = values("lmsys/vicuna-7b-v1.5", "nvidia-t4", engine={"args": {"cpu-offload-gb": 8}})
    assert problems(whole) == []
