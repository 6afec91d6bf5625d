"""What the actions of templates say about values: the paths below `.Values` and those relative to something else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from chartgen.helm.actions import Kind, pieces

_VALUES = re.compile(r"(?<![\w.])\$?\w*\.Values((?:\.\w+)*)")
_INDEX = re.compile(r"""index\s+\(?\$?\.Values((?:\.\w+)*)\)?((?:\s+"[^"]+")+)""")
_RELATIVE = re.compile(r"(?<![\w.\"])(?:\$\w+)?((?:\.\w+)+)")
_VARIABLE = re.compile(r"\$\w+")
_CALLED = re.compile(r"""\b(?:include|template)\s+["`]([^"`]*)["`]""")
_DEFINED = re.compile(r"""(?:define|block)\s+["`]([^"`]*)["`]""")
_STRINGS = re.compile(r'"(?:\\.|[^"\\\n])*"')
_BUILT_IN = frozenset({"Values", "Release", "Chart", "Template", "Capabilities", "Files", "Subcharts"})
_DEPTH = 4

Path = tuple[str, ...]


@dataclass(slots=True)
class Mentions:
    """Paths in the order in which they were met: below `.Values`, and below `.` or a variable."""

    absolute: dict[Path, None] = field(default_factory=dict)
    relative: dict[Path, None] = field(default_factory=dict)

    def take(self, body: str) -> None:
        for found in _INDEX.finditer(body):
            names = re.findall(r'"([^"]+)"', found[2])
            self.absolute[(*_names(found[1]), *names)] = None
        for found in _VALUES.finditer(body):
            if path := _names(found[1]):
                self.absolute[path] = None
        for found in _RELATIVE.finditer(_STRINGS.sub('""', body)):
            path = _names(found[1])
            if path[0] not in _BUILT_IN:
                self.relative[path] = None


@dataclass(frozen=True, slots=True)
class Expressions:
    """The actions of a chart's templates: by helper, by file, and what its variables are set to in each file."""

    helpers: Mapping[str, tuple[str, ...]]
    files: Mapping[str, tuple[str, ...]]
    variables: Mapping[str, Mapping[str, tuple[str, ...]]]

    def mentions(self, bodies: Iterable[str], file: str) -> Mentions:
        """What these actions of a file mention, by themselves, by their variables and by the helpers that they name."""
        met = Mentions()
        seen: set[str] = set()
        waiting = list(bodies)
        for _ in range(_DEPTH):
            following: list[str] = []
            for body in waiting:
                if body not in seen:
                    seen.add(body)
                    met.take(body)
                    following += self._behind(body, file)
            waiting = following
        return met

    def _behind(self, body: str, file: str) -> Iterable[str]:
        for name in _CALLED.findall(body):
            yield from self.helpers.get(name, ())
        for name in _VARIABLE.findall(body):
            yield from self.variables.get(file, {}).get(name, ())


def expressions(templates: Mapping[str, str]) -> Expressions:
    """Read all actions of these templates, by their file."""
    helpers: dict[str, list[str]] = {}
    files: dict[str, list[str]] = {}
    variables: dict[str, dict[str, list[str]]] = {}
    for file, text in templates.items():
        stack: list[str] = []
        for piece in pieces(text):
            if piece.kind is Kind.END and stack:
                stack.pop()
            if piece.kind is Kind.OPEN:
                stack.append(piece.body)
            if piece.kind in (Kind.TEXT, Kind.END):
                continue
            name = next((found[1] for body in stack if (found := _DEFINED.match(body))), "")
            (helpers.setdefault(name, []) if name else files.setdefault(file, [])).append(piece.body)
            for variable in piece.assigned:
                variables.setdefault(file, {}).setdefault(variable, []).append(piece.body)
    return Expressions(
        {name: tuple(bodies) for name, bodies in helpers.items()},
        {name: tuple(bodies) for name, bodies in files.items()},
        {file: {name: tuple(bodies) for name, bodies in each.items()} for file, each in variables.items()},
    )


def _names(dotted: str) -> Path:
    return tuple(name for name in dotted.split(".") if name)
