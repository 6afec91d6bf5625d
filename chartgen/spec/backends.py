"""Storage backends, one per file of schemas/storage: what each needs, and what the rest must know about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from chartgen import resources


@dataclass(frozen=True, slots=True)
class Need:
    """At least one of `keys` of the section storage has to be set; exactly one if `exclusive`.

    It holds for models from one of `sources` and GPUs of one of the types `gpus` (any if empty), and where the key
    `beside` is set (always if empty). `why` completes "…, because"; it starts small and ends without a full stop.
    """

    keys: tuple[str, ...]
    why: str
    sources: tuple[str, ...]
    gpus: tuple[str, ...]
    beside: str
    exclusive: bool


@dataclass(frozen=True, slots=True)
class Doubt:
    """`why` the volume is doubtful and what to do instead, without full stops; empty `gpus` are all types of GPUs."""

    gpus: tuple[str, ...]
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Backend:
    """The `x-` keys of one fragment.

    `claim` says whose volume it is: replica (a claim for each, which outlives the pod), pod (a claim for each, which
    does not), shared (one claim of the chart's), existing (the user's own: a claim, an export, a folder, an image) or
    none. `providers` is empty where every cluster has it. `sources` are the values of the choice `source` that it
    serves; one that starts empty serves the hub alone. `attaches` is true where the driver binds the volume to one node
    at a time; `every_zone` then says that nodes of all zones can attach what the usual class makes, and
    `zone_redundant` what the parameters of a class must say for such volumes, empty where the driver makes none.
    `doubts` are warnings. `throughput_mib` is in MiB/s, per replica, or for all of them together if
    `shared_by_replicas`. `buffer_gib` is the memory in GiB that reading from it takes in each GPU worker. `least_gib`
    is the smallest volume that the driver makes. `kubernetes_since` is empty where every supported version will do.
    `storage_class` is empty where there is no usual one. `properties` maps the keys of `storage` that it takes to their
    schemas, `needs` says which of them go together.
    """

    name: str
    title: str
    description: str
    providers: tuple[str, ...]
    driver: str
    storage_class: str
    access_modes: tuple[str, ...]
    attaches: bool
    every_zone: bool
    zone_redundant: str
    claim: str
    read_only: bool
    throughput_mib: int
    shared_by_replicas: bool
    sources: tuple[str, ...]
    least_gib: int
    buffer_gib: int
    kubernetes_since: str
    required: tuple[str, ...]
    needs: tuple[Need, ...]
    doubts: tuple[Doubt, ...]
    properties: Mapping[str, Any]

    def serves(self, provider: str, source: str) -> bool:
        """Whether the provider's clusters have it, and it gives models from `source`."""
        return source in self.sources and (not self.providers or provider in self.providers)


@cache
def backends() -> Mapping[str, Backend]:
    """Every backend by name, sorted; the names are the file names below schemas/storage."""
    files = sorted((resources.folder("schemas") / "storage").glob("*.json"))
    return MappingProxyType({file.stem: _backend(file.stem, json.loads(file.read_bytes())) for file in files})


def _backend(name: str, fragment: Mapping[str, Any]) -> Backend:
    return Backend(
        name=name,
        title=fragment["title"],
        description=fragment["description"],
        providers=tuple(fragment["x-providers"] or ()),
        driver=fragment["x-driver"] or "",
        storage_class=fragment["x-storage-class"] or "",
        access_modes=tuple(fragment["x-access-modes"]),
        attaches=fragment["x-attaches"],
        every_zone=fragment.get("x-every-zone", False),
        zone_redundant=fragment.get("x-zone-redundant", ""),
        claim=fragment["x-claim"],
        read_only=fragment["x-read-only"],
        throughput_mib=fragment["x-throughput-mib"],
        shared_by_replicas=fragment["x-shared-by-replicas"],
        sources=tuple(fragment.get("x-sources", ("hub",))),
        least_gib=fragment.get("x-least-gib", 0),
        buffer_gib=fragment.get("x-buffer-gib", 0),
        kubernetes_since=fragment.get("x-kubernetes-since", ""),
        required=tuple(fragment["required"]),
        needs=tuple(_need(row) for row in fragment.get("x-needs", ())),
        doubts=tuple(
            Doubt(tuple(row.get("gpus", ())), row["why"], row["remedy"]) for row in fragment.get("x-doubts", ())
        ),
        properties=MappingProxyType(fragment["properties"]),
    )


def _need(row: Mapping[str, Any]) -> Need:
    return Need(
        keys=tuple(row["keys"]),
        why=row["why"],
        sources=tuple(row.get("sources", ())),
        gpus=tuple(row.get("gpus", ())),
        beside=row.get("beside", ""),
        exclusive=row.get("exclusive", False),
    )
