"""What changes with the engine's version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from chartgen.catalogue.tables import pair, table

Version = tuple[int, int, int]

_VERSION = re.compile(r"v?([0-9]{1,6})\.([0-9]{1,6})(?:\.([0-9]{1,6}))?(?:[-.+_].*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Floor:
    """From version `since` on, the official images run on compute capability `capability` or newer.

    `last_before` is the last release that ran on less, as text.
    """

    since: Version
    capability: tuple[int, int]
    last_before: str


@dataclass(frozen=True, slots=True)
class Quantization:
    """A method's lowest compute capability, and the first release known to be without it (as text)."""

    name: str
    capability: tuple[int, int] | None
    absent_from: str | None


@dataclass(frozen=True, slots=True)
class Engine:
    """data/engine.toml. `utilization` are (since, value) pairs, oldest first.

    `streams_since` maps the scheme of an address in object storage to the first version that loads models from there.
    """

    floors: tuple[Floor, ...]
    utilization: tuple[tuple[Version, float], ...]
    shutdown_timeout_since: str
    multi_node_since: str
    streams_since: Mapping[str, str]
    bfloat16_capability: tuple[int, int]
    quantization: Mapping[str, Quantization]
    reserved_service_names: tuple[str, ...]

    def gpu_memory_utilization(self, version: Version | None) -> float:
        """The engine's own default; the lowest one ever used if the version is not known."""
        if version is None:
            return min(value for _, value in self.utilization)
        return [value for since, value in self.utilization if since <= version][-1]

    def floor(self, version: Version | None) -> Floor | None:
        """The floor that holds for `version`; None if the version is not known."""
        if version is None:
            return None
        return [floor for floor in self.floors if floor.since <= version][-1]

    def spans_nodes(self, version: Version) -> bool:
        """Whether the engine runs one replica on several nodes without Ray (--nnodes)."""
        return version >= parsed(self.multi_node_since)

    def drains(self, version: Version | None) -> bool:
        """Whether the engine has --shutdown-timeout; False if the version is not known."""
        return version is not None and version >= parsed(self.shutdown_timeout_since)

    def streams(self, scheme: str, version: Version | None) -> bool:
        """Whether the engine loads models from `scheme`://; True if the version is not known."""
        return version is None or version >= parsed(self.streams_since[scheme])


def parse_version(tag: str) -> Version | None:
    """The version in an image tag: `v0.33.0-cu129` gives (0, 33, 0), `latest` gives None."""
    match = _VERSION.fullmatch(tag)
    if match is None:
        return None
    major, minor, patch = match.groups(default="0")
    return int(major), int(minor), int(patch)


def parsed(text: str) -> Version:
    """The version that `text` of the table means; ValueError if it is none."""
    version = parse_version(text if "." in text else f"{text}.0")
    if version is None:
        raise ValueError(f"{text} is no version")
    return version


@cache
def engine() -> Engine:
    """The facts about vLLM."""
    data = table("engine")
    return Engine(
        floors=tuple(
            Floor(parsed(row["since"]), pair(row["capability"]), row.get("last_before", ""))
            for row in data["capability_floor"]
        ),
        utilization=tuple((parsed(row["since"]), row["value"]) for row in data["gpu_memory_utilization"]),
        shutdown_timeout_since=data["flags"]["shutdown_timeout_since"],
        multi_node_since=data["flags"]["multi_node_since"],
        streams_since=MappingProxyType(data["object_storage"]),
        bfloat16_capability=pair(data["dtype"]["bfloat16_capability"]),
        quantization={row["name"]: _quantization(row) for row in data["quantization"]},
        reserved_service_names=tuple(data["service_names"]["reserved"]),
    )


def _quantization(row: Mapping[str, Any]) -> Quantization:
    capability = row.get("capability")
    return Quantization(row["name"], None if capability is None else pair(capability), row.get("absent_from"))
