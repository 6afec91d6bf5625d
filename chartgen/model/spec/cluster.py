"""The nodes that the pods run on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PoolRank:
    """A node pool among others; `max` is a number of pods."""

    node_pool: str
    resource: str | None
    max: int | None


@dataclass(frozen=True, slots=True)
class BootDisk:
    """A secondary boot disk of GKE nodes, by its image and the image's project."""

    image: str
    project: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """`pool_priority` is empty off ACK, `image_streaming` and `boot_disk` are None off GKE."""

    provider: str
    kubernetes_version: str | None
    node_pool: str | None
    pool_priority: tuple[PoolRank, ...]
    image_streaming: bool | None
    boot_disk: BootDisk | None
    node_selector: Mapping[str, str]
    tolerations: tuple[Mapping[str, Any], ...]
    device_plugin: str


@dataclass(frozen=True, slots=True)
class Spot:
    """The rest is None unless the policy is `mixed`; `overflow` is None as well where an autoscaler decides."""

    policy: str
    on_demand_base: int | None
    overflow: int | None
    drain_seconds: int | None
