"""What Helm rendered, clean and marked, laid beside each other: which run of which template wrote each character."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher

# Comparing takes the square of the number of lines.
_COMPARED = 10_000

Runs = tuple[int, ...]
"""Numbers of the runs that a character was written by, the innermost last; empty where no marked line wrote it."""


@dataclass(slots=True)
class _Line:
    """A line without its marks. From index `starts[i]` on, it was written by `runs[i]`."""

    text: str = ""
    starts: list[int] = field(default_factory=list)
    runs: list[Runs] = field(default_factory=list)
    met: set[int] = field(default_factory=set)

    def at(self, index: int) -> Runs:
        found = bisect_right(self.starts, index) - 1
        return self.runs[found] if found >= 0 else ()


@dataclass(frozen=True, slots=True)
class Origins:
    """The runs of one rendered text. `blamed` are runs whose marks may have changed what was rendered."""

    _lines: dict[int, _Line]
    blamed: frozenset[int]
    whole: bool

    def at(self, line: int, column: int) -> Runs:
        """The runs that wrote what stands at a place of the clean text, 1-based."""
        found = self._lines.get(line)
        return found.at(column - 1) if found else ()

    def along(self, line: int) -> Runs:
        """All the runs that wrote a part of a line of the clean text."""
        found = self._lines.get(line)
        return tuple(sorted(found.met)) if found else ()


def origins(clean: str, marked: str, word: str) -> Origins:
    """Lay the two texts beside each other, line by line.

    Lines count as the same only if they are equal without their marks; `whole` is false if the texts do not even have
    as many lines, and then nothing in them is placed.
    """
    lines = [line for line in _lines(marked, word) if line.text.strip()]
    numbered = [(number, line.rstrip()) for number, line in enumerate(clean.split("\n"), 1) if line.strip()]
    texts = [line.text.rstrip() for line in lines]
    if len(lines) != len(numbered):
        return Origins({}, frozenset(_blamed([text for _, text in numbered], texts, lines)), False)
    pairs = list(zip(numbered, lines, texts, strict=True))
    placed = {number: line for (number, shown), line, text in pairs if shown == text}
    met = {run for (_, shown), line, text in pairs if shown != text for run in line.met}
    return Origins(placed, frozenset(met), True)


def _blamed(clean: list[str], texts: list[str], lines: list[_Line]) -> Iterator[int]:
    if len(clean) + len(texts) > _COMPARED:
        return
    for kind, _, _, start, end in SequenceMatcher(None, clean, texts, autojunk=False).get_opcodes():
        if kind != "equal":
            for line in lines[start:end]:
                yield from line.met


def _lines(marked: str, word: str) -> Iterator[_Line]:
    """The lines of the marked text. Marks that do not pair are no reason to guess: what follows has no run."""
    mark = re.compile(rf"{word}([be])(\d+)z")
    stack: list[int] = []
    sound = True
    for raw in marked.split("\n"):
        line, index = _Line(), 0
        parts: list[str] = []
        length = 0
        _open(line, 0, stack, sound)
        for found in mark.finditer(raw):
            parts.append(raw[index : found.start()])
            length += found.start() - index
            index = found.end()
            number = int(found[2])
            line.met.add(number)
            if found[1] == "b":
                stack.append(number)
            elif stack and stack[-1] == number:
                stack.pop()
            else:
                sound = False
            _open(line, length, stack, sound)
        line.text = "".join([*parts, raw[index:]])
        yield line


def _open(line: _Line, index: int, stack: list[int], sound: bool) -> None:
    line.starts.append(index)
    line.runs.append(tuple(stack) if sound else ())
    line.met.update(stack)
