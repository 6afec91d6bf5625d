"""What each backend's fragment says of itself: the keys that belong together, and where its volume may not follow."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.model.spec import Derived, Spec
from chartgen.spec.backends import Need, backends
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.resolved import Resolved


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse a backend without the keys that it cannot do without, and with keys that exclude each other.

    Warn of a volume that a node may not take.
    """
    given = _given(spec)
    for need in resolved.backend.needs:
        if _applies(need, derived, resolved) and (not need.beside or need.beside in given):
            yield from _unmet(need, given, resolved.backend.title)
    yield from _doubtful(resolved)
    yield from _zonal(spec, derived, resolved)


def _applies(need: Need, derived: Derived, resolved: Resolved) -> bool:
    models = not need.sources or derived.source in need.sources
    return models and (not need.gpus or resolved.gpu.name in need.gpus)


def _given(spec: Spec) -> frozenset[str]:
    """The keys of the section that the file sets."""
    storage = spec.storage
    named = (("size", storage.size), ("storageClass", storage.storage_class))
    return frozenset([key for key, value in named if value is not None] + [*storage.rest])


def _unmet(need: Need, given: frozenset[str], title: str) -> Iterator[Refusal]:
    found = [key for key in need.keys if key in given]
    choice = " or ".join(f"storage.{key}" for key in need.keys)
    if not found:
        yield Refusal(f"storage.{need.keys[0]}", f"{title} needs {choice}, because {need.why}", f"set {choice}")
    elif need.exclusive and len(found) > 1:
        both = " and ".join(f"storage.{key}" for key in found)
        yield Refusal(f"storage.{found[0]}", f"{title} takes either {choice}, not {both}", f"remove one of {both}")


def _doubtful(resolved: Resolved) -> Iterator[Refusal]:
    for doubt in resolved.backend.doubts:
        if not doubt.gpus or resolved.gpu.name in doubt.gpus:
            yield Refusal("storage.backend", doubt.why, doubt.remedy, fatal=False)


def _zonal(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """A replica follows its disk, whose zone may have no spot node left; only a class of the user's own is trusted."""
    backend = resolved.backend
    if not backend.attaches or backend.every_zone or spec.spot.policy not in ("require", "mixed"):
        return
    own = spec.storage.storage_class not in (None, backend.storage_class)
    if own and backend.zone_redundant:
        return
    others = [
        other.name
        for other in backends().values()
        if other.claim == "shared" and not other.attaches and other.serves(resolved.provider.name, derived.source)
    ]
    wider = f"storage.storageClass to a class of your own with {backend.zone_redundant}; or "
    yield Refusal(
        "storage.storageClass" if backend.zone_redundant else "storage.backend",
        f"{backend.title} stays in its zone, so a replica whose spot node is taken stays pending while that zone has "
        "no other",
        f"set {wider if backend.zone_redundant else ''}storage.backend to one of: {', '.join(others)}",
        fatal=False,
    )
