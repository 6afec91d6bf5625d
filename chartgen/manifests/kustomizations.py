"""What kustomizations say about the files beside them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from chartgen import reader
from chartgen.errors import InputError

_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_LISTS = ("configurations", "patchesStrategicMerge")
_PATHS = ("patches", "patchesJson6902", "replacements")


def fragments(root: Path, paths: Iterable[Path]) -> frozenset[Path]:
    """The files among `paths`, all below `root`, that are no objects but parts of some, or settings of kustomize.

    Resolved. They are those that a kustomization names as such, and those below one that are called patches and that
    none takes as a resource: patches that are switched off. A kustomization that cannot be read says nothing.
    """
    files = [path.resolve() for path in paths]
    top = root.resolve()
    folders = {folder for folder in {folder for file in files for folder in file.parents} if folder.is_relative_to(top)}
    kustomizations = {
        folder: _read(folder / name) for folder in folders for name in _NAMES if (folder / name).is_file()
    }
    named = {file for folder, value in kustomizations.items() for file in _fragments(folder, value)}
    resources = {file for folder, value in kustomizations.items() for file in _texts(folder, value.get("resources"))}
    return frozenset(
        file for file in files if file in named or (file not in resources and _called_patch(file, kustomizations))
    )


def _called_patch(file: Path, folders: Collection[Path]) -> bool:
    """Whether the file, or a folder between it and the nearest kustomization above, is called a patch."""
    near = next((folder for folder in file.parents if folder in folders), None)
    return near is not None and any("patch" in part for part in file.relative_to(near).parts)


def _fragments(folder: Path, value: dict[str, Any]) -> Iterator[Path]:
    for field in _LISTS:
        yield from _texts(folder, value.get(field))
    for field in _PATHS:
        members = value.get(field)
        for member in members if isinstance(members, list) else []:
            yield from _texts(folder, [member.get("path")] if isinstance(member, dict) else [])


def _texts(folder: Path, value: Any) -> Iterator[Path]:
    """The files that a list names; what it holds besides (a patch in place) has lines of its own."""
    for each in value if isinstance(value, list) else []:
        if isinstance(each, str) and "\n" not in each:
            yield Path(os.path.normpath(folder / each))


def _read(file: Path) -> dict[str, Any]:
    try:
        documents = reader.parse(reader.read(file), str(file))
    except InputError:
        return {}
    value = documents[0].value if documents else None
    return value if isinstance(value, dict) else {}
