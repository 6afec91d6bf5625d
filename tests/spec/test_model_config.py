"""`model.config`: a model that the catalogue does not know, from its own config.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from values_making import derived, only, problems, values

from chartgen import spec
from chartgen.catalogue import configs, models
from chartgen.errors import ValuesInvalid
from chartgen.model.problem import Problem

# As on the hub for Llama 3.1 8B.
LLAMA: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "max_position_embeddings": 131072,
    "model_type": "llama",
    "num_attention_heads": 32,
    "num_hidden_layers": 32,
    "num_key_value_heads": 8,
    "rope_scaling": {"factor": 8.0, "rope_type": "llama3"},
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "vocab_size": 128256,
}
KNOWN = "meta-llama/Llama-3.1-8B-Instruct"
AWQ = {"quant_method": "awq", "bits": 4, "group_size": 128, "zero_point": True}


def loaded(folder: Path, config: Any, gpu: str = "nvidia-l4", **model: Any) -> spec.Loaded:
    """A values file in `folder` beside `config`, loaded."""
    text = config if isinstance(config, str) else json.dumps(config)
    (folder / "config.json").write_text(text)
    whole = values("me/tuned", gpu, "generic", model={"config": "config.json", **model})
    (folder / "values.yaml").write_text(yaml.safe_dump(whole))
    return spec.load(folder / "values.yaml")


def refusal(folder: Path, config: Any, gpu: str = "nvidia-l4", **model: Any) -> Problem:
    with pytest.raises(ValuesInvalid) as caught:
        loaded(folder, config, gpu, **model)
    return only(list(caught.value.problems))


def test_the_figures_are_those_of_the_same_model_in_the_catalogue(tmp_path: Path) -> None:
    found = loaded(tmp_path, LLAMA).spec.derived
    assert found is not None
    known = derived(values(KNOWN, "nvidia-l4", "generic", model={"token": {"secret": "a", "key": "b"}}))
    for figure in ("max_length", "memory", "startup_seconds", "time_to_ready", "dtype", "shared_memory"):
        assert getattr(found, figure) == getattr(known, figure), figure


def test_the_canonical_file_holds_the_figures_and_needs_no_other_file(tmp_path: Path) -> None:
    first = loaded(tmp_path, LLAMA)
    assert yaml.safe_load(first.text)["model"]["config"] == {
        key: value
        for key, value in (LLAMA | {"dtype": "bfloat16"}).items()
        if key not in ("architectures", "rope_scaling", "torch_dtype")
    }
    again = spec.load_text(first.text, "elsewhere/values.yaml")
    assert (again.text, again.values) == (first.text, first.values)


@pytest.mark.parametrize(
    ("id", "model_type", "more"),
    [
        (KNOWN, "llama", {}),
        ("mistralai/Mistral-7B-Instruct-v0.2", "mistral", {}),
        ("Qwen/Qwen3-8B", "qwen3", {}),
        ("google/gemma-2-9b-it", "gemma2", {}),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "mixtral", {"num_local_experts": 8}),
        ("Qwen/Qwen3-30B-A3B", "qwen3_moe", {"num_experts": 128, "moe_intermediate_size": 768}),
    ],
)
def test_the_size_follows_from_the_shape(id: str, model_type: str, more: dict[str, int], tmp_path: Path) -> None:
    facts = models.model(id)
    assert facts is not None
    shape = facts.shape
    config = {
        "model_type": model_type,
        "num_hidden_layers": shape.layers,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.intermediate,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_size,
        "vocab_size": shape.vocabulary,
        **({"tie_word_embeddings": True} if shape.tied and model_type != "gemma2" else {}),
        **more,
    }
    figures = loaded(tmp_path, config, "nvidia-b200").spec.model.config
    assert figures is not None
    found = configs.model_from_config("me/tuned", figures)
    assert found.parameters == pytest.approx(facts.parameters, rel=0.002)
    assert found.weights_gib == pytest.approx(facts.weights_gib, rel=0.003)
    assert found.shape.tied == shape.tied


def test_a_quantised_checkpoint_is_smaller_and_its_method_is_known(tmp_path: Path) -> None:
    config = loaded(tmp_path, {**LLAMA, "quantization_config": AWQ}).spec.model.config
    assert config is not None
    found = configs.model_from_config("me/tuned", config)
    assert (found.quantization, 5 < found.weights_gib < 6) == ("awq", True)
    problem = refusal(tmp_path, {**LLAMA, "quantization_config": AWQ}, quantization="gptq")
    assert problem.key == "model.quantization"


def test_the_size_counts_in_the_checks(tmp_path: Path) -> None:
    problem = refusal(tmp_path, LLAMA, "nvidia-t4")
    assert (problem.key, "me/tuned does not fit" in problem.message) == ("gpu.type", True)
    assert problems(values("me/tuned", "nvidia-t4", "generic")) == []


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "is no configuration"),
        (" " * 1_000_001, "is no configuration"),
        ({}, "has no model_type"),
        ({**LLAMA, "hidden_size": None}, "has no hidden_size"),
        ({**LLAMA, "hidden_size": [1]}, "neither text nor number"),
        ({**LLAMA, "model_type": "falcon"}, "is of a falcon"),
        ({**LLAMA, "model_type": "mixtral"}, "has no num_experts"),
        ({**LLAMA, "quantization_config": {"quant_method": "hqq"}}, "is quantised with hqq"),
        ({**LLAMA, "quantization_config": {"quant_method": "awq"}}, "to how many bits"),
    ],
)
def test_a_file_of_no_use_is_refused_at_its_key(config: Any, said: str, tmp_path: Path) -> None:
    problem = refusal(tmp_path, config)
    assert problem.key == "model.config"
    assert said in problem.message
    assert problem.remedy
    assert problem.location.file.endswith("values.yaml")


@pytest.mark.parametrize(
    "config", ["nowhere.json", ".", 3, [], {}, {"model_type": "llama"}, {**LLAMA, "num_hidden_layers": 0}]
)
def test_what_is_no_file_and_no_figures_is_refused(config: Any, tmp_path: Path) -> None:
    text = json.dumps(values("me/tuned", "nvidia-l4", "generic", model={"config": config}))
    with pytest.raises(ValuesInvalid) as caught:
        spec.load_text(text, str(tmp_path / "values.yaml"))
    assert {problem.key.partition(".config")[0] for problem in caught.value.problems} == {"model"}


def test_senseless_figures_do_no_harm() -> None:
    figures = dict.fromkeys(
        ("num_hidden_layers", "hidden_size", "intermediate_size", "num_attention_heads", "vocab_size"), 1
    )
    for config in (figures, {**figures, "num_attention_heads": 10_000}):
        whole = values("me/tuned", "nvidia-l4", "generic", model={"config": {"model_type": "llama", **config}})
        assert all(problem.key for problem in problems(whole))


def test_the_schema_and_the_catalogue_know_the_same_architectures() -> None:
    figures = spec.schema()["properties"]["model"]["properties"]["config"]["anyOf"][1]["properties"]
    assert tuple(figures["model_type"]["enum"]) == configs.ARCHITECTURES
    assert tuple(figures["quantization_config"]["properties"]["quant_method"]["enum"]) == configs.QUANTIZATIONS
