"""The objects of a release by group, kind and name."""

from __future__ import annotations

from chartgen.lint.facts.selectors import same_namespace
from chartgen.lint.kinds import kind_of
from chartgen.lint.release import Release
from chartgen.model.manifest import Manifest

Key = tuple[str, str, str]


def named(release: Release, near: Manifest, group: str, kind: str, name: str) -> Manifest | None:
    """The one object of that name that is for certain in the namespace of `near`; None if there is none, or several."""
    index = release.once(("lookup", "index"), lambda: _index(release))
    found = [each for each in index.get((group, kind, name), ()) if same_namespace(release, near, each) is True]
    return found[0] if len(found) == 1 else None


def _index(release: Release) -> dict[Key, list[Manifest]]:
    index: dict[Key, list[Manifest]] = {}
    for each in release.manifests:
        kind = kind_of(each)
        index.setdefault((kind.group, kind.name, each.name), []).append(each)
    return index
