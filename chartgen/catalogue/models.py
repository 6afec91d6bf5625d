"""Models: shape, size and context.

Weights at 2 bytes are parameters x 2. A checkpoint quantised in groups (AWQ, GPTQ) stores every linear weight in
`bits` bits, for each group one 16-bit scale and one zero point of `bits` bits, and leaves embeddings and output layer
at 2 bytes. Checked against Qwen/Qwen3-8B-AWQ, which KAITO's catalogue lists at 5.68 GiB: the formula gives the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from chartgen.catalogue.tables import names, table

_GIB = 2**30


@dataclass(frozen=True, slots=True)
class Shape:
    """The figures of the model's configuration file that memory and parallelism depend on.

    `kv_heads` and `head_size` are 0 for latent attention, where `kv_latent` (rank plus rotary part, in elements per
    layer and token) is set instead. `intermediate` is the size that tensor parallelism divides: of one expert in a
    mixture, None where it was not verified. With a sliding window the cache of some layers stops growing, so
    the figures computed from the shape are upper bounds.
    """

    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_size: int
    kv_latent: int
    vocabulary: int
    intermediate: int | None
    tied: bool
    sliding_window: bool

    @property
    def embeddings(self) -> int:
        """Parameters of the input and the output embedding; one matrix if they are tied."""
        return self.vocabulary * self.hidden * (1 if self.tied else 2)


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model of data/models/.

    `parameters` is in billions. `weights_gib` is what the weights take once loaded, `repository_gib` what the
    files take on disk. `context` is the longest context in tokens, None where the sources disagree. `quantization` is
    the checkpoint's own method, and `quantized_from` the model that it was made from. `gated` is None where it was
    not checked.
    """

    id: str
    parameters: float
    weights_gib: float
    weights_computed: bool
    repository_gib: float
    shape: Shape
    context: int | None
    dtype: str
    quantization: str | None
    quantized_from: str | None
    gated: bool | None
    source: str


def model(id: str) -> ModelFacts | None:
    """The model with the hub id `id`, compared as it is written."""
    return _models().get(id)


def models() -> tuple[ModelFacts, ...]:
    """Every model, sorted by id."""
    return tuple(facts for _, facts in sorted(_models().items()))


def quantized_versions(id: str) -> tuple[ModelFacts, ...]:
    """The quantised checkpoints that were made from model `id`, smallest first."""
    found = [facts for facts in models() if facts.quantized_from == id]
    return tuple(sorted(found, key=lambda facts: facts.weights_gib))


def quantized_gib(parameters: float, shape: Shape, bits: int, group_size: int | None) -> float:
    """Size in GiB of `parameters` billions quantised to `bits`; without a group size no scales are counted."""
    linear = parameters * 1e9 - shape.embeddings
    per_weight = bits + ((16 + bits) / group_size if group_size else 0)
    return (linear * per_weight / 8 + shape.embeddings * 2) / _GIB


@cache
def _models() -> Mapping[str, ModelFacts]:
    found: dict[str, ModelFacts] = {}
    for family in names("models"):
        for row in table(f"models/{family}")["model"]:
            found.update({name: _model(name, row) for name in row["ids"]})
    return found


def _model(id: str, row: Mapping[str, Any]) -> ModelFacts:
    shape = _shape(row["shape"])
    parameters = float(row["parameters"])
    weights = row.get("weights_gib")
    if weights is None:
        weights = round(quantized_gib(parameters, shape, row["bits"], row.get("group_size")), 2)
    return ModelFacts(
        id=id,
        parameters=parameters,
        weights_gib=weights,
        weights_computed="weights_gib" not in row,
        repository_gib=row.get("repository_gib", weights),
        shape=shape,
        context=row.get("context"),
        dtype=row["dtype"],
        quantization=row.get("quantization"),
        quantized_from=row.get("quantized_from"),
        gated=row.get("gated"),
        source=row["source"],
    )


def _shape(row: Mapping[str, Any]) -> Shape:
    return Shape(
        layers=row["layers"],
        hidden=row["hidden"],
        heads=row["heads"],
        kv_heads=row.get("kv_heads", 0),
        head_size=row.get("head_size", 0),
        kv_latent=row.get("kv_latent", 0),
        vocabulary=row["vocabulary"],
        intermediate=row.get("intermediate"),
        tied=row.get("tied", False),
        sliding_window=row.get("sliding_window", False),
    )
