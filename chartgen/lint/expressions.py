"""The text of CEL expressions: which names it uses, and how a rule's variables and parameters are bound in it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any

from chartgen.model.rule import Named

_LITERAL = re.compile(
    r"""
    (?<![A-Za-z0-9_])(?:[rR][bB]?|[bB][rR]) (?: \"{3}.*?\"{3} | '{3}.*?'{3} | "[^"\n]*" | '[^'\n]*' )    # raw
    | \"{3} (?:\\.|.)*? \"{3} | '{3} (?:\\.|.)*? '{3} | " (?:\\.|[^"\\\n])* " | ' (?:\\.|[^'\\\n])* '
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*")
_VARIABLE = re.compile(r"(?<![\w.])variables\.([A-Za-z_]\w*)")
_PARAMETER = re.compile(r"(?<![\w.])params\.([A-Za-z_]\w*)")
_CHAIN = re.compile(r"(?<![\w.])([A-Za-z_]\w*)((?:\s*\.\s*\??\s*[A-Za-z_]\w*)*)(\s*\()?")
_HAS = re.compile(r"(?<![\w.])has\(\s*([A-Za-z_][\w.]*)\s*\)")


class ExpressionError(Exception):
    """An expression that does not compile.

    `field` is its JSON pointer in the rule file; line and column count inside the expression, from 1.
    """

    def __init__(self, field: str, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.field = field
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Source:
    """An expression ready to compile: `text` binds what it uses, each binding on lines of its own.

    `pieces` holds (first line, JSON pointer in the rule file) of each binding and, last, of the expression itself.
    Each starts a line, so columns in `text` are columns of the piece.
    """

    text: str
    pieces: tuple[tuple[int, str], ...]

    def origin(self, line: int) -> tuple[str, int]:
        """(JSON pointer, line inside that piece) of a line of `text`."""
        first, field = max(piece for piece in self.pieces if piece[0] <= line or piece == self.pieces[0])
        return field, max(line - first + 1, 1)


@cache
def mask(text: str) -> str:
    """The text with the content of string literals blanked, every index kept."""
    return _LITERAL.sub(_blanked, text)


def _blanked(literal: re.Match[str]) -> str:
    return "\n".join(" " * len(line) for line in literal.group().split("\n"))


def uses(text: str, names: Collection[str]) -> frozenset[str]:
    """Those of the (dotted) names that the text, string literals apart, refers to."""
    found: set[str] = set()
    for name in set(_NAME.findall(mask(text))):
        found.update(accumulate((part.strip() for part in name.split(".")), "{}.{}".format))
    return frozenset(found.intersection(names))


def paths(text: str, roots: Collection[str]) -> frozenset[tuple[str, ...]]:
    """What the text reads of the variables `roots`: (`object`, `spec`, `replicas`) for `object.?spec.replicas > 1`.

    A path stands for all that lies below it. Whatever else the text does with a value makes the path end there, so that
    there may be too much in it and never too little.
    """
    found: set[tuple[str, ...]] = set()
    for root, chain, call in _CHAIN.findall(mask(text)):
        if root in roots:
            parts = [part.strip(" \t\r\n?") for part in chain.split(".")[1:]]
            found.add((root, *(parts[:-1] if call else parts)))
    return frozenset(found)


def _check(field: str, text: str, facts: Collection[str]) -> None:
    masked = mask(text)
    comment = masked.find("//")
    if comment >= 0:
        # In a folded YAML scalar the comment would swallow every line that follows.
        line = text.count("\n", 0, comment) + 1
        column = comment - text.rfind("\n", 0, comment)
        raise ExpressionError(field, "`//` comments are not allowed: write a YAML comment above the key", line, column)
    for has in _HAS.finditer(masked):
        if has.group(1) in facts:
            # On a dotted name `has` would mean the value of the fact.
            message = f"has({has.group(1)}) does not ask whether the fact is known; use the fact itself"
            raise ExpressionError(field, message, text.count("\n", 0, has.start()) + 1)


def bind(
    field: str, text: str, variables: Sequence[Named], parameters: Mapping[str, Any], facts: Collection[str]
) -> Source:
    """Wrap the expression in `cel.bind` for each variable that it needs, and for `params`.

    `variables.x` becomes `variables_x`, of the same length, so that columns stay; variables may use earlier ones.
    Raises ExpressionError for what compiles and yet does not mean what it says, and for a name that there is not.
    """
    bound = _needed(text, variables)
    pieces = [
        (f"variables_{variable.name}", variable.expression, f"/variables/{index}/expression")
        for index, variable in enumerate(variables)
        if variable in bound
    ]
    unknown = {name for each in (text, *(each.expression for each in bound)) for name in _named(each)}
    unknown -= {variable.name for variable in variables}
    if unknown:
        raise ExpressionError(field, f"there is no variable {min(unknown)}")
    used = [(field, text), *((piece[2], piece[1]) for piece in pieces)]
    for origin, each in used:
        _check(origin, each, facts)
    if any(uses(each, ["params"]) for _, each in used):
        _check_parameters(used, parameters)
        pieces.insert(0, ("params", literal(dict(parameters)), "/params"))
    return _nest(field, text, pieces)


def _needed(text: str, variables: Sequence[Named]) -> list[Named]:
    """The variables that the text uses, by itself or by one that it uses; in their order."""
    names = _named(text)
    found: list[Named] = []
    for variable in reversed(variables):
        if variable.name in names:
            names |= _named(variable.expression)
            found.append(variable)
    return found[::-1]


def _named(text: str) -> set[str]:
    return set(_VARIABLE.findall(mask(text)))


def literal(value: Any) -> str:
    """A plain value (map, list, text, number or boolean) as a CEL literal."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(str(key))}: {literal(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _check_parameters(used: Sequence[tuple[str, str]], parameters: Mapping[str, Any]) -> None:
    for field, text in used:
        for name in _PARAMETER.findall(mask(text)):
            if name not in parameters:
                raise ExpressionError(field, f"there is no parameter {name}")


def _nest(field: str, text: str, pieces: Sequence[tuple[str, str, str]]) -> Source:
    lines: list[str] = []
    origins: list[tuple[int, str]] = []
    for name, expression, origin in pieces:
        lines.append(f"cel.bind({name},")
        origins.append((_height(lines) + 1, origin))
        lines.append(f"{_flatten(expression)},")
    origins.append((_height(lines) + 1, field))
    lines.append(_flatten(text))
    if pieces:
        lines.append(")" * len(pieces))
    return Source("\n".join(lines), tuple(origins))


def _flatten(text: str) -> str:
    masked = mask(text)
    places = [match.start() + len("variables") for match in _VARIABLE.finditer(masked)]
    letters = list(text)
    for place in places:
        letters[place] = "_"
    return "".join(letters)


def _height(lines: Sequence[str]) -> int:
    return sum(line.count("\n") + 1 for line in lines)
