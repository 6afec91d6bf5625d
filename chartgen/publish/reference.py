"""Where a chart stands in a registry: `oci://host/path`, and the tag of a version."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chartgen.errors import UsageError
from chartgen.publish.errand import Errand

SCHEME = "oci://"
_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?")
COMPONENT = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*")
_PATH = re.compile(rf"{COMPONENT.pattern}(?:/{COMPONENT.pattern})*")
"""A repository's name by the OCI distribution specification."""
DOCKER_HUB = {"docker.io", "index.docker.io", "registry-1.docker.io"}
"""Its names; `docker login` stores it under a fourth one, which the library that reads the store knows."""

TAG_CHARACTERS = 128
"""By the same specification."""

_TAG = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9._-]{{0,{TAG_CHARACTERS - 1}}}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
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


@dataclass(frozen=True, slots=True)
class Release:
    """One version of a chart in a registry; `alias` is its tag or its digest."""

    target: Target
    name: str
    alias: str


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


def release(reference: str, errand: Errand) -> Release:
    """Read `oci://host[:port]/path/chart:1.2.0` or `...@sha256:...`, which goes first where both are there.

    Raises UsageError for anything else: a version that is not named would be another one tomorrow.
    """
    host, _, rest = reference.removeprefix(SCHEME).partition("/")
    named, at, digest = rest.rpartition("@") if "@" in rest else (rest, "", "")
    repository, colon, version = named.partition(":")
    if "@" in host or (at and not _DIGEST.fullmatch(digest)):
        whose = f"{SCHEME}...@{reference.rpartition('@')[2]}"
        raise UsageError(
            f"{errand.value}: what stands before the @ in {whose} cannot be read: behind it goes sha256: and 64 digits",
            remedy=f"write oci://HOST/PATH/CHART@sha256:...; a user and a password are no part of it: log in with "
            f"`docker login` or `helm registry login`{errand.or_password}",
        )
    if not _HOST.fullmatch(host) or not _PATH.fullmatch(repository) or (colon and not _TAG.fullmatch(tag(version))):
        raise UsageError(
            f"{errand.value}: {reference} is not oci://HOST/PATH/CHART:VERSION",
            remedy="write the path in lower case, such as oci://ghcr.io/acme/charts/vllm:1.2.0",
        )
    if not at and not colon:
        raise UsageError(
            f"{errand.value}: {reference} names no version, and a registry holds many",
            remedy=f"write {reference}:1.2.0 or {reference}@sha256:...",
        )
    path, _, name = repository.rpartition("/")
    return Release(Target(host, path), name, digest if at else tag(version))


def tag(version: str) -> str:
    """The tag of a version. A tag cannot hold the `+` of build metadata; Helm writes `_` and reads it back."""
    return version.replace("+", "_")
