"""How far a caret underline reaches: from a node's first character to its end on that line.

Only for the eye. Where a finding points is decided by the parser; this decides how long the mark is.
"""

from __future__ import annotations

import re

_OPENERS, _CLOSERS, _QUOTES = "{[", "}]", "\"'"
_WORDS = re.compile(r"[^\s{}\[\],\"'#]+(?:\s+[^\s{}\[\],\"'#]+)*")


def extent(line: str, start: int) -> int:
    """The index just behind the node that begins at index `start` of `line`: its value is in, a comment is not."""
    in_flow = _depth(line, start) > 0
    depth, index, end = 0, start, start
    while index < len(line):
        if words := _WORDS.match(line, index):
            index = end = words.end()
            continue
        character = line[index]
        if _begins_comment(line, index):
            break
        if character in _QUOTES and _may_open(line, index):
            index = end = _behind_quoted(line, index)
            continue
        if character in _CLOSERS and depth == 0 and in_flow:
            break
        if character == "," and depth == 0 and (in_flow or not line[index + 1 :].strip()):
            break
        depth += (character in _OPENERS) - (character in _CLOSERS)
        index += 1
        if not character.isspace():
            end = index
    return max(end, min(start + 1, len(line)))


def _depth(line: str, stop: int) -> int:
    """How many flow brackets are open on this line before index `stop`."""
    depth = index = 0
    while index < stop:
        if line[index] in _QUOTES and _may_open(line, index):
            index = _behind_quoted(line, index)
            continue
        depth += (line[index] in _OPENERS) - (line[index] in _CLOSERS)
        index += 1
    return depth


def _begins_comment(line: str, index: int) -> bool:
    return line[index] == "#" and (index == 0 or line[index - 1].isspace())


def _may_open(line: str, index: int) -> bool:
    """A quote opens a quoted scalar only where a scalar can begin; in `don't` it is a letter."""
    return index == 0 or line[index - 1].isspace() or line[index - 1] in "{[,:"


def _behind_quoted(line: str, index: int) -> int:
    quote = line[index]
    index += 1
    while index < len(line):
        if line[index] == "\\" and quote == '"':
            index += 2
        elif line[index] == quote:
            if quote == "'" and line[index + 1 : index + 2] == "'":
                index += 2
                continue
            return index + 1
        else:
            index += 1
    return len(line)
