"""LoRA adapters: which are refused, and what the accepted ones take of the GPU memory."""

from __future__ import annotations

from typing import Any

import pytest
from values_making import derived, only, problems, values

HUB = "mistralai/Mistral-7B-Instruct-v0.2"
CLAIM = {"backend": "existing-claim", "claim": "models"}


def with_adapters(
    *adapters: dict[str, Any], model: str = HUB, gpu: str = "nvidia-a10", **sections: Any
) -> dict[str, Any]:
    whole = values(model, gpu, storage=CLAIM, **sections)
    whole["model"] = {**whole["model"], "lora": list(adapters)}
    return whole


def adapter(name: str = "sql", id: str = "org/sql", **rest: Any) -> dict[str, Any]:
    return {"name": name, "id": id, **rest}


ACCEPTED = [
    with_adapters(adapter(), adapter("b")),
    with_adapters(adapter(id="/models/sql")),
    with_adapters(adapter(id="/models/sql"), model="/models/mistral"),
]
REFUSED = [
    (with_adapters(adapter(), adapter()), "model.lora[1].name"),
    (with_adapters(adapter(HUB)), "model.lora[0].name"),
    (with_adapters(adapter("m"), model="/models/mistral", engine={}), "model.lora[0].id"),
    (with_adapters(adapter(rank=300)), "model.lora[0].rank"),
    (with_adapters(adapter("a=b")), "model.lora[0].name"),
    (with_adapters(adapter(id="sql")), "model.lora[0].id"),
    (with_adapters(adapter(), engine={"args": {"lora-modules": "a=b"}}), "engine.args.lora-modules"),
]


@pytest.mark.parametrize("whole", ACCEPTED)
def test_these_are_accepted(whole: dict[str, Any]) -> None:
    assert [problem for problem in problems(whole) if problem.fatal] == []


@pytest.mark.parametrize(("whole", "key"), REFUSED)
def test_these_are_refused_at_their_key_with_a_remedy(whole: dict[str, Any], key: str) -> None:
    problem = only([problem for problem in problems(whole) if problem.fatal])
    assert (problem.key, bool(problem.remedy)) == (key, True)


def test_a_served_name_is_taken() -> None:
    whole = with_adapters(adapter())
    whole["model"]["servedName"] = "sql"
    assert only(problems(whole)).key == "model.lora[0].name"


def test_a_folder_needs_a_volume_that_may_hold_it() -> None:
    whole = with_adapters(adapter(id="/models/sql"))
    whole["storage"] = {"backend": "azure-files"}
    assert only(problems(whole)).key == "model.lora[0].id"


def test_adapters_take_memory_by_number_and_rank() -> None:
    def longest(*adapters: dict[str, Any]) -> int:
        found = derived(with_adapters(*adapters, engine={"gpuMemoryUtilization": 0.85})).max_length
        assert found is not None
        return found

    none, one, two = longest(), longest(adapter()), longest(adapter(), adapter("b"))
    high = longest(adapter(rank=65))
    assert none > one > two > high
    # 32 layers of 4096 x 14336, 8 of 32 key heads: 41.9 million weights of 2 bytes at rank 16; a token takes 128 KiB.
    assert none - one == pytest.approx(41_943_040 * 2 / 131_072, abs=16)
    assert longest(adapter(rank=128)) == high


def test_a_model_with_latent_attention_is_not_guessed_at() -> None:
    whole = with_adapters(adapter(), model="deepseek-ai/DeepSeek-R1", gpu="nvidia-h200", parallelism={"tensor": 8})
    assert derived(whole).max_length is None
