"""Text to Kubernetes objects: one per document, and one per member of a List."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from chartgen import reader
from chartgen.errors import InputError
from chartgen.model.manifest import Manifest, Source


def from_text(text: str, file: str, *, rendered: bool = False, value_set: str = "") -> list[Manifest]:
    """The objects in `text`, in its order; `file` is the name to print.

    Empty documents are skipped, Lists are replaced by their members (pointer `/items/N`). `rendered` marks text that
    Helm made, `value_set` names the values that it made it with. Raises InputError, with a location, for text that
    cannot be read and for a document or list member that is not a map.
    """
    source = Source(file, text, rendered, value_set)
    found: list[Manifest] = []
    for document in reader.parse(text, file):
        if document.value is None:
            continue
        found.extend(_expand(source, document.start, "", document.value, document.layout))
    return found


def from_file(path: Path) -> list[Manifest]:
    """The objects in a file of YAML or JSON. InputError if it cannot be read, or as `from_text`."""
    return from_text(reader.read(path), str(path))


def _expand(
    source: Source, start: int, pointer: str, value: Any, layout: Sequence[int] | None = None
) -> Iterator[Manifest]:
    if not isinstance(value, dict):
        what = "list member" if pointer else "document"
        raise InputError(
            f"the {what} is {_described(value)}, not a Kubernetes object",
            remedy="An object is a map with apiVersion, kind and metadata. If the file is no manifest, leave it out.",
            location=reader.locate(source.text, start, [pointer], source.file)[pointer],
        )
    items = value.get("items")
    if not _is_list(value) or not isinstance(items, list):
        yield Manifest(source, start, pointer, value, layout)
        return
    for index, item in enumerate(items):
        yield from _expand(source, start, f"{pointer}/items/{index}", _with_kind(item, value))


def _is_list(value: dict[str, Any]) -> bool:
    """`List`, or a typed one such as PodList: what has its members in `items` and neither spec nor data of its own."""
    kind = value.get("kind")
    return isinstance(kind, str) and kind.endswith("List") and "items" in value and not value.keys() & {"spec", "data"}


def _with_kind(item: Any, parent: dict[str, Any]) -> Any:
    """A member of a typed list, which may leave out what the list already says."""
    kind = parent["kind"].removesuffix("List")
    if not isinstance(item, dict) or not kind or "kind" in item:
        return item
    return {"apiVersion": parent.get("apiVersion", ""), "kind": kind, **item}


def _described(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    names: dict[type, str] = {list: "a list", str: "a text", int: "a number", float: "a number"}
    return names.get(type(value), "empty")
