"""Providers: taints, labels, spot, instance types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from chartgen.catalogue.gpus import Gpu
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
    """Label keys that a provider puts on its nodes; empty where it has none.

    `gpu_values` has the values of the label `gpu` by GPU type, or by vendor where they tell no more than that.
    `gpu_product` is a label whose values are the `products` of a GPU type. `node_pool_names` is a pattern for the
    values of `node_pool`; empty where any label value will do.
    """

    gpu: str
    gpu_values: Mapping[str, tuple[str, ...]]
    instance_type: str
    node_pool: str
    node_pool_names: str
    gpu_product: str


SpotLabel = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SpotWords:
    """How spot nodes are told apart, and the seconds between the notice and the end.

    `labels` are (key, values) pairs: a spot node has one of the values of one of the labels. `older_labels` are
    deprecated ones. `taint` is None where spot nodes have none. `safe_seconds` is what a pod may count on.
    """

    labels: tuple[SpotLabel, ...]
    older_labels: tuple[SpotLabel, ...]
    taint: Taint | None
    notice_seconds: int
    safe_seconds: int


@dataclass(frozen=True, slots=True)
class InstanceType:
    """A machine type with `gpus` whole GPUs of the catalogue's type `gpu`; memory in GiB, None if unknown.

    `allocatable` is what pods may request, in millicores and MiB, where it is published for each type.
    """

    name: str
    vcpu: int
    memory_gib: int | None
    gpu: str
    gpus: int
    allocatable: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Reserved:
    """What the provider keeps of a node for itself.

    Memory either by pods, `memory_mb_per_pod x max_pods + memory_mb_base` and at most `memory_share` of all, or by
    `memory_tiers`: a share of each part of the memory up to so many GiB.
    """

    eviction_mib: int
    cpu_millicores: tuple[tuple[int, int], ...]
    memory_tiers: tuple[tuple[int, float], ...] = ()
    memory_mb_per_pod: int = 0
    memory_mb_base: int = 0
    memory_share: float = 0
    max_pods: int = 0

    def memory_mib(self, node_mib: int) -> float:
        """MiB that the pods of a node with `node_mib` MiB do not get, evictions included."""
        if self.memory_tiers:
            kept, below = 0.0, 0
            for upto, share in self.memory_tiers:
                kept += share * max(0, min(node_mib, upto * 1024) - below)
                below = upto * 1024
        else:
            by_pods = (self.memory_mb_per_pod * self.max_pods + self.memory_mb_base) * _MB / _MIB
            kept = min(by_pods, node_mib * self.memory_share)
        return kept + self.eviction_mib


@dataclass(frozen=True, slots=True)
class Provider:
    """One file of data/providers/. `spot` and `reserved` are None where the provider is not known to have them.

    `manages_device_plugin` is true where the provider's own GPU nodes come with the plugin, whatever the user does.
    `slices_are_gpus` is true where a slice of a GPU is requested by the name of a whole one; `no_slices` has, by the
    type of GPU, the profiles that the provider does not cut it into.
    """

    name: str
    title: str
    tolerations: tuple[Taint, ...]
    labels: Labels
    spot: SpotWords | None
    reserved: Reserved | None
    instance_types: tuple[InstanceType, ...]
    manages_device_plugin: bool
    slices_are_gpus: bool
    no_slices: Mapping[str, tuple[str, ...]]

    def profiles(self, gpu: Gpu) -> tuple[str, ...]:
        """The MIG profiles that nodes with `gpu` may be cut into; empty where there are none."""
        return tuple(profile for profile in gpu.mig if profile not in self.no_slices.get(gpu.name, ()))

    def instances(self, gpu: str) -> tuple[InstanceType, ...]:
        """The instance types with GPUs of type `gpu`, smallest first."""
        found = [instance for instance in self.instance_types if instance.gpu == gpu]
        return tuple(sorted(found, key=lambda instance: (instance.gpus, instance.vcpu, instance.name)))

    def allocatable(self, instance: InstanceType) -> tuple[int, int | None]:
        """CPU in millicores and memory in MiB that pods may request on `instance`; memory None if unknown."""
        if instance.allocatable is not None:
            return instance.allocatable
        if self.reserved is None:
            return instance.vcpu * 1000, None if instance.memory_gib is None else instance.memory_gib * 1024
        kept = [millicores for cores, millicores in self.reserved.cpu_millicores if cores <= instance.vcpu]
        cpu = instance.vcpu * 1000 - (kept[-1] if kept else 0)
        if instance.memory_gib is None:
            return cpu, None
        memory = instance.memory_gib * 1024
        return cpu, int(memory - self.reserved.memory_mib(memory))

    def offers(self, gpu: Gpu) -> bool:
        """Whether nodes with `gpu` are known: as an instance type, or by the name that the GPU has in a label."""
        return bool(self.instances(gpu.name)) or gpu.name in self.labels.gpu_values

    def products(self, gpu: Gpu) -> tuple[str, ...]:
        """Values of the label that tells nodes with `gpu` from those with other GPUs; empty where none is known."""
        if self.labels.gpu:
            return self.labels.gpu_values.get(gpu.name, ())
        return gpu.products if self.labels.gpu_product else ()

    def labels_gpu(self, gpu: Gpu) -> bool:
        """Whether it is known how nodes with `gpu` are labelled, be it by type or by vendor only."""
        if self.labels.gpu and gpu.vendor in self.labels.gpu_values:
            return True
        return bool(self.products(gpu)) or not (self.labels.gpu or self.labels.gpu_product)


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
            gpu_values=MappingProxyType(
                {name: tuple(values) for name, values in labels.get("gpu", {}).get("values", {}).items()}
            ),
            instance_type=labels.get("instance_type", ""),
            node_pool=labels.get("node_pool", ""),
            node_pool_names=labels.get("node_pool_names", ""),
            gpu_product=labels.get("gpu_product", ""),
        ),
        spot=_spot(row["spot"]) if "spot" in row else None,
        reserved=_reserved(row["reserved"]) if "reserved" in row else None,
        instance_types=tuple(_instance_type(item) for item in row.get("instance_type", ())),
        manages_device_plugin=row.get("manages_device_plugin", False),
        slices_are_gpus=row.get("slices_are_gpus", False),
        no_slices=MappingProxyType({gpu: tuple(profiles) for gpu, profiles in row.get("no_slices", {}).items()}),
    )


def _taint(row: Mapping[str, Any]) -> Taint:
    return Taint(key=row["key"], value=row.get("value", ""), effect=row["effect"])


def _spot(row: Mapping[str, Any]) -> SpotWords:
    return SpotWords(
        labels=_spot_labels(row["labels"]),
        older_labels=_spot_labels(row.get("older_labels", ())),
        taint=_taint(row["taint"]) if "taint" in row else None,
        notice_seconds=row["notice_seconds"],
        safe_seconds=row["safe_seconds"],
    )


def _spot_labels(rows: Iterable[Mapping[str, Any]]) -> tuple[SpotLabel, ...]:
    return tuple((row["key"], tuple(row["values"])) for row in rows)


def _reserved(row: Mapping[str, Any]) -> Reserved:
    steps = tuple((cores, millicores) for cores, millicores in row["cpu_millicores"])
    tiers = tuple((gib, share) for gib, share in row.get("memory_tiers", ()))
    return Reserved(**{**row, "cpu_millicores": steps, "memory_tiers": tiers})


def _instance_type(row: Mapping[str, Any]) -> InstanceType:
    cpu, memory = row.get("allocatable", (None, None))
    return InstanceType(
        name=row["name"],
        vcpu=row["vcpu"],
        memory_gib=row.get("memory_gib"),
        gpu=row["gpu"],
        gpus=row["gpus"],
        allocatable=None if cpu is None or memory is None else (cpu, memory),
    )
