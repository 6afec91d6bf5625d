"""Manifest files that are variants of each other: of those, at most one is installed in one place."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from chartgen.model.manifest import Manifest

_Key = tuple[str, str, str, str]
_Path = tuple[str, ...]
_Group = list[_Path]
_STANDS_FOR = dict.fromkeys(("DaemonSet", "StatefulSet"), "Deployment")
"""Of one name they are the same servers in another form: nobody runs both."""


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Manifests that may be installed together; those `beside` are of another world, and may be installed with them."""

    manifests: tuple[Manifest, ...]
    beside: tuple[Manifest, ...] = ()


def worlds(manifests: Sequence[Manifest]) -> list[World]:
    """The manifests in groups in which no two files hold an object of one kind and name, in the order of the input.

    Files that do are variants (overlays, examples, one folder for each cluster), and what one of them says is not true
    of the others. The parts of a folder, files and folders, that share no object with another part stay together; the
    others are taken apart down to single files. Beside a file that is taken apart are those of its folder that are
    nobody's variant. A Namespace may stand in every file that uses it.
    """
    if not manifests:
        return []
    files: dict[str, list[Manifest]] = defaultdict(list)
    for each in manifests:
        files[each.source.file].append(each)
    keys = {PurePath(file).parts: _keys(held) for file, held in files.items()}
    paths = {PurePath(file).parts: file for file in files}
    order = {id(each): at for at, each in enumerate(manifests)}

    def held(group: _Group) -> tuple[Manifest, ...]:
        return tuple(sorted((each for path in group for each in files[paths[path]]), key=lambda each: order[id(each)]))

    found = [World(held(group), held(beside)) for group, beside in _split(sorted(keys), keys, 0)]
    return sorted(found, key=lambda world: order[id(world.manifests[0])])


def _split(paths: Sequence[_Path], keys: dict[_Path, frozenset[_Key]], depth: int) -> list[tuple[_Group, _Group]]:
    """Groups of paths, each with those beside it, which have their first `depth` parts in common."""
    if not _shared(keys[path] for path in paths):
        return [(list(paths), [])]
    parts: dict[str, list[_Path]] = defaultdict(list)
    for path in paths:
        parts[path[depth]].append(path)
    shared = _shared(frozenset().union(*(keys[path] for path in part)) for part in parts.values())
    together: _Group = []
    apart: list[list[_Path]] = []
    for part in parts.values():
        alone = any(keys[path] & shared for path in part)
        if alone or _shared(keys[path] for path in part):
            apart.append(part)
        else:
            together += part
    beside = [path for path in together if len(path) == depth + 1]
    groups: list[tuple[_Group, _Group]] = [(together, [])] if together else []
    for part in apart:
        groups += [(part, beside)] if len(part[0]) == depth + 1 else _split(part, keys, depth + 1)
    return groups


def _shared(sets: Iterable[frozenset[_Key]]) -> frozenset[_Key]:
    """What stands in more than one of the sets."""
    counts = Counter(key for each in sets for key in each)
    return frozenset(key for key, count in counts.items() if count > 1)


def _keys(manifests: Iterable[Manifest]) -> frozenset[_Key]:
    return frozenset(
        (each.api_version.rpartition("/")[0], _STANDS_FOR.get(each.kind, each.kind), each.namespace, each.name)
        for each in manifests
        if each.name and each.kind != "Namespace"
    )
