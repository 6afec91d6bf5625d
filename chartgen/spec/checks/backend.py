"""The storage backend against the volume's size, the cluster's version and the engine's."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.catalogue import engine_versions
from chartgen.model.spec import Derived, Spec
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.checks.serving import moves
from chartgen.spec.derive.host import disk_gib
from chartgen.spec.derive.quantity import parse
from chartgen.spec.derive.resolved import Resolved

_GIB = 2**30


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse a volume that the driver does not make, and what the cluster or the engine does not have yet."""
    yield from _least(spec, resolved)
    yield from _kubernetes(spec, resolved)
    yield from _address(spec, derived, resolved)
    yield from _image(spec)


def _least(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    size = None if spec.storage.size is None else parse(spec.storage.size)
    least = resolved.backend.least_gib
    if size is not None and size < least * _GIB:
        yield Refusal(
            "storage.size",
            f"{spec.storage.size} are less than the {least} GiB of the smallest {resolved.backend.title}",
            f"set storage.size to {disk_gib(spec, resolved)}Gi, or remove it",
        )


def _kubernetes(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    version, since = spec.cluster.kubernetes_version, resolved.backend.kubernetes_since
    if version is None or not since or _minor(version) >= _minor(since):
        return
    yield Refusal(
        "storage.backend",
        f"Kubernetes {version} has no {resolved.backend.title} by default, {since} has",
        f"upgrade the cluster to {since} or newer, or choose another storage.backend",
    )


def _minor(version: str) -> tuple[int, int]:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


def _address(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """A model in object storage that the engine's version cannot read yet."""
    if derived.source != "object":
        return
    engine, scheme = engine_versions.engine(), spec.model.id.partition("://")[0]
    if not engine.streams(scheme, resolved.version):
        since = engine.streams_since[scheme]
        yield Refusal(
            "engine.image.tag",
            f"vLLM {spec.engine.image.tag} does not load from {scheme}://, {since} does",
            f"set engine.image.tag to v{since} or newer",
        )


def _image(spec: Spec) -> Iterator[Refusal]:
    """An image with the model whose tag is moved: a node keeps what it has pulled, so two nodes can differ."""
    reference = str(spec.storage.rest.get("image", ""))
    tag = reference.rpartition("/")[2].partition(":")[2]
    if "@" not in reference and moves(tag):
        yield Refusal(
            "storage.image",
            f"{tag} is another image every week, so two pods of one release can load different weights",
            "name a version, or add a digest",
        )
