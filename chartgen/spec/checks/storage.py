"""Keys of the section storage that belong together: what each backend's fragment says in x-needs."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.model.spec import Derived, Spec
from chartgen.spec.backends import Need
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.resolved import Resolved


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse a backend without the keys that it cannot do without, and with keys that exclude each other."""
    given = _given(spec)
    for need in resolved.backend.needs:
        applies = not need.sources or derived.source in need.sources
        if applies and (not need.beside or need.beside in given):
            yield from _unmet(need, given, resolved.backend.title)


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
