"""`model.config`: the path of a model's config.json, replaced by the figures in it that chartgen computes with.

So a chart's values.yaml holds the figures themselves, and renders to the same chart without the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chartgen.catalogue.configs import ARCHITECTURES, QUANTIZATIONS
from chartgen.spec.fault import Fault

_KEY = ("model", "config")
_LARGEST = 1_000_000
_NEEDED = (
    "model_type",
    "num_hidden_layers",
    "hidden_size",
    "intermediate_size",
    "num_attention_heads",
    "vocab_size",
)
_OPTIONAL = (
    "num_key_value_heads",
    "head_dim",
    "max_position_embeddings",
    "tie_word_embeddings",
    "num_experts",
    "moe_intermediate_size",
    "dtype",
)
_MIXTURES = ("mixtral", "qwen3_moe")
# Names that the same figure has in other files.
_OTHER_NAMES = {"num_experts": "num_local_experts", "dtype": "torch_dtype"}
# transformers: these leave tie_word_embeddings out of the file when it is true.
_TIED = "gemma"
_MEMBERS = ("quant_method", "bits", "group_size")
_REMEDY = "Give the config.json of the model, or remove model.config."


class _RefusedError(Exception):
    """Why a file is of no use."""


def with_config(values: Mapping[str, Any], folder: Path) -> tuple[dict[str, Any], list[Fault]]:
    """`values` with the figures in place of a path, which is relative to `folder`; without the key, and with a fault,
    if the file is of no use.
    """
    model = values.get("model")
    path = model.get("config") if isinstance(model, dict) else None
    if not isinstance(path, str) or not isinstance(model, dict):
        return dict(values), []
    try:
        return {**values, "model": {**model, "config": _figures(_read(folder / path))}}, []
    except _RefusedError as error:
        rest = {key: value for key, value in model.items() if key != "config"}
        return {**values, "model": rest}, [Fault(_KEY, f"`{path}` {error}", _REMEDY, hides=False)]


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
        content = json.loads(data) if len(data) <= _LARGEST else None
    except OSError as error:
        raise _RefusedError(f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _RefusedError("is no JSON") from error
    if not isinstance(content, dict):
        raise _RefusedError("is no configuration of a model")
    return content


def _figures(content: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: _figure(content, name) for name in (*_NEEDED, *_OPTIONAL)}
    if missing := [name for name in _NEEDED if found[name] is None]:
        raise _RefusedError(f"has no {missing[0]}")
    if found["model_type"] not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise _RefusedError(f"is of a {found['model_type']}, whose size chartgen cannot compute; it can for {known}")
    if found["model_type"] in _MIXTURES and found["num_experts"] is None:
        raise _RefusedError("has no num_experts")
    if found["tie_word_embeddings"] is None and found["model_type"].startswith(_TIED):
        found["tie_word_embeddings"] = True
    figures = {name: value for name, value in found.items() if value is not None}
    quantization = content.get("quantization_config")
    return figures if quantization is None else {**figures, "quantization_config": _quantization(quantization)}


def _figure(content: Mapping[str, Any], name: str) -> Any:
    value = content.get(name, content.get(_OTHER_NAMES.get(name, name)))
    if value is not None and not isinstance(value, str | int):
        raise _RefusedError(f"has a {name} that is neither text nor number")
    return value


def _quantization(written: Any) -> dict[str, Any]:
    method = written.get("quant_method") if isinstance(written, dict) else None
    if method not in QUANTIZATIONS:
        known = ", ".join(QUANTIZATIONS)
        raise _RefusedError(f"is quantised with {method}, whose size chartgen cannot compute; it can for {known}")
    found = {name: written.get(name) for name in _MEMBERS}
    if method != "fp8" and not isinstance(found["bits"], int):
        raise _RefusedError("does not say to how many bits it is quantised (quantization_config.bits)")
    group = found["group_size"]
    if not isinstance(group, int) or group < 1:
        found["group_size"] = None
    return {name: value for name, value in found.items() if value is not None}
