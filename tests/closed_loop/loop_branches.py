"""Which branches of a Go template are taken: marked texts, rendered by Helm itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import helm_python

_ACTION = re.compile(r"\{\{-?\s*((?:\"(?:\\.|[^\"\\])*\"|`[^`]*`|[^\"`])*?)\s*-?\}\}", re.DOTALL)
_OPENS = re.compile(r"(if|with|range)\b")
_MARK = re.compile("\u241e([0-9]+)\u241e")


@dataclass(frozen=True, order=True)
class Arm:
    """One way through an `if`, `with` or `range`: `conditions` are those of the whole chain, `index` which of them.

    The last index stands for none of them. `nth` tells apart chains of one file with the same conditions. `around` is
    what the chains that it lies in ask.
    """

    file: str
    conditions: tuple[str, ...]
    nth: int
    index: int
    around: str = field(default="", compare=False)

    @property
    def kin(self) -> tuple[str, tuple[str, ...], int]:
        """What is the same in every text of this file that has the chain."""
        return self.file, self.conditions, self.index


@dataclass
class _Chain:
    """`closed` where no other way is left: after `else` (then it is `ended`), and for a range that is never empty."""

    conditions: list[str]
    marks: list[int]
    closed: bool = False
    ended: bool = False
    around: str = ""


@dataclass
class Marked:
    """A text whose arms print a mark; `arms` maps the marks to what they stand for."""

    text: str
    arms: Mapping[int, Arm] = field(default_factory=dict)


def marked(file: str, text: str, first: int) -> Marked:
    """`text` with marks from the number `first` on; its `fail` prints instead, so that what follows is seen as well."""
    pieces: list[str] = []
    stack: list[_Chain] = []
    done: list[_Chain] = []
    count, place = first, 0

    def mark(chain: _Chain) -> str:
        nonlocal count
        chain.marks.append(count)
        count += 1
        return f"\u241e{count - 1}\u241e"

    for action in _ACTION.finditer(text):
        pieces.append(text[place : action.start()])
        word, place = action[1], action.end()
        if _OPENS.match(word):
            certain = _never_empty(word, [chain.conditions[-1] for chain in stack if not chain.ended])
            around = " ".join(condition for chain in stack for condition in chain.conditions)
            stack.append(_Chain([word], [], closed=certain, around=around))
            pieces.append(action[0] + mark(stack[-1]))
        elif word.startswith("else"):
            chain = stack[-1]
            if word == "else":
                chain.closed = chain.ended = True
            else:
                chain.conditions.append(word)
            pieces.append(action[0] + mark(chain))
        elif word == "end":
            chain = stack.pop()
            done.append(chain)
            pieces.append("" if chain.closed else "{{ else }}" + mark(chain))
            pieces.append(action[0])
        else:
            pieces.append(re.sub(r"^(\{\{-?\s*)fail ", r"\1print ", action[0]))
    pieces.append(text[place:])
    assert not stack, f"{file}: an `if`, `with` or `range` has no end"
    return Marked("".join(pieces), dict(_arms(file, done)))


def _never_empty(word: str, around: list[str]) -> bool:
    """Whether a range goes over something written out, or over what a condition around it has found not to be empty."""
    if not word.startswith("range "):
        return False
    over = word.removeprefix("range ").rpartition(":=")[2].strip()
    return over == "." or over.startswith(("list ", "dict ")) or any(over in condition.split() for condition in around)


def _arms(file: str, chains: list[_Chain]) -> Iterator[tuple[int, Arm]]:
    seen: dict[tuple[str, ...], int] = {}
    for chain in sorted(chains, key=lambda chain: chain.marks[0]):
        conditions = tuple(chain.conditions)
        nth = seen[conditions] = seen.get(conditions, -1) + 1
        for index, number in enumerate(chain.marks):
            yield number, Arm(file, conditions, nth, index, chain.around)


class MarkedChart:
    """A chart with marks in its templates and without its schema, loaded by Helm."""

    def __init__(self, files: Mapping[str, str], folder: FilePath) -> None:
        self.arms: dict[int, Arm] = {}
        for name, text in files.items():
            if name == "values.schema.json":
                continue
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if name.startswith("templates/"):
                found = marked(name, text, len(self.arms))
                self.arms.update(found.arms)
                path.write_text(found.text, encoding="utf-8")
            else:
                path.write_text(text, encoding="utf-8")
        self._chart = helm_python.Chart.load(folder)

    def taken(self, values: Mapping[str, Any]) -> set[Arm]:
        """The arms that a render with these install values takes; none where Helm itself fails."""
        try:
            texts = self._chart.render(dict(values), name="demo", namespace="llm")
        except helm_python.HelmError:
            return set()
        return {self.arms[int(number)] for text in texts.values() for number in _MARK.findall(text)}

    def close(self) -> None:
        self._chart.close()
