"""What LoRA adapters take of the GPU memory.

The engine reserves room for `--max-loras` adapters of `--max-lora-rank` at start, for every linear layer: a matrix of
weights `in x out` gets two of `in x rank` and `rank x out`, 2 bytes each (vllm, lora/layers). Tensor parallelism splits
only one of the two, so nothing is divided here: an upper bound.
"""

from __future__ import annotations

from chartgen.catalogue import models
from chartgen.model.spec import Spec

DEFAULT_RANK = 16
"""vllm, config/lora.py: max_lora_rank."""

_RANKS = (8, 16, 32, 64, 128, 256)
_GIB = 2**30


def rank(spec: Spec) -> int:
    """The rank that the engine reserves room for: the least of its own that holds every adapter of the file."""
    most = max((adapter.rank or DEFAULT_RANK for adapter in spec.model.lora), default=0)
    return next(known for known in _RANKS if known >= most)


def adapters_gib(spec: Spec, model: models.ModelFacts) -> float | None:
    """GiB of all adapters on one GPU; None if the model's layers are not known well enough."""
    if not spec.model.lora:
        return 0.0
    shape = model.shape
    if shape.kv_latent or shape.intermediate is None:
        return None
    queries, keys = shape.heads * shape.head_size, shape.kv_heads * shape.head_size
    attention = shape.layers * 2 * shape.hidden * (queries + keys)
    around = shape.layers * (2 * (shape.hidden + queries) + 2 * (shape.hidden + keys))
    # The rest are the feed-forward blocks, of every expert in a mixture.
    rest = model.parameters * 1e9 - shape.embeddings - attention
    around += int(rest * (1 / shape.hidden + 1 / shape.intermediate))
    return len(spec.model.lora) * rank(spec) * around * 2 / _GIB
