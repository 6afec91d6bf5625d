"""A model that no table has, from the figures of its configuration file (`config.json` on the hub).

Only architectures whose size follows from a few figures are understood: attention with or without grouped keys, and a
gated feed-forward block of three matrices, one for each expert in a mixture. The tables agree with these formulas
within 0.2 % (biases and norms are left out).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chartgen.catalogue.models import ModelFacts, Shape, quantized_gib

ARCHITECTURES = (
    "gemma",
    "gemma2",
    "gemma3_text",
    "granite",
    "llama",
    "mistral",
    "mixtral",
    "olmo2",
    "phi3",
    "qwen2",
    "qwen3",
    "qwen3_moe",
)
"""Values of `model_type`."""

QUANTIZATIONS = ("awq", "fp8", "gptq")
"""Values of `quant_method` whose size is known: bits of a weight, and for each group a scale and a zero point."""

_GIB = 2**30


def model_from_config(id: str, config: Mapping[str, Any]) -> ModelFacts:
    """The facts of model `id` from the figures of its configuration, under their names in that file.

    Needs model_type, num_hidden_layers, hidden_size, intermediate_size, num_attention_heads and vocab_size.
    """
    heads = config["num_attention_heads"]
    shape = Shape(
        layers=config["num_hidden_layers"],
        hidden=config["hidden_size"],
        heads=heads,
        kv_heads=config.get("num_key_value_heads", heads),
        head_size=config.get("head_dim", max(1, config["hidden_size"] // heads)),
        kv_latent=0,
        vocabulary=config["vocab_size"],
        intermediate=config.get("moe_intermediate_size", config["intermediate_size"]),
        tied=config.get("tie_word_embeddings", False),
        sliding_window=False,
    )
    parameters = _parameters(shape, config.get("num_experts", 1)) / 1e9
    full = parameters * 2e9 / _GIB
    quantization = config.get("quantization_config", {})
    method = quantization.get("quant_method")
    bits, group = quantization.get("bits", 8), quantization.get("group_size")
    weights = round(quantized_gib(parameters, shape, bits, group) if method else full, 2)
    return ModelFacts(
        id=id,
        parameters=parameters,
        weights_gib=weights,
        weights_computed=True,
        repository_gib=weights * (2 if config.get("dtype") == "float32" and not method else 1),
        shape=shape,
        context=config.get("max_position_embeddings"),
        dtype=config.get("dtype", "bfloat16"),
        quantization=method,
        quantized_from=None,
        gated=None,
        source="model.config",
    )


def _parameters(shape: Shape, experts: int) -> int:
    attention = 2 * shape.hidden * shape.head_size * (shape.heads + shape.kv_heads)
    router = shape.hidden * experts if experts > 1 else 0
    feed_forward = experts * 3 * shape.hidden * (shape.intermediate or 0) + router
    return shape.layers * (attention + feed_forward) + shape.embeddings
