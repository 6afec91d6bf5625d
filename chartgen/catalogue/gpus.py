"""GPU types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from chartgen.catalogue.tables import pair, table

_RESOURCES = {"nvidia": "nvidia.com/gpu", "amd": "amd.com/gpu"}


@dataclass(frozen=True, slots=True)
class Gpu:
    """One row of data/gpus.toml.

    `usable_gib` is the memory that the engine sees, in GiB, or None if it was never verified; `nominal_gb` is the
    vendor's figure in GB. `capability` is the CUDA compute capability as (major, minor), None off NVIDIA.
    `products` are values of the node label `nvidia.com/gpu.product`. `mig` maps the profiles of MIG to the memory that
    the engine sees in such a slice, in GiB, or 0 if it was never verified.
    """

    name: str
    title: str
    vendor: str
    usable_gib: float | None
    nominal_gb: int
    capability: tuple[int, int] | None
    bfloat16: bool
    products: tuple[str, ...]
    mig: Mapping[str, float]

    @property
    def resource(self) -> str:
        """The extended resource that a container requests, as the vendor's device plugin calls it."""
        return _RESOURCES[self.vendor]


def gpu(name: str) -> Gpu | None:
    """The GPU type called `name`, such as `nvidia-t4`."""
    return _gpus().get(name)


def gpus() -> tuple[Gpu, ...]:
    """Every GPU type, in the order of the table."""
    return tuple(_gpus().values())


@cache
def _gpus() -> Mapping[str, Gpu]:
    rows: list[dict[str, Any]] = table("gpus")["gpu"]
    return {row["name"]: _gpu(row) for row in rows}


def _gpu(row: Mapping[str, Any]) -> Gpu:
    capability = row.get("capability")
    return Gpu(
        name=row["name"],
        title=row["title"],
        vendor=row["vendor"],
        usable_gib=row.get("usable_gib"),
        nominal_gb=row["nominal_gb"],
        capability=None if capability is None else pair(capability),
        bfloat16=row["bfloat16"],
        products=tuple(row["products"]),
        mig=MappingProxyType(row.get("mig", {})),
    )
