"""The lines of the input that a finding speaks of, with line numbers and underlines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from chartgen.model.location import Location
from chartgen.report.extent import extent
from chartgen.report.palette import Palette
from chartgen.report.printable import printable, width

# A longer line is cut around its first mark, so that minified JSON does not fill the screen.
LONGEST = 120
_BEFORE_MARK = 30
_ELLIPSIS = "…"
_TAB = "    "

Texts = Mapping[str, Sequence[str]]
"""The lines of each text by its key, without line ends."""

Paint = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to underline. `subject` is printed behind the file name, `label` behind the underline.

    `text` tells apart texts that have the same file name; it is a part of the key of that text.
    """

    location: Location
    subject: str = ""
    label: str = ""
    text: str = ""

    @property
    def key(self) -> str:
        return key(self.location.file, self.text)


def excerpt(mark: Mark, others: Sequence[Mark], texts: Texts, palette: Palette, paint: Paint) -> tuple[list[str], int]:
    """The lines of the excerpt and the width of its line-number column.

    `mark` is underlined with carets in the colour `paint`. `others` are underlined with dashes: those of the same file
    stand in the same excerpt, in the order of their lines; each other file follows with an arrow of its own.
    """
    gutter = max(len(str(each.location.line)) for each in (mark, *others))
    lines: list[str] = []
    for arrow, marks in _by_file(mark, others):
        head = marks[0]
        subject = f"  {printable(head.subject)}" if head.subject else ""
        lines.append(f"{' ' * gutter}{palette.frame(arrow)} {printable(str(head.location))}{subject}")
        lines += _Drawing(texts.get(head.key, ()), mark, gutter, palette, paint).draw(marks)
    return lines, gutter


def key(file: str, text: str = "") -> str:
    """The key of a text: its file, and what tells it apart from others of that name (such as that it is rendered)."""
    return f"{file}\0{text}" if text else file


def split(text: str) -> list[str]:
    """The lines of a text as locations count them: they end at `\\n` only."""
    return [line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n")]


def _by_file(mark: Mark, others: Sequence[Mark]) -> list[tuple[str, list[Mark]]]:
    files: dict[str, list[Mark]] = {mark.key: [mark]}
    for other in others:
        files.setdefault(other.key, []).append(other)
    return [("-->" if file == mark.key else ":::", marks) for file, marks in files.items()]


@dataclass(frozen=True, slots=True)
class _Drawing:
    """The excerpt of one file."""

    text: Sequence[str]
    primary: Mark
    gutter: int
    palette: Palette
    paint: Paint

    def draw(self, marks: Sequence[Mark]) -> list[str]:
        on_line: dict[int, list[Mark]] = {}
        for mark in marks:
            if 0 < mark.location.line <= len(self.text):
                on_line.setdefault(mark.location.line, []).append(mark)
        if not on_line:
            return []
        lines, previous = [self._bar()], None
        for number in sorted(on_line):
            if previous is not None and number == previous + 2:
                lines.append(self._numbered(number - 1, _cut(self.text[number - 2], 0)[0]))
            elif previous is not None and number > previous + 2:
                lines.append(self.palette.frame("..."))
            lines += self._marked(number, on_line[number])
            previous = number
        return lines

    def _marked(self, number: int, marks: Sequence[Mark]) -> list[str]:
        line = self.text[number - 1]
        spans = []
        for mark in marks:
            start = min(mark.location.column - 1, len(line))
            spans.append((mark, start, extent(line, start)))
        shown, left = _cut(line, min(start for _, start, _ in spans))
        lines = [self._numbered(number, shown)]
        for mark, start, end in spans:
            indent = min(_cells(line, left, start), max(0, width(shown) - 1))
            length = max(1, min(_cells(line, left, end), width(shown)) - indent)
            is_primary = mark is self.primary
            underline = ("^" if is_primary else "-") * length
            text = f"{underline} {printable(mark.label)}" if mark.label else underline
            lines.append(f"{self._bar()} {' ' * indent}{self.paint(text) if is_primary else self.palette.frame(text)}")
        return lines

    def _numbered(self, number: int, shown: str) -> str:
        bar = self.palette.frame(f"{number:>{self.gutter}} |")
        return f"{bar} {shown}" if shown else bar

    def _bar(self) -> str:
        return self.palette.frame(f"{' ' * self.gutter} |")


def _shown(text: str) -> str:
    return printable(text.replace("\t", _TAB))


def _cut(line: str, mark: int) -> tuple[str, int]:
    """The part of the line to show, and the index at which it begins; unless that is 0 an ellipsis stands there."""
    left = 0 if mark < LONGEST - _BEFORE_MARK else mark - _BEFORE_MARK
    text = (_ELLIPSIS + _shown(line[left + 1 :])) if left else _shown(line)
    if width(text) > LONGEST:
        while width(text) >= LONGEST:
            text = text[: max(1, len(text) - max(1, (width(text) - LONGEST) // 2))]
        text += _ELLIPSIS
    return text.rstrip(), left


def _cells(line: str, left: int, index: int) -> int:
    """The terminal cells before index `index` of a line that is shown from index `left`."""
    return width(_shown(line[:index])) if left == 0 else 1 + width(_shown(line[left + 1 : index]))
