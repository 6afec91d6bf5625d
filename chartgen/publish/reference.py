"""Where a chart stands in a registry: `oci://host/path`, and the tag of a version."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chartgen.errors import UsageError

SCHEME = "oci://"
_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?")
COMPONENT = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*")
_PATH = re.compile(rf"{COMPONENT.pattern}(?:/{COMPONENT.pattern})*")
"""A repository's name by the OCI distribution specification."""
DOCKER_HUB = {"docker.io", "index.docker.io", "registry-1.docker.io"}
"""Its names; `docker login` stores it under a fourth one, which the library that reads the store knows."""

TAG_CHARACTERS = 128
"""By the same specification."""

_LOOPBACK = re.compile(r"(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """A folder of a registry that charts are published to."""

    host: str
    path: str

    def chart(self, name: str) -> str:
        """The reference that Helm installs from: without a tag, since Helm takes the version by itself."""
        return f"{SCHEME}{self.host}/{self.repository(name)}"

    def repository(self, name: str) -> str:
        return f"{self.path}/{name}" if self.path else name

    @property
    def address(self) -> str:
        """The host to speak to: Docker Hub's registry is not where its references say (distribution/reference)."""
        return "registry-1.docker.io" if self.host in DOCKER_HUB else self.host.lower()

    @property
    def loopback(self) -> bool:
        return _LOOPBACK.fullmatch(self.host) is not None


def target(reference: str) -> Target:
    """Read `oci://host[:port]/path`, without the chart's name and tag. Raises UsageError for anything else."""
    host, _, path = reference.removeprefix(SCHEME).partition("/")
    path = path.rstrip("/")
    wrong = not reference.startswith(SCHEME) or not _HOST.fullmatch(host)
    if "@" in host:
        raise UsageError(
            f"nothing was published: a reference holds no user and no password: {SCHEME}...@{host.rpartition('@')[2]}",
            remedy="give --username and --password-stdin",
        )
    if wrong or (path and not _PATH.fullmatch(path)):
        raise UsageError(
            f"nothing was published: {reference} is not oci://HOST/PATH",
            remedy="write the folder of the registry in lower case, without the chart's name and without a tag, such "
            "as oci://ghcr.io/acme/charts",
        )
    return Target(host, path)


def tag(version: str) -> str:
    """The tag of a version. A tag cannot hold the `+` of build metadata; Helm writes `_` and reads it back."""
    return version.replace("+", "_")
