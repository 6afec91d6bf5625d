"""What kustomizations say about the files beside them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chartgen import reader
from chartgen.errors import InputError
from chartgen.model.pointer import escape

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_LISTS = ("configurations", "patchesStrategicMerge", "generators", "transformers", "validators")
_PATHS = ("patches", "patchesJson6902", "replacements")
_RESOURCES = ("resources", "bases", "components")
_NO_FIELDS = {"apiVersion", "kind", "$patch"}


@dataclass(frozen=True, slots=True)
class Patch:
    """The objects that a patch is about, by patterns of kind and name, and the fields that it sets.

    They stand in one of the `files` (resolved) that its kustomization takes in, by itself or by another one. A field is
    a JSON pointer in which `*` stands for any member of a list; empty is the whole object.
    """

    files: frozenset[Path]
    kind: str
    name: str
    fields: tuple[str, ...]

    def is_about(self, file: Path, kind: str, name: str) -> bool:
        return file in self.files and _matches(self.kind, kind) and _matches(self.name, name)

    def touches(self, pointer: str) -> bool:
        """Whether the patch sets what stands at a JSON pointer, something above it or something in it."""
        place = re.sub(r"/\d+(?=/|$)", "/*", pointer) + "/"
        return any(place.startswith(f"{each}/") or f"{each}/".startswith(place) for each in self.fields)


@dataclass(frozen=True, slots=True)
class Kustomized:
    """What the kustomizations of a tree say: `files` are their own.

    `fragments` (resolved) are files that are no objects but parts of some, or settings of kustomize; `images` are the
    names of images whose tags they set, each with the files that it concerns; `selecting` are files whose workloads
    get labels and selectors, `renaming` those whose objects get other names.
    """

    files: frozenset[Path] = frozenset()
    fragments: frozenset[Path] = frozenset()
    patches: tuple[Patch, ...] = ()
    images: tuple[tuple[str, frozenset[Path]], ...] = ()
    selecting: frozenset[Path] = frozenset()
    renaming: frozenset[Path] = frozenset()

    def __add__(self, other: Kustomized) -> Kustomized:
        return Kustomized(
            self.files | other.files,
            self.fragments | other.fragments,
            (*self.patches, *other.patches),
            (*self.images, *other.images),
            self.selecting | other.selecting,
            self.renaming | other.renaming,
        )


def kustomized(root: Path, paths: Iterable[Path]) -> Kustomized:
    """What the kustomizations below `root`, in the folders of `paths`, say.

    Fragments are those of `paths` that a kustomization names as such, and those below one that are called patches and
    that none takes as a resource: patches that are switched off. A kustomization that cannot be read says nothing.
    """
    files = [path.resolve() for path in paths]
    top = root.resolve()
    folders = {folder for folder in {folder for file in files for folder in file.parents} if folder.is_relative_to(top)}
    found = {folder / name for folder in folders for name in NAMES if (folder / name).is_file()}
    read = {file.parent: _read(file) for file in sorted(found)}
    named = {file for folder, value in read.items() for file in _fragments(folder, value)}
    named |= {file for folder in named if folder in read for file in _taken(folder, read, set())}
    resources = {file for folder, value in read.items() for file in _texts(folder, value.get("resources"))}
    taken = {folder: _taken(folder, read, set()) for folder in read}
    return Kustomized(
        frozenset(found),
        frozenset(file for file in files if file in named or (file not in resources and _called_patch(file, read))),
        tuple(
            patch
            for folder, value in read.items()
            for patch in (*_patches(folder, value, taken[folder]), *_replaced(folder, value, taken[folder]))
        ),
        tuple(
            (each["name"], taken[folder])
            for folder, value in read.items()
            for each in _maps(value.get("images"))
            if isinstance(each.get("name"), str)
        ),
        frozenset().union(*(taken[folder] for folder, value in read.items() if _selects(value))),
        frozenset().union(*(taken[folder] for folder, value in read.items() if _renames(value))),
    )


def _taken(folder: Path, read: Mapping[Path, dict[str, Any]], on_the_way: set[Path]) -> frozenset[Path]:
    """The files that the kustomization of a folder takes in, by itself or by another one."""
    found: set[Path] = set()
    for field in _RESOURCES:
        for path in _texts(folder, read[folder].get(field)):
            if path not in read:
                found.add(path)
            elif path not in on_the_way:
                found |= _taken(path, read, on_the_way | {folder})
    return frozenset(found)


def _called_patch(file: Path, folders: Collection[Path]) -> bool:
    """Whether the file, or a folder between it and the nearest kustomization above, is called a patch."""
    near = next((folder for folder in file.parents if folder in folders), None)
    return near is not None and any("patch" in part for part in file.relative_to(near).parts)


def _fragments(folder: Path, value: dict[str, Any]) -> Iterator[Path]:
    for field in _LISTS:
        yield from _texts(folder, value.get(field))
    for field in _PATHS:
        yield from _texts(folder, [member.get("path") for member in _maps(value.get(field))])


def _selects(value: dict[str, Any]) -> bool:
    """Whether a kustomization writes selectors: `commonLabels`, or `labels` with `includeSelectors`."""
    added = [each.get("pairs") for each in _maps(value.get("labels")) if each.get("includeSelectors") is True]
    return any(isinstance(each, dict) and each for each in (value.get("commonLabels"), *added))


def _renames(value: dict[str, Any]) -> bool:
    return bool(_text(value.get("namePrefix")) or _text(value.get("nameSuffix")))


def _texts(folder: Path, value: Any) -> Iterator[Path]:
    """The files that a list names; what it holds besides (a patch in place) has lines of its own."""
    for each in value if isinstance(value, list) else []:
        if isinstance(each, str) and "\n" not in each:
            yield Path(os.path.normpath(folder / each))


def _patches(folder: Path, value: dict[str, Any], files: frozenset[Path]) -> Iterator[Patch]:
    strategic = value.get("patchesStrategicMerge")
    for each in strategic if isinstance(strategic, list) else []:
        for document in _documents(folder, each):
            yield from _patch(files, {}, document)
    for field in ("patches", "patchesJson6902"):
        for each in _maps(value.get(field)):
            target = each.get("target")
            for document in _documents(folder, each.get("patch") or each.get("path")):
                yield from _patch(files, target if isinstance(target, dict) else {}, document)


def _replaced(folder: Path, value: dict[str, Any], files: frozenset[Path]) -> Iterator[Patch]:
    """What `replacements` write, in place or in the file that one names (a replacement or a list of them)."""
    for each in _maps(value.get("replacements")):
        read = [each] if "targets" in each else [*_documents(folder, each.get("path"))]
        for document in _maps([one for part in read for one in (part if isinstance(part, list) else [part])]):
            for target in _maps(document.get("targets")):
                select, paths = target.get("select"), target.get("fieldPaths")
                kind, name = (_text(select.get(key)) if isinstance(select, dict) else "" for key in ("kind", "name"))
                fields = [
                    _pointer(each) for each in (paths if isinstance(paths, list) else []) if isinstance(each, str)
                ]
                yield Patch(files, kind or ".*", name or ".*", tuple(fields))


def _pointer(path: str) -> str:
    """`/spec/containers/*/image` of kustomize's `spec.containers.[name=web].image`, where `\\.` is a dot of a key."""
    parts = re.findall(r"(?:\[[^\]]*\]|\\.|[^.\\\[])+", path)
    return "".join(
        "/*" if part[0] == "[" or part.isdecimal() else f"/{escape(part.replace(chr(92), ''))}" for part in parts
    )


def _documents(folder: Path, patch: Any) -> Iterator[Any]:
    """What a patch holds: it stands in place, or in the file that is named."""
    if not isinstance(patch, str):
        return
    try:
        text = patch if "\n" in patch else reader.read(folder / patch)
        yield from (each.value for each in reader.parse(text, "patch", drop_nulls=False))
    except InputError:
        return


def _patch(files: frozenset[Path], target: dict[str, Any], document: Any) -> Iterator[Patch]:
    """A strategic merge patch, which names its object, or a list of operations (RFC 6902), whose target does."""
    if isinstance(document, list):
        paths = [each.get("path") for each in _maps(document)]
        fields = tuple(re.sub(r"/(\d+|-)(?=/|$)", "/*", path) for path in paths if isinstance(path, str))
        own: dict[str, Any] = {}
    elif isinstance(document, dict):
        fields = tuple(dict.fromkeys(_fields({k: v for k, v in document.items() if k not in _NO_FIELDS}, "")))
        metadata = document.get("metadata")
        own = {"kind": document.get("kind"), "name": metadata.get("name") if isinstance(metadata, dict) else None}
        fields = ("",) if "$patch" in document else fields
    else:
        return
    kind, name = (_text(target.get(key)) or ("" if target else _text(own.get(key))) or ".*" for key in ("kind", "name"))
    yield Patch(files, kind, name, fields)


def _fields(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, dict) and value and "$patch" not in value:
        for key, member in value.items():
            if (pointer, key) != ("/metadata", "name"):
                yield from _fields(member, f"{pointer}/{escape(str(key))}")
    elif isinstance(value, list) and value:
        for member in value:
            yield from _fields(member, f"{pointer}/*")
    else:
        yield pointer


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return True


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _maps(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _read(file: Path) -> dict[str, Any]:
    try:
        documents = reader.parse(reader.read(file), str(file))
    except InputError:
        return {}
    value = documents[0].value if documents else None
    return value if isinstance(value, dict) else {}
