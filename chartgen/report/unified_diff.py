"""What fixes change, as a unified diff."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import unified_diff

from chartgen.report.palette import Palette
from chartgen.report.printable import printable
from chartgen.report.secrecy import covered

_NO_NEWLINE = "\\ No newline at end of file\n"
_HUNK = re.compile(r"@@ -(\d+)\S* \+(\d+)")


def diff(
    file: str,
    before: str,
    after: str,
    *,
    hidden: tuple[frozenset[int], frozenset[int]] = (frozenset(), frozenset()),
    colour: bool = False,
) -> str:
    """The changes of one file, empty if there are none; `patch -p0` understands it where there is no colour.

    `hidden` are the numbers of lines before and after the change that are not for others to read. Without them a diff
    does not apply, but it still says what changes.
    """
    name = f"{file}\t" if " " in file else file  # else `patch` ends the name at its first space
    lines = _without(unified_diff(_lines(before), _lines(after), name, name), *hidden)
    if not colour:
        return "".join(_ended(line) for line in lines)
    return "".join(_painted(_ended(line)) for line in lines)


def _without(lines: Iterable[str], old: frozenset[int], new: frozenset[int]) -> Iterator[str]:
    """The lines of a diff, those replaced by a remark that stand at these line numbers of either side."""
    at_old = at_new = 0
    for line in lines:
        if hunk := _HUNK.match(line):
            at_old, at_new = int(hunk[1]), int(hunk[2])
            yield line
            continue
        is_old, is_new = at_old > 0 and line[0] in " -", at_new > 0 and line[0] in " +"
        secret = (is_old and at_old in old) or (is_new and at_new in new)
        yield f"{line[0]}{covered(line[1:])}\n" if secret else line
        at_old, at_new = at_old + is_old, at_new + is_new


def _lines(text: str) -> list[str]:
    """Lines with their ends; only a line feed ends one."""
    parts = text.split("\n")
    return [*(f"{part}\n" for part in parts[:-1]), *parts[-1:]] if parts[-1] else [f"{part}\n" for part in parts[:-1]]


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}"


def _painted(text: str) -> str:
    palette = Palette(True)
    return "".join(f"{_line(printable(line), palette)}\n" for line in text.removesuffix("\n").split("\n"))


def _line(line: str, palette: Palette) -> str:
    if line.startswith(("---", "+++")):
        return palette.strong(line)
    if line.startswith("@@"):
        return palette.frame(line)
    if line.startswith("+"):
        return palette.added(line)
    return palette.removed(line) if line.startswith("-") else line
