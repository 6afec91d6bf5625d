"""Values as trees: what stands at a key, the same values with another value there, and where a key is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from chartgen import reader
from chartgen.errors import InputError
from chartgen.model.location import Location
from chartgen.model.pointer import pointer_to

KeyPath = tuple[str | int, ...]

ABSENT: Final = object()
_PLAIN = re.compile(r"[\w-]+")
_NUMBER, _WORD = 7919, "z7919"


def at(tree: Any, path: KeyPath) -> Any:
    """The value at a path; ABSENT if there is none."""
    for step in path:
        if isinstance(tree, dict) and isinstance(step, str):
            tree = tree.get(step, ABSENT)
        elif isinstance(tree, list) and isinstance(step, int) and step < len(tree):
            tree = tree[step]
        else:
            return ABSENT
    return tree


def with_value(tree: Any, path: KeyPath, value: Any) -> Any:
    """A copy of the tree with `value` at the path; what is missing on the way, or null, becomes a map."""
    if not path:
        return value
    first, *rest = path
    if isinstance(tree, list) and isinstance(first, int):
        return [with_value(each, tuple(rest), value) if index == first else each for index, each in enumerate(tree)]
    members = tree if isinstance(tree, dict) else {}
    return {**members, str(first): with_value(members.get(str(first)), tuple(rest), value)}


def merged(below: Any, above: Any) -> Any:
    """Values as Helm merges them: maps key by key, all else is replaced; null takes a key away."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    kept = {**below, **{key: merged(below.get(key), value) for key, value in above.items()}}
    return {key: value for key, value in kept.items() if value is not None or key not in above}


def leaves(tree: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """The paths of everything in the tree that is no map and no list."""
    members: Iterator[tuple[str | int, Any]]
    if isinstance(tree, dict) and tree:
        members = iter(tree.items())
    elif isinstance(tree, list) and tree:
        members = iter(enumerate(tree))
    else:
        yield path
        return
    for step, value in members:
        yield from leaves(value, (*path, step))


def varied(value: Any) -> Any:
    """Another value of the same type, which can be told apart wherever it turns up; ABSENT if there is none."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + _NUMBER
    if isinstance(value, str) and value.isdecimal():
        return str(int(value) + _NUMBER)
    if isinstance(value, str):
        return f"{value}{_WORD}"
    return _WORD if value is None or value is ABSENT else ABSENT


def shows(before: Any, after: Any, value: Any, other: Any) -> bool:
    """Whether a field of a manifest that was `before` and is `after` holds a value that was changed to `other`."""
    if isinstance(other, dict | list):
        return bool(before != after and after == other)
    if isinstance(other, bool) or isinstance(after, bool):
        return before is value and after is other
    if isinstance(after, int | float):
        return before != after and str(after) == str(other)
    held = value in (None, ABSENT) or str(value) in str(before)
    return isinstance(after, str) and before != after and held and str(other) in after


def spelled(path: KeyPath) -> str:
    """`a.b[0]."c.d"`, as people write a key of values."""
    parts = [
        f"[{step}]" if isinstance(step, int) else f".{step if _PLAIN.fullmatch(step) else repr(step)}" for step in path
    ]
    return "".join(parts).removeprefix(".")


def read(text: str, file: str) -> dict[str, Any]:
    """The map in a values file, nulls kept; empty if it holds none. InputError, with a location, for what is no map."""
    documents = reader.parse(text, file, drop_nulls=False, single=True)
    value = documents[0].value if documents else None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InputError(f"{file} holds no values: it is not a map", remedy="Write `key: value` lines.")
    return value


def located(path: KeyPath, files: Sequence[tuple[str, str]], trees: Sequence[Mapping[str, Any]]) -> Location | None:
    """The place of a key in the first of these files (names, texts, and what they hold) that has it.

    None if none has it, or if a file replaces a list that the key is in and does not have the key itself.
    """
    pointer = pointer_to(path)
    for (file, text), tree in zip(files, trees, strict=True):
        if at(tree, path) is not ABSENT:
            return reader.locate(text, 0, [pointer], file)[pointer]
        above = (at(tree, path[:end]) for end in range(len(path)))
        if any(each is not ABSENT and not isinstance(each, dict) for each in above):
            return None
    return None
