"""Providers: taints, labels, spot, instance types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from chartgen.catalogue.tables import names, table

_MB = 1_000_000
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Taint:
    """A node taint, or the toleration that matches it. `value` is empty where any value is meant."""

    key: str
    value: str
    effect: str


@dataclass(frozen=True, slots=True)
class Labels:
    """Label keys that a provider puts on its nodes; empty where it has none. `gpu_values` are those of GPU nodes."""

    gpu: str
    gpu_values: tuple[str, ...]
    instance_type: str
    node_pool: str
    gpu_product: str


@dataclass(frozen=True, slots=True)
class SpotWords:
    """How spot nodes are told apart, and the seconds between the notice and the end.

    `labels` are (key, value) pairs, the current one first. `safe_seconds` is what a pod may count on.
    """

    labels: tuple[tuple[str, str], ...]
    taint: Taint
    notice_seconds: int
    safe_seconds: int


@dataclass(frozen=True, slots=True)
class InstanceType:
    """A machine type with `gpus` whole GPUs of the catalogue's type `gpu`; memory in GiB, None if unknown."""

    name: str
    vcpu: int
    memory_gib: int | None
    gpu: str
    gpus: int


@dataclass(frozen=True, slots=True)
class Reserved:
    """What the provider keeps of a node for itself."""

    memory_mb_per_pod: int
    memory_mb_base: int
    memory_share: float
    max_pods: int
    eviction_mib: int
    cpu_millicores: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Provider:
    """One file of data/providers/. `spot` and `reserved` are None where the provider is not known to have them."""

    name: str
    title: str
    tolerations: tuple[Taint, ...]
    labels: Labels
    spot: SpotWords | None
    reserved: Reserved | None
    instance_types: tuple[InstanceType, ...]

    def instances(self, gpu: str) -> tuple[InstanceType, ...]:
        """The instance types with GPUs of type `gpu`, smallest first."""
        found = [instance for instance in self.instance_types if instance.gpu == gpu]
        return tuple(sorted(found, key=lambda instance: (instance.gpus, instance.vcpu, instance.name)))

    def allocatable(self, instance: InstanceType) -> tuple[int, int | None]:
        """CPU in millicores and memory in MiB that pods may request on `instance`; memory None if unknown."""
        if self.reserved is None:
            return instance.vcpu * 1000, None if instance.memory_gib is None else instance.memory_gib * 1024
        kept = [millicores for cores, millicores in self.reserved.cpu_millicores if cores <= instance.vcpu]
        cpu = instance.vcpu * 1000 - (kept[-1] if kept else 0)
        if instance.memory_gib is None:
            return cpu, None
        memory = instance.memory_gib * 1024
        reserved_mb = self.reserved.memory_mb_per_pod * self.reserved.max_pods + self.reserved.memory_mb_base
        reserved_mib = min(reserved_mb * _MB / _MIB, memory * self.reserved.memory_share)
        return cpu, int(memory - reserved_mib - self.reserved.eviction_mib)


def provider(name: str) -> Provider:
    """The provider called `name`; KeyError if there is none."""
    if name not in providers():
        raise KeyError(name)
    return _provider(name)


def providers() -> tuple[str, ...]:
    """The names of all providers, sorted."""
    return names("providers")


@cache
def _provider(name: str) -> Provider:
    row = table(f"providers/{name}")
    labels = row.get("labels", {})
    return Provider(
        name=name,
        title=row["title"],
        tolerations=tuple(_taint(item) for item in row["tolerations"]),
        labels=Labels(
            gpu=labels.get("gpu", {}).get("key", ""),
            gpu_values=tuple(labels.get("gpu", {}).get("values", ())),
            instance_type=labels.get("instance_type", ""),
            node_pool=labels.get("node_pool", ""),
            gpu_product=labels.get("gpu_product", ""),
        ),
        spot=_spot(row["spot"]) if "spot" in row else None,
        reserved=_reserved(row["reserved"]) if "reserved" in row else None,
        instance_types=tuple(_instance_type(item) for item in row.get("instance_type", ())),
    )


def _taint(row: Mapping[str, Any]) -> Taint:
    return Taint(key=row["key"], value=row.get("value", ""), effect=row["effect"])


def _spot(row: Mapping[str, Any]) -> SpotWords:
    labels = [row["label"], *row.get("older_labels", ())]
    return SpotWords(
        labels=tuple((label["key"], label["value"]) for label in labels),
        taint=_taint(row["taint"]),
        notice_seconds=row["notice_seconds"],
        safe_seconds=row["safe_seconds"],
    )


def _reserved(row: Mapping[str, Any]) -> Reserved:
    steps = tuple((cores, millicores) for cores, millicores in row["cpu_millicores"])
    return Reserved(**{**row, "cpu_millicores": steps})


def _instance_type(row: Mapping[str, Any]) -> InstanceType:
    return InstanceType(row["name"], row["vcpu"], row.get("memory_gib"), row["gpu"], row["gpus"])
