"""Mutants of rules: what a rule becomes without one of its conditions, or with another term, operator or figure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from chartgen.lint.expressions import mask
from chartgen.model.rule import Named, Rule

NEUTRAL = {"&&": "true", "||": "false"}
_SEPARATOR = re.compile(r"&&|\|\||(?<![.\[])\?|[:,()\[\]{}]")  # `.?x` and `[?x]` ask for a field
_NUMBER = re.compile(r"(?<![\w.\[])\d+(?:\.\d+)?(?![\w.])")
_ORDER = re.compile(r"(?<![<>=!])[<>]=?+(?!\s*-?\d)")
_EQUAL = re.compile(r"[=!]=(?!\s*true\b)")  # `unknown(...) == true` is unknown, whatever it is compared with
_TEXT = re.compile(r"'(?:\\.|[^'\\])*'")
_COMPARED = re.compile(r"(?:[=!]=|\bin)\s*$")
_LISTED = re.compile(r"\bin\s*\[[^\[\]]*$")

UNTOLD: tuple[object, ...] = (-1, 0, False, [])
"""What a parameter is while the user has not said what no manifest tells, such as the number of spare GPUs."""

_Mutant = tuple[str, str]
"""What is different, and the whole text."""


def mutants(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """The rule with one change at a time, and what that change is."""
    conditions = rule.match_conditions
    for index, each in enumerate(conditions):
        yield f"without the condition {each.name}", replace(rule, match_conditions=_put(conditions, index, "true"))
        for shown, text in _texts(each.expression):
            yield f"{each.name}: {shown}", replace(rule, match_conditions=_put(conditions, index, text))
    for index, each in enumerate(rule.variables):
        for shown, text in _texts(each.expression):
            yield f"{each.name}: {shown}", replace(rule, variables=_put(rule.variables, index, text))
    yield "never true", replace(rule, expression="false")
    for shown, text in _texts(rule.expression):
        yield f"expression: {shown}", replace(rule, expression=text)
    for shown, text in _texts(rule.severity_expression):
        yield f"severity: {shown}", replace(rule, severity_expression=text)
    for index, (name, value) in enumerate(rule.parameters):
        for shown, other in _values(value):
            parameters = (*rule.parameters[:index], (name, other), *rule.parameters[index + 1 :])
            yield f"{name} {shown}", replace(rule, parameters=parameters)


def _values(value: object) -> Iterator[tuple[str, object]]:
    """The next figure on each side; a list without each of its members."""
    if isinstance(value, list):
        yield from ((f"without {each}", [other for other in value if other != each]) for each in value)
    elif isinstance(value, int | float) and value not in UNTOLD:
        step = 10 ** -len(str(value).partition(".")[2])
        yield from ((f"is {other}", other) for other in (round(value - step, 9), round(value + step, 9)))


def _put(named: tuple[Named, ...], index: int, expression: str) -> tuple[Named, ...]:
    return (*named[:index], replace(named[index], expression=expression), *named[index + 1 :])


def _texts(text: str) -> Iterator[_Mutant]:
    blank = mask(text)
    yield from _terms(text, blank)
    for start, end, other in (*_numbers(blank), *_operators(blank), *_literals(text, blank)):
        around = " ".join(text[max(start - 30, 0) : end + 20].split())
        yield f"{text[start:end]} becomes {other} in ...{around}...", f"{text[:start]}{other}{text[end:]}"


def _numbers(blank: str) -> Iterator[tuple[int, int, str]]:
    """The next figure on each side: what is counted is never below 0, where a term is always or never true."""
    for found in _NUMBER.finditer(blank):
        figure, decimals = float(found.group()), len(found.group().partition(".")[2])
        step = 10**-decimals
        for other in (figure - step, figure + step):
            if other >= 0:
                yield *found.span(), f"{other:.{decimals}f}"


def _operators(blank: str) -> Iterator[tuple[int, int, str]]:
    """Beside a figure `<=` for `<` is the next figure, which is a mutant of its own."""
    for found in _ORDER.finditer(blank):
        yield *found.span(), found.group().removesuffix("=") if "=" in found.group() else found.group() + "="
    for found in _EQUAL.finditer(blank):
        yield *found.span(), "!=" if found.group() == "==" else "=="


def _literals(text: str, blank: str) -> Iterator[tuple[int, int, str]]:
    """Texts that something is compared with."""
    for found in _TEXT.finditer(text):
        before = blank[: found.start()]
        if _COMPARED.search(before) or _LISTED.search(before) or _EQUAL.match(blank[found.end() :].lstrip()):
            yield *found.span(), "'another'"


@dataclass
class _Level:
    """What stands between two brackets, or the whole text: where each term begins, and what stands before it."""

    start: int
    terms: list[tuple[int, int, str]] = field(default_factory=list)
    before: str = ""


def _terms(text: str, blank: str) -> Iterator[_Mutant]:
    """Each term of a chain of `&&` or `||` left out, and what `?` asks decided both ways, in brackets of any depth."""
    levels = [_Level(0)]
    for found in _SEPARATOR.finditer(blank):
        level, token = levels[-1], found.group()
        if token in "([{":
            levels.append(_Level(found.end()))
        elif token in ")]}":
            level.terms.append((level.start, found.start(), level.before))
            yield from _chains(text, levels.pop().terms)
        else:
            level.terms.append((level.start, found.start(), level.before))
            level.start, level.before = found.end(), token
    level = levels.pop()
    yield from _chains(text, [*level.terms, (level.start, len(text), level.before)])


def _chains(text: str, terms: list[tuple[int, int, str]]) -> Iterator[_Mutant]:
    """`terms` of one level; `&&` binds tighter than `||`, and `?`, `:` and `,` end a chain."""
    chains: list[list[tuple[int, int, str]]] = []
    for term in terms:
        if term[2] in NEUTRAL:
            chains[-1].append(term)
        else:
            chains.append([term])
    for chain, following in pairwise([*chains, [(0, 0, "")]]):
        whole = chain[0][0], chain[-1][1]
        if following[0][2] == "?":
            yield from (_without(text, *whole, value) for value in ("true", "false"))
        groups: list[list[tuple[int, int, str]]] = []
        for term in chain:
            if term[2] == "&&":
                groups[-1].append(term)
            else:
                groups.append([term])
        for group in groups:
            if len(groups) > 1:
                yield _without(text, group[0][0], group[-1][1], "false")
            if len(group) > 1:
                yield from (_without(text, start, end, "true") for start, end, _ in group)


def _without(text: str, start: int, end: int, value: str) -> _Mutant:
    return f"{value} instead of {' '.join(text[start:end].split())}", f"{text[:start]} {value} {text[end:]}"
