"""The canonical writer: block style, one form for every value, comments at the keys that they belong to.

What it writes is a fixed point: read and written again it is the same text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chartgen import reader
from chartgen.spec.comments import Comments
from chartgen.spec.layout import Path

_INDENT = 2
# Printable to JSON, but a line break or a byte order mark to YAML.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")


def write(values: Mapping[str, Any], comments: Comments, descriptions: Mapping[Path, Sequence[str]]) -> str:
    """The text of `values`, which has at least one key; ends with a line feed.

    `descriptions` maps the path of a key to comment lines, without `#`, to write above it.
    """
    notes = _Notes()
    _index(values, (), notes)
    notes.take(comments)
    for path, lines in descriptions.items():
        notes.above.setdefault(path, []).extend(f"# {line}" for line in lines)
    lines = [*notes.header, *([""] if notes.header else [])]
    for number, (key, value) in enumerate(values.items()):
        lines += [""] * bool(number) + _entry(notes, (key,), value, 0)
    if closing := notes.closing.get(()):
        lines += ["", *closing]
    return "\n".join(lines) + "\n"


@dataclass(slots=True)
class _Notes:
    """The comments by where they are written; `present` says of every path whether it is a collection with members."""

    present: dict[Path, bool] = field(default_factory=dict)
    header: list[str] = field(default_factory=list)
    above: dict[Path, list[str]] = field(default_factory=dict)
    beside: dict[Path, str] = field(default_factory=dict)
    closing: dict[Path, list[str]] = field(default_factory=dict)

    def take(self, comments: Comments) -> None:
        """Place every comment once; one whose key is gone stands above the nearest key around it."""
        self.header = comments.header
        for path, texts in comments.above.items():
            self._above(path, texts)
        for path, texts in comments.beside.items():
            block_item = self.present.get(path, False) and bool(path) and isinstance(path[-1], int)
            if path in self.present and path and not block_item:
                self.beside[path] = texts[0]
                self._above(path, texts[1:])
            else:
                self._above(path, texts)
        for path, texts in comments.closing.items():
            if self.present.get(path, False):
                self.closing.setdefault(path, []).extend(texts)
            else:
                self._above(path, texts)

    def _above(self, path: Path, texts: list[str]) -> None:
        while path and path not in self.present:
            path = path[:-1]
        target = self.above if path else self.closing
        if texts:
            target.setdefault(path, []).extend(texts)


def _index(value: Any, path: Path, notes: _Notes) -> None:
    members = _members(value)
    notes.present[path] = bool(members)
    for key, member in members:
        _index(member, (*path, key), notes)


def _members(value: Any) -> list[tuple[str | int, Any]]:
    if isinstance(value, Mapping):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _entry(notes: _Notes, path: Path, value: Any, indent: int) -> list[str]:
    """A key with its value, and the comments around them."""
    above = [" " * indent + text for text in notes.above.get(path, ())]
    head = " " * indent + _text(str(path[-1])) + ":"
    if notes.present[path]:
        return [*above, _with(head, notes.beside.get(path)), *_block(notes, path, value, indent + _INDENT)]
    first, rest = _scalar(value, indent + _INDENT)
    return [*above, _with(f"{head} {first}", notes.beside.get(path)), *rest]


def _item(notes: _Notes, path: Path, value: Any, indent: int) -> list[str]:
    """A list item. The comments above its first entry go above the dash, where alone they can stand."""
    above = [" " * indent + text for text in notes.above.get(path, ())]
    if not notes.present[path]:
        first, rest = _scalar(value, indent + _INDENT)
        return [*above, _with(" " * indent + "- " + first, notes.beside.get(path)), *rest]
    lines = _block(notes, path, value, indent + _INDENT)
    begin = next(number for number, line in enumerate(lines) if not line.lstrip().startswith("#"))
    above += [" " * indent + line.lstrip() for line in lines[:begin]]
    return [*above, " " * indent + "- " + lines[begin][indent + _INDENT :], *lines[begin + 1 :]]


def _block(notes: _Notes, path: Path, value: Any, indent: int) -> list[str]:
    write_member = _entry if isinstance(value, Mapping) else _item
    lines = [line for key, member in _members(value) for line in write_member(notes, (*path, key), member, indent)]
    return lines + [" " * indent + text for text in notes.closing.get(path, ())]


def _with(line: str, comment: str | None) -> str:
    return f"{line} {comment}" if comment else line


def _scalar(value: Any, indent: int) -> tuple[str, list[str]]:
    """The text behind the key, and the lines below it: several lines of text are written as such where that is safe."""
    if isinstance(value, str):
        body = value.removesuffix("\n")
        if "\n" in body and _literal(body):
            lines = [" " * indent + line if line else "" for line in body.split("\n")]
            return "|" if value != body else "|-", lines
        return _text(value), []
    if isinstance(value, bool):
        return ("true" if value else "false"), []
    if isinstance(value, Mapping | list):
        return ("{}" if isinstance(value, Mapping) else "[]"), []
    return repr(value), []


def _literal(body: str) -> bool:
    """Whether literal style keeps the lines of `body`: no space where YAML counts or drops it, nothing to escape."""
    lines = body.split("\n")
    kept = all(line == line.rstrip() and not line.startswith("\t") for line in lines)
    return kept and bool(lines[0]) and bool(lines[-1]) and lines[0][0] != " " and not _ESCAPED.search(body)


def _text(value: str) -> str:
    """A string on one line: plain where every reader takes it for the same string, else double-quoted."""
    if reader.plain_is_string(value):
        return value
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))
