"""Templates that say in their output which of their lines wrote what.

Around everything that a line writes stand two marks, plain words that survive indentation, quoting and `toYaml`. They
stand next to what is written, never next to white space, so that `{{-` and `-}}` eat what they ate before: without its
marks the output is what the template itself renders to, and where it is not, nothing is said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from chartgen.helm.actions import Kind, Piece, pieces

_YAML = re.compile(r"(?:^|[\s\w\"'}\])])\s*:(?:\s|$)|^\s*- |^\s*-$", re.MULTILINE)
_DEFINED = re.compile(r"""(?:define|block)\s+["`]([^"`]*)["`]""")
_CALLED = re.compile(r"""\b(?:include|template|block)\s+["`]([^"`]*)["`]""")
_PLACED = re.compile(r"""(?:include\s+["`]([^"`]*)["`][^|]*(?:\|\s*n?indent\s+\d+\s*)?$|template\s+["`]([^"`]*)["`])""")


@dataclass(frozen=True, slots=True)
class Run:
    """What one line of a template writes without a condition in between.

    `file` is relative to the chart's folder; line and column are 1-based. `definition` is the helper that it is part
    of, empty outside of one. `actions` are the bodies of its actions, `around` those of the blocks that it stands in
    (`with .Values.x`), the innermost last.
    """

    file: str
    line: int
    column: int
    definition: str
    actions: tuple[str, ...]
    around: tuple[str, ...]

    @property
    def called(self) -> tuple[str, ...]:
        """The helpers that the line names."""
        return tuple(name for body in self.actions for name in _CALLED.findall(body))


@dataclass(slots=True)
class Marks:
    """The runs of a chart, numbered as they are met. `word` begins every mark and is nowhere else in the chart."""

    word: str
    runs: list[Run] = field(default_factory=list)

    def begin(self, run: Run) -> str:
        self.runs.append(run)
        return f"{self.word}b{len(self.runs) - 1}z"

    def end(self) -> str:
        return f"{self.word}e{len(self.runs) - 1}z"


def word(texts: Sequence[str]) -> str:
    """A word that none of the texts holds."""
    number = 0
    while any(f"qzm{number}" in text for text in texts):
        number += 1
    return f"qzm{number}"


def writers(templates: Mapping[str, str]) -> dict[str, bool]:
    """The helpers that write YAML of their own, by name; the value says that nobody does more with one than indent it.

    What includes a helper may be a helper itself: then what is done with that one is done with both.
    """
    writing: dict[str, None] = {}
    read: set[str] = set()
    inner: dict[str, list[str]] = {}
    for text in templates.values():
        for piece, definition, _ in _walk(text):
            if piece.kind is Kind.TEXT and definition and _YAML.search(text[piece.start : piece.end]):
                writing[definition] = None
            placed = _PLACED.match(piece.body)
            for name in _CALLED.findall(piece.body):
                inner.setdefault(definition, []).append(name)
                if not placed or name not in placed.groups():
                    read.add(name)
    waiting = list(read)
    while waiting:
        fresh = set(inner.get(waiting.pop(), ())) - read
        read |= fresh
        waiting += fresh
    return {name: name not in read for name in writing}


def boxed(text: str, number: int, name: str) -> str:
    """A template whose output is one JSON text under the key `name`: Helm reads what it renders and minds the marks.

    One that defines helpers stays as it is, since they cannot be defined inside of another.
    """
    if any(piece.keyword in ("define", "block") for piece in pieces(text) if piece.kind is Kind.OPEN):
        return text
    helper = f"{name}box{number}"
    return f'{{{{- define "{helper}" }}}}{text}{{{{- end }}}}{name}: {{{{ include "{helper}" . | toJson }}}}'


def unboxed(text: str, name: str) -> str:
    """What a template writes that may have been `boxed` under `name`."""
    head, _, rest = text.strip().partition(f"{name}: ")
    try:
        inner = json.loads(rest) if not head else text
    except ValueError:
        return text
    # What Helm does with values that are not there, at the end of a render: in JSON it does not find them.
    return inner.replace("<no value>", "") if isinstance(inner, str) else text


def marked(text: str, file: str, marks: Marks, helpers: frozenset[str]) -> str:
    """The template with marks around all that it writes, outside of helpers and in those that `helpers` names."""
    out: list[str] = []
    lines = _Lines(text)
    for run in _runs(text, helpers):
        if isinstance(run, str):
            out.append(run)
            continue
        line, column = lines.of(run.start(text))
        actions = tuple(piece.body for piece in run.pieces if piece.kind is Kind.OUTPUT)
        begin = marks.begin(Run(file, line, column, run.definition, actions, run.around))
        out.append(run.written(text, begin, marks.end()))
    return "".join(out)


@dataclass(slots=True)
class _Stretch:
    """The pieces of a run: text of one line, and actions that write."""

    definition: str
    around: tuple[str, ...]
    pieces: list[Piece] = field(default_factory=list)

    def start(self, text: str) -> int:
        first = self.pieces[0]
        if first.kind is not Kind.TEXT:
            return first.start
        shown = text[first.start : first.end]
        return first.start + len(shown) - len(shown.lstrip())

    def written(self, text: str, begin: str, end: str) -> str:
        first, last = self.pieces[0], self.pieces[-1]
        parts = [text[piece.start : piece.end] for piece in self.pieces]
        if first.kind is Kind.TEXT:
            blank = len(parts[0]) - len(parts[0].lstrip())
            parts[0] = parts[0][:blank] + begin + parts[0][blank:]
        elif first.left:
            parts[0] = f'{{{{- "{begin}" }}}}{{{{{parts[0][3:]}'
        else:
            parts[0] = begin + parts[0]
        if last.kind is Kind.TEXT:
            blank = len(parts[-1]) - len(parts[-1].rstrip())
            kept = len(parts[-1]) - blank
            parts[-1] = parts[-1][:kept] + end + parts[-1][kept:]
        elif last.right:
            parts[-1] = f'{parts[-1].removesuffix("}}").rstrip().removesuffix("-")}}}}}{{{{ "{end}" -}}}}'
        else:
            parts[-1] += end
        return "".join(parts)


def _runs(text: str, helpers: frozenset[str]) -> Iterator[_Stretch | str]:
    """The template in its order: runs, and between them the text that stays as it is."""
    run: _Stretch | None = None
    for piece, definition, around in _walk(text):
        if piece.kind in (Kind.TEXT, Kind.OUTPUT) and (not definition or definition in helpers):
            for part in _by_line(piece, text):
                blank = part.kind is Kind.TEXT and not text[part.start : part.end].strip()
                if run is None and blank:
                    yield text[part.start : part.end]
                    continue
                run = run or _Stretch(definition, around)
                run.pieces.append(part)
                if part.kind is Kind.TEXT and text[part.end - 1] == "\n":
                    yield from _closed(run, text)
                    run = None
            continue
        if run:
            yield from _closed(run, text)
            run = None
        yield text[piece.start : piece.end]
    if run:
        yield from _closed(run, text)


def _closed(run: _Stretch, text: str) -> Iterator[_Stretch | str]:
    """The run without the blank text at its end."""
    tail = ""
    while run.pieces[-1].kind is Kind.TEXT and not text[run.pieces[-1].start : run.pieces[-1].end].strip():
        last = run.pieces.pop()
        tail = text[last.start : last.end] + tail
    yield run
    yield tail


def _by_line(piece: Piece, text: str) -> Iterator[Piece]:
    if piece.kind is not Kind.TEXT:
        yield piece
        return
    start = piece.start
    while start < piece.end:
        end = text.find("\n", start, piece.end) + 1 or piece.end
        yield Piece(Kind.TEXT, start, end)
        start = end


def _walk(text: str) -> Iterator[tuple[Piece, str, tuple[str, ...]]]:
    """Every piece with the helper that it is in and the blocks around it."""
    stack: list[str] = []
    for piece in pieces(text):
        if piece.kind is Kind.END and stack:
            stack.pop()
        elif piece.kind is Kind.ELSE and stack:
            stack[-1] = f"{stack[-1]} {piece.body}"
        definition = next((found[1] for body in stack if (found := _DEFINED.match(body))), "")
        yield piece, definition, tuple(stack)
        if piece.kind is Kind.OPEN:
            stack.append(piece.body)


class _Lines:
    """Line and column of indexes that only grow."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._index, self._line = 0, 1

    def of(self, index: int) -> tuple[int, int]:
        self._line += self._text.count("\n", self._index, index)
        self._index = index
        return self._line, index - self._text.rfind("\n", 0, index)
