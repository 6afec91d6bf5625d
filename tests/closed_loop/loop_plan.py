"""Which whole charts are walked: every combination of the core choices, each with other choices chosen by pairs.

A combination that the committed table refuses is in the plan as well: it has to be refused.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from loop_axes import CORE, Axis, applied, axes, core, keys, least
from loop_combination import Combination, Pair, below, made, sections

from chartgen.spec.checks import Row, rows
from chartgen.spec.choices import chosen

_TRIES = 6


@dataclass(frozen=True)
class Plan:
    """`accepted` begins with the `useful` combinations that cover every pair between them; `refused` are the others.

    `pairs` have been covered, `impossible` are those pairs for which no combination was found.
    """

    accepted: tuple[Combination, ...]
    refused: tuple[Combination, ...]
    useful: int
    pairs: int
    impossible: tuple[Pair, ...]


class _Chooser:
    """Chooses the options of the axes outside the core so that pairs that were not yet seen come first."""

    def __init__(self) -> None:
        self.covered: set[Pair] = set()
        self._uses: dict[tuple[str, str], int] = {}
        self._others = [axis for axis in axes() if axis not in core()]

    def complete(self, base: Mapping[str, str]) -> Combination:
        options = dict(base)
        for axis in self._others:
            options[axis.name] = min(axis.options, key=lambda name, axis=axis: self._cost(options, axis, name))  # type: ignore[misc]
        found = self._accepted(options)
        for item in options.items():
            self._uses[item] = self._uses.get(item, 0) + 1
        return found

    def take(self, combination: Combination) -> bool:
        """Count the pairs of a combination; whether one of them is new."""
        new = combination.pairs - self.covered
        self.covered |= new
        return bool(new)

    def _cost(self, options: Mapping[str, str], axis: Axis, option: str) -> tuple[int, int]:
        here = (axis.name, option)
        new = sum(tuple(sorted((item, here))) not in self.covered for item in options.items())
        return -new, self._uses.get(here, 0)

    def _accepted(self, options: dict[str, str]) -> Combination:
        """Change what a row of the table refuses, as long as axes outside the core are named in it."""
        found = made(options)
        for _ in range(2 * len(self._others)):
            if not found.rows:
                return found
            better = min(self._neighbours(options, found.rows), key=lambda each: len(each[1].rows), default=None)
            if better is None:
                return found
            options.update(better[0])
            found = better[1]
        return found

    def _neighbours(
        self, options: Mapping[str, str], rows: Iterable[Row]
    ) -> Iterator[tuple[dict[str, str], Combination]]:
        named = {field for row in rows for field in row.when}
        for axis in self._others:
            if named & set(axis.fields):
                for name in axis.options:
                    if name != options[axis.name]:
                        changed = {**options, axis.name: name}
                        yield changed, made(changed)


@cache
def plan(most: int | None = None) -> Plan:
    """The whole walk, in an order that is always the same; or its beginning, with about `most` accepted combinations.

    Every pair is covered in either.
    """
    products = _products()
    chooser = _Chooser()
    useful: list[Combination] = []
    rest: list[Combination] = []
    no: list[Combination] = []
    for base in products:
        found = made(base) if _refused_anyway(base) else chooser.complete(base)
        if found.rows:
            no.append(found)
        else:
            (useful if chooser.take(found) else rest).append(found)
        if most is not None and len(useful) + len(rest) >= most:
            break
    more, impossible = _remaining(chooser, [*useful, *rest])
    no += [each for row in rows() if (each := _provoked(row)) is not None]
    return Plan((*useful, *more, *rest), tuple(no), len(useful) + len(more), len(chooser.covered), tuple(impossible))


def _refused_anyway(base: Mapping[str, str]) -> bool:
    """Whether a row that names nothing but core choices refuses these."""
    told = _told(base)
    return any(row.refuses(told) for row in _core_rows())


@cache
def _core_rows() -> tuple[Row, ...]:
    return tuple(row for row in rows() if set(row.when) <= set(CORE))


def _remaining(chooser: _Chooser, taken: Sequence[Combination]) -> tuple[list[Combination], list[Pair]]:
    """Combinations for the pairs that the core walk did not meet, and the pairs that nothing meets."""
    more: list[Combination] = []
    impossible: list[Pair] = []
    options = sorted((axis.name, option) for axis in axes() for option in axis.options if axis.options[option])
    for pair in itertools.combinations(options, 2):
        if pair[0][0] == pair[1][0] or pair in chooser.covered:
            continue
        bases = itertools.chain(_near(pair, taken), _fresh(pair, chooser))
        tries = (made(_joined(each, pair)) for each in bases)
        found = next((each for each in tries if not each.rows and pair in each.pairs), None)
        if found is None:
            impossible.append(pair)
        else:
            chooser.take(found)
            more.append(found)
    return more, impossible


def _near(pair: Pair, taken: Sequence[Combination]) -> list[Combination]:
    """A few combinations with one of the two options, spread over all that have it."""
    found: list[Combination] = []
    for name, option in pair:
        having = [each for each in taken if each.options[name] == option]
        found += having[:: max(1, len(having) // _TRIES)][:_TRIES]
    return found


def _fresh(pair: Pair, chooser: _Chooser) -> Iterator[Combination]:
    """Further combinations of the core choices that use and allow the pair, each with other choices."""
    wanted = {name: option for name, option in pair if name in _core_names()}
    others = _told(dict(pair))
    conditions = [node["x-when"] for name, _ in pair for node in _live(name) if "x-when" in node]

    def fits(base: Mapping[str, str]) -> bool:
        told = {**others, **_told(base)}
        used = all(told[name] in allowed for when in conditions for name, allowed in when.items() if name in told)
        return wanted.items() <= base.items() and used and not any(row.refuses(told) for row in rows())

    return (chooser.complete(base) for base in itertools.islice(filter(fits, _allowed()), _TRIES))


def _told(options: Mapping[str, str]) -> dict[str, str]:
    """What options say about choices without a look at the values file: those whose names are values of a choice."""
    by_name = {axis.name: axis for axis in axes()}
    return {
        field: option for name, option in options.items() for field in by_name[name].fields if option in _plain(field)
    }


def _live(name: str) -> tuple[Mapping[str, Any], ...]:
    """The schema nodes whose x-when decide whether the axis `name` counts."""
    return next((key.live for key in keys() if key.dotted == name), ())


@cache
def _core_names() -> frozenset[str]:
    return frozenset(axis.name for axis in core())


@cache
def _products() -> tuple[Mapping[str, str], ...]:
    """Every combination of the core choices, mixed so that any part of the walk has something of everything."""
    products = list(itertools.product(*(axis.options for axis in core())))
    random.Random(3).shuffle(products)
    return tuple(dict(zip([axis.name for axis in core()], product, strict=True)) for product in products)


@cache
def _allowed() -> tuple[Mapping[str, str], ...]:
    return tuple(base for base in _products() if not _refused_anyway(base))


def _joined(combination: Combination, pair: Pair) -> dict[str, str]:
    """The options of a combination with those of a pair, and with the sections that they lie in."""
    options = {**_given(combination), **dict(pair)}
    for axis in axes():
        if axis.name in dict(pair):
            paths = [path for patch in axis.options.values() for path in patch]
            options |= {
                name: option
                for section, name, option in sections()
                if name not in dict(pair) and any(below(path, section) for path in paths)
            }
    return options


@cache
def _plain(field: str) -> frozenset[str]:
    """The options of an axis that are themselves values of a choice."""
    named = [axis for axis in axes() if axis.fields == (field,)]
    return frozenset(
        option
        for axis in named
        for option, patch in axis.options.items()
        if len(named) == 1 and chosen(applied(least(), patch)).get(field) == option
    )


def _given(combination: Combination) -> dict[str, str]:
    return {axis.name: option for axis in axes() if (option := combination.options[axis.name]) in axis.options}


def _provoked(row: Row) -> Combination | None:
    """A combination that `row` refuses, and as few others as possible."""
    wanted = [axis for axis in axes() if set(axis.fields) & set(row.when)]
    best: Combination | None = None
    for product in itertools.islice(itertools.product(*(axis.options for axis in wanted)), 400):
        base = dict(zip([axis.name for axis in wanted], product, strict=True))
        told = _told(base)
        if any(field in told and told[field] not in allowed for field, allowed in row.when.items()):
            continue
        found = made(base)
        if row in found.rows and (best is None or len(found.rows) < len(best.rows)):
            best = found
        if best is not None and len(best.rows) == 1:
            break
    return best
