"""The objects of a release by group, kind and name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chartgen.lint.facts.selectors import same_namespace
from chartgen.lint.kinds import kind_of
from chartgen.lint.release import Release, as_map
from chartgen.model.manifest import Manifest


def named(release: Release, near: Manifest, group: str, kind: str, name: str) -> Manifest | None:
    """The one object of that name that is for certain in the namespace of `near`; None if there is none, or several."""
    found = [each for each in bearing(release, group, kind, name) if same_namespace(release, near, each) is True]
    return found[0] if len(found) == 1 else None


def bearing(release: Release, group: str, kind: str, name: str) -> Sequence[Manifest]:
    """All the objects of that name, of any namespace, in input order."""

    def build() -> dict[tuple[str, str, str], list[Manifest]]:
        index: dict[tuple[str, str, str], list[Manifest]] = {}
        for key, found in _by_kind(release).items():
            for each in found:
                index.setdefault((*key, each.name), []).append(each)
        return index

    return release.once(("lookup", "names"), build).get((group, kind, name), ())


def config_data(release: Release, root: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """What the ConfigMap of that name holds for the pods of the object `root`; None if that cannot be known."""
    manifests = release.once(("lookup", "objects"), lambda: {id(each.object): each for each in release.manifests})
    near = manifests.get(id(root))
    found = named(release, near, "", "ConfigMap", name) if near and name else None
    return None if found is None else as_map(found.object.get("data"))


def of_kind(release: Release, group: str, kind: str) -> Sequence[Manifest]:
    """All the objects of a kind, in input order."""
    return _by_kind(release).get((group, kind), ())


def _by_kind(release: Release) -> dict[tuple[str, str], list[Manifest]]:
    def build() -> dict[tuple[str, str], list[Manifest]]:
        index: dict[tuple[str, str], list[Manifest]] = {}
        for each in release.manifests:
            kind = kind_of(each)
            index.setdefault((kind.group, kind.name), []).append(each)
        return index

    return release.once(("lookup", "kinds"), build)
