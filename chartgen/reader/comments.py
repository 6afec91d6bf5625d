"""The comments of a YAML text, told from `#` in scalars by the parser's events."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from yaml._yaml import CParser
from yaml.error import YAMLError
from yaml.events import ScalarEvent

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_BLANK = " \t\n\r\x85\u2028\u2029\ufeff"


@dataclass(frozen=True, slots=True)
class Comment:
    """`text` goes from `#` to the end of its line, `start` is its index in the whole text.

    `alone` says that nothing but blanks stands before it on its line.
    """

    start: int
    text: str
    alone: bool


def comments(text: str) -> list[Comment]:
    """The comments of all documents, in the order of the text; JSON has none. Total: of what cannot be read, none."""
    if "#" not in text:
        return []
    try:
        scalars = list(_scalars(text))
    except (YAMLError, UnicodeEncodeError, ValueError):
        return []
    found: list[Comment] = []
    position = 0
    for start, end in [*scalars, (len(text), len(text))]:
        found += _between(text, position, start)
        position = max(position, end)
    return found


def _scalars(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of the text of each scalar, without the header line of a block scalar."""
    offset = int(text.startswith("\ufeff"))
    next_event: Callable[[], Any] = CParser(text[offset:]).get_event
    while (event := next_event()) is not None:
        if not isinstance(event, ScalarEvent) or event.start_mark is None or event.end_mark is None:
            continue
        start, end = event.start_mark.index + offset, event.end_mark.index + offset
        if event.style in ("|", ">"):
            # The parser counts the line breaks below the block, and the indentation of what follows.
            end = start + len(text[start:end].rstrip())
            header = _BREAK.search(text, start, end)
            start = header.start() if header else end
        yield start, end


def _between(text: str, start: int, end: int) -> Iterator[Comment]:
    """The comments in a part of the text without scalars: `#` behind a blank, up to the end of its line."""
    while (start := text.find("#", start, end)) >= 0:
        if start and text[start - 1] not in _BLANK:
            start += 1  # a part of a tag
            continue
        match = _BREAK.search(text, start)
        stop = match.start() if match else len(text)
        line = max(text.rfind(mark, 0, start) for mark in "\n\r") + 1
        yield Comment(start, text[start:stop].rstrip(), not text[line:start].strip(_BLANK))
        start = stop
