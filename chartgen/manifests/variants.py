"""Manifest files that are variants of each other: of those, at most one is installed in one place."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from chartgen.model.manifest import Manifest

_Key = tuple[str, str, str, str]
_Path = tuple[str, ...]
_STANDS_FOR = dict.fromkeys(("DaemonSet", "StatefulSet"), "Deployment")
"""Of one name they are the same servers in another form: nobody runs both."""


def worlds(manifests: Sequence[Manifest]) -> list[tuple[Manifest, ...]]:
    """The manifests in groups in which no two files hold an object of one kind and name, in the order of the input.

    Files that do are variants (overlays, examples, one folder for each cluster), and what one of them says is not true
    of the others. The parts of a folder, files and folders, that share no object with another part stay together; the
    others are taken apart down to single files. A Namespace may stand in every file that uses it.
    """
    if not manifests:
        return []
    files: dict[str, list[Manifest]] = defaultdict(list)
    for each in manifests:
        files[each.source.file].append(each)
    keys = {PurePath(file).parts: _keys(held) for file, held in files.items()}
    paths = {PurePath(file).parts: file for file in files}
    groups = [{paths[path] for path in group} for group in _split(sorted(keys), keys, 0)]
    found = [tuple(each for each in manifests if each.source.file in group) for group in groups]
    order = {id(each): at for at, each in enumerate(manifests)}
    return sorted(found, key=lambda group: order[id(group[0])])


def _split(paths: Sequence[_Path], keys: dict[_Path, frozenset[_Key]], depth: int) -> list[list[_Path]]:
    """Groups of paths, which have their first `depth` parts in common."""
    if not _shared(keys[path] for path in paths):
        return [list(paths)]
    parts: dict[str, list[_Path]] = defaultdict(list)
    for path in paths:
        parts[path[depth]].append(path)
    shared = _shared(frozenset().union(*(keys[path] for path in part)) for part in parts.values())
    together: list[_Path] = []
    apart: list[list[_Path]] = []
    for part in parts.values():
        alone = any(keys[path] & shared for path in part)
        if alone or _shared(keys[path] for path in part):
            apart += _split(part, keys, depth + 1)
        else:
            together += part
    return [together, *apart] if together else apart


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
