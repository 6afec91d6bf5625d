"""What a LimitRange of the namespace gives to containers that name no amount themselves."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.lint.facts.engine import CONTAINER
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.facts.selectors import same_namespace
from chartgen.lint.kinds import kind_of
from chartgen.lint.release import Release, Subject, as_map, at_pointer, maps
from chartgen.model.manifest import Manifest


@fact("limitRange.defaults", FactType.STRINGS, on=CONTAINER)
def limit_range_defaults(subject: Subject) -> list[str]:
    """The amounts that a LimitRange of the input may fill in (`limits.memory`, `requests.cpu`), sorted.

    As the API server completes a LimitRange: a maximum is the default limit, a default limit the default request.
    """
    return sorted(defaults(subject.release, subject.manifest))


def defaults(release: Release, manifest: Manifest) -> set[str]:
    """The same for the containers of an object."""
    found: set[str] = set()
    for limits in _ranges(release):
        if same_namespace(release, manifest, limits) is not False:
            found.update(_filled(limits))
    return found


def _filled(limits: Manifest) -> Iterator[str]:
    for _, item in maps(at_pointer(limits.object, "/spec/limits")):
        if item.get("type", "Container") == "Container":
            limited = {*as_map(item.get("default")), *as_map(item.get("max"))}
            yield from (f"limits.{name}" for name in limited)
            asked = limited | {*as_map(item.get("defaultRequest")), *as_map(item.get("min"))}
            yield from (f"requests.{name}" for name in asked)


def _ranges(release: Release) -> tuple[Manifest, ...]:
    return release.once(
        ("limits", "ranges"),
        lambda: tuple(each for each in release.manifests if (kind_of(each).group, each.kind) == ("", "LimitRange")),
    )
