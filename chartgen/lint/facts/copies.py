"""Objects that stand in the input more than once."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import is_hook, namespace_of
from chartgen.lint.kinds import api_group
from chartgen.lint.release import Release, Subject
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "object"


@fact("copies.count", FactType.INT, on=_ON)
def copies(subject: Subject) -> int:
    """How many other objects have the same API group, kind, namespace and name, Helm hooks left out.

    In an open world those of the same file only: other files may hold variants, of which one is installed.
    """
    return len(_counted(subject))


@fact("copies.differ", FactType.BOOL, on=_ON)
def copies_differ(subject: Subject) -> bool:
    """Whether one of them says anything else."""
    return any(each.object != subject.manifest.object for each in _counted(subject))


@related("copies")
def copy_places(subject: Subject) -> Iterator[Place]:
    """The names of the others."""
    for each in _counted(subject):
        yield Place(each, "/metadata/name", "the same name again")


def _counted(subject: Subject) -> list[Manifest]:
    manifest = subject.manifest
    if not manifest.name or is_hook(manifest):
        return []
    index = subject.release.once(("copies", "index"), lambda: _index(subject.release))
    others = [each for each in index.get(_key(subject.release, manifest), ()) if each is not manifest]
    return [each for each in others if subject.release.closed or each.source.file == manifest.source.file]


def _index(release: Release) -> dict[tuple[str, str, str, str], list[Manifest]]:
    index: dict[tuple[str, str, str, str], list[Manifest]] = {}
    for each in release.manifests:
        if each.name and not is_hook(each):
            index.setdefault(_key(release, each), []).append(each)
    return index


def _key(release: Release, manifest: Manifest) -> tuple[str, str, str, str]:
    return api_group(manifest.api_version), manifest.kind, namespace_of(release, manifest), manifest.name
