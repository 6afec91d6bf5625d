"""The pieces of a Go template: plain text, and actions by what they do to the output."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """`OUTPUT` writes something, `QUIET` never does (assignments, comments); the others steer what is written."""

    TEXT = "text"
    OUTPUT = "output"
    QUIET = "quiet"
    OPEN = "open"
    ELSE = "else"
    END = "end"


_OPENING = frozenset({"if", "with", "range", "define", "block"})
_ACTION = re.compile(
    r"""\{\{(?P<left>-(?=[\s]))?\s*
    (?:(?P<comment>/\*.*?\*/)
      |(?P<body>(?>"(?:\\.|[^"\\\n])*+"|`[^`]*+`|'(?:\\.|[^'\\\n])*+'|(?!\s-\}\}|\}\}).)*+))
    (?P<right>\s-)?\s*\}\}""",
    re.DOTALL | re.VERBOSE,
)
_KEYWORD = re.compile(r"[a-z]+\b")
_ASSIGNED = re.compile(r"(\$\w*)\s*(?:,\s*(\$\w*)\s*)?:?=")


@dataclass(frozen=True, slots=True)
class Piece:
    """`start` and `end` are indexes into the template; `body` is what stands between the braces of an action.

    `left` and `right` say that the action eats the white space before and behind it.
    """

    kind: Kind
    start: int
    end: int
    body: str = ""
    left: bool = False
    right: bool = False

    @property
    def keyword(self) -> str:
        """The first word of an action: `if`, `define`, `include` ...; empty if it is no word."""
        found = _KEYWORD.match(self.body)
        return found[0] if found else ""

    @property
    def assigned(self) -> tuple[str, ...]:
        """The variables that the action sets, with their `$`."""
        body = self.body.removeprefix(self.keyword).lstrip() if self.kind is Kind.OPEN else self.body
        found = _ASSIGNED.match(body)
        return tuple(name for name in found.groups() if name) if found else ()


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of a template in their order; they cover it without gaps. What no action ends is text."""
    index = 0
    while (start := text.find("{{", index)) >= 0 and (found := _ACTION.match(text, start)):
        if start > index:
            yield Piece(Kind.TEXT, index, start)
        index = found.end()
        body = (found["body"] or "").strip()
        yield Piece(_kind(body), start, index, body, bool(found["left"]), bool(found["right"]))
    if index < len(text):
        yield Piece(Kind.TEXT, index, len(text))


def _kind(body: str) -> Kind:
    keyword = _KEYWORD.match(body)
    word = keyword[0] if keyword else ""
    if word in _OPENING:
        return Kind.OPEN
    if word in ("else", "end"):
        return Kind.ELSE if word == "else" else Kind.END
    quiet = not body or word in ("break", "continue") or _ASSIGNED.match(body)
    return Kind.QUIET if quiet else Kind.OUTPUT
