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
class Backend:
    """The `x-` keys of one fragment.

    `claim` says whose PersistentVolumeClaim it is: replica (one each), shared (one of the chart's), existing (the
    user's) or none. `attaches` is true where the driver binds the volume to one node at a time. `throughput_mib` is
    in MiB/s, per replica, or for all of them together if `shared_by_replicas`. `storage_class` is empty where there
    is no usual one. `properties` maps the keys of `storage` that the backend takes to their schemas.
    """

    name: str
    title: str
    description: str
    providers: tuple[str, ...]
    driver: str
    storage_class: str
    access_modes: tuple[str, ...]
    attaches: bool
    claim: str
    read_only: bool
    throughput_mib: int
    shared_by_replicas: bool
    required: tuple[str, ...]
    properties: Mapping[str, Any]


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
        providers=tuple(fragment["x-providers"]),
        driver=fragment["x-driver"] or "",
        storage_class=fragment["x-storage-class"] or "",
        access_modes=tuple(fragment["x-access-modes"]),
        attaches=fragment["x-attaches"],
        claim=fragment["x-claim"],
        read_only=fragment["x-read-only"],
        throughput_mib=fragment["x-throughput-mib"],
        shared_by_replicas=fragment["x-shared-by-replicas"],
        required=tuple(fragment["required"]),
        properties=MappingProxyType(fragment["properties"]),
    )
