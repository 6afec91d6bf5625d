"""What fixes change, as a unified diff."""

from __future__ import annotations

from difflib import unified_diff

from chartgen.report.palette import Palette
from chartgen.report.printable import printable

_NO_NEWLINE = "\\ No newline at end of file\n"


def diff(file: str, before: str, after: str, *, colour: bool = False) -> str:
    """The changes of one file, empty if there are none; `patch -p0` understands it where there is no colour."""
    lines = unified_diff(_lines(before), _lines(after), file, file)
    if not colour:
        return "".join(_ended(line) for line in lines)
    return "".join(_painted(_ended(line)) for line in lines)


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
