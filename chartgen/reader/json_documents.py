"""JSON text to plain values; several documents may follow one another, as kubectl accepts them."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from chartgen.errors import InputError
from chartgen.reader.document import Document
from chartgen.reader.limits import Limits
from chartgen.reader.nodes import Kind, json_nodes
from chartgen.reader.positions import position
from chartgen.reader.scalars import scalar

_SPACE = re.compile(r"[ \t\r\n]*")
_UNSOUND = re.compile("[\0\ud800-\udfff]")


class _UnsoundError(Exception):
    """The text is JSON, but holds something that is refused; where it stands is found in a second pass."""


def json_documents(text: str, file: str, limits: Limits, drop_nulls: bool) -> list[Document] | None:
    """The documents of `text`, or None if it is not JSON from end to end: YAML in flow style begins alike.

    Raises InputError for JSON that is well-formed but refused: a key written twice, NUL, half a surrogate pair, or too
    many levels.
    """
    start = _after_space(text, 1 if text.startswith("\ufeff") else 0)
    read = json.JSONDecoder(
        object_pairs_hook=_without_nulls if drop_nulls else _with_nulls,
        parse_int=scalar,
        parse_float=scalar,
        parse_constant=_no_constant,
    ).raw_decode
    spans: list[tuple[int, Any]] = []
    while start < len(text):
        if text[start] not in "{[":
            return None
        try:
            value, end = read(text, start)
            _check(value, limits.depth, check_text="\\u" in text or not text.isascii())
        except (_UnsoundError, RecursionError):
            _explain(text, start, file, limits.depth)
        except ValueError:
            return None
        spans.append((start, value))
        start = _after_space(text, end)
    if not spans:
        return None
    ends = [start for start, _ in spans[1:]] + [len(text)]
    return [Document(value, start, end) for (start, value), end in zip(spans, ends, strict=True)]


def _after_space(text: str, index: int) -> int:
    match = _SPACE.match(text, index)
    return match.end() if match else index


def _with_nulls(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _UnsoundError
    return value


def _without_nulls(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = _with_nulls(pairs)
    return {name: member for name, member in value.items() if member is not None} if None in value.values() else value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _check(root: Any, depth: int, check_text: bool) -> None:
    """Raise _UnsoundError for more than `depth` levels; if `check_text`, also for NUL or half a surrogate pair."""
    level = [root]
    for _ in range(depth + 1):
        below: list[Any] = []
        for node in level:
            if isinstance(node, dict):
                below.extend(node.values())
                if check_text and any(map(_UNSOUND.search, node)):
                    raise _UnsoundError
            elif isinstance(node, list):
                below.extend(node)
            elif check_text and isinstance(node, str) and _UNSOUND.search(node):
                raise _UnsoundError
        if not below:
            return
        level = below
    raise _UnsoundError


def _explain(text: str, start: int, file: str, depth: int) -> NoReturn:
    """Raise the InputError for the first thing in the document at `start` that is refused."""
    problem, remedy, index = _first_fault(text, start, depth)
    raise InputError(f"the JSON cannot be read: {problem}", remedy=remedy, location=position(text, index, file))


def _first_fault(text: str, start: int, depth: int) -> tuple[str, str, int]:
    """What is refused, what to do about it, and the index at which it stands."""
    levels: list[_Level] = [_Level()]
    index = start
    try:
        for node in json_nodes(text, start, depth):
            index = node.start
            if node.kind is Kind.END:
                levels.pop()
                continue
            level = levels[-1]
            if level.takes_key():
                if node.text in level.keys:
                    return f"the key {node.text!r} stands twice in this map", "Keep one of the two.", index
                level.keys.add(node.text)
            if _UNSOUND.search(node.text):
                return "a text holds NUL or half a surrogate pair", "Remove the escape: no manifest can hold it.", index
            if node.kind is not Kind.SCALAR:
                levels.append(_Level(is_map=node.kind is Kind.MAP))
    except ValueError:
        pass  # too deep
    return f"maps and lists are nested more than {depth} levels deep", "Flatten the document.", index


class _Level:
    """An open map or list; in a map, keys and values take turns."""

    def __init__(self, is_map: bool = False) -> None:
        self.keys: set[str] = set()
        self._is_map = is_map
        self._key_next = is_map

    def takes_key(self) -> bool:
        """Take the next node; whether it is a key."""
        is_key = self._key_next
        self._key_next = self._is_map and not is_key
        return is_key
