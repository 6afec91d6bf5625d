"""From an index in a text to a line and a column, as editors count them."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

from chartgen.model.location import Location


def position(text: str, index: int, file: str) -> Location:
    """The place of `text[index]`. Lines end at `\\n` only; columns are code points; both are 1-based."""
    starts = _line_starts(text)
    index = max(0, min(index, len(text)))
    line = bisect_right(starts, index)
    return Location(file, line, index - starts[line - 1] + 1)


@lru_cache(maxsize=8)
def _line_starts(text: str) -> list[int]:
    """Kept for the last few texts: a report asks for thousands of places in the same one."""
    starts = [0]
    found = text.find("\n")
    while found >= 0:
        starts.append(found + 1)
        found = text.find("\n", found + 1)
    return starts
