"""A chart as one archive, and what became of it in a registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Package:
    """A packed chart: `data` is the .tgz, `metadata` its Chart.yaml, `digest` the `sha256:...` of `data`.

    `provenance` is the text of its .prov, None if it is not signed. `time_to_ready` is the time in seconds from a new
    pod to its first answer, None where the chart does not say.
    """

    name: str
    version: str
    metadata: Mapping[str, Any]
    data: bytes
    digest: str
    provenance: bytes | None = None
    time_to_ready: int | None = None

    @property
    def file(self) -> str:
        """The name that Helm gives to the archive."""
        return f"{self.name}-{self.version}.tgz"


@dataclass(frozen=True, slots=True)
class Published:
    """`reference` is `oci://host/path/name:tag`, `digest` that of the manifest behind it.

    `pushed` is false where the registry held the same chart already, and nothing was sent.
    """

    package: Package
    reference: str
    digest: str
    pushed: bool
