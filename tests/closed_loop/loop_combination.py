"""One combination of options as a values file, and what the committed table says of it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from loop_axes import ABSENT, Axis, Key, Path, Values, at, axes, drop, gpu, keys, least, put

from chartgen.catalogue import workloads
from chartgen.model.spec import Choices
from chartgen.spec.checks import Row, refused
from chartgen.spec.choices import choices, chosen

Pair = tuple[tuple[str, str], tuple[str, str]]


@dataclass(frozen=True)
class Combination:
    """`options` has the option of every axis that counts: choices that the others leave unused are ABSENT.

    `rows` are the rows of the table that refuse it; empty where it has to be accepted.
    """

    options: Mapping[str, str]
    values: Values
    choices: Choices
    rows: tuple[Row, ...]

    @property
    def pairs(self) -> set[Pair]:
        return set(itertools.combinations(sorted(self.options.items()), 2))

    @property
    def name(self) -> str:
        return " ".join(f"{axis}={option}" for axis, option in self.options.items() if option != ABSENT)


def made(options: Mapping[str, str]) -> Combination:
    """The combination with these options, by axis; an axis that is left out keeps its default."""
    values = least()
    for axis in axes():
        if axis.name in options and _reachable(axis, options):
            for path, value in axis.options[options[axis.name]].items():
                put(values, path, value)
    sharing = str(at(values, ("gpu", "sharing")) or "none")
    put(values, ("gpu", "type"), gpu(str(at(values, ("cluster", "provider"))), sharing))
    _fit(values)
    _prune(values)
    found = choices(values)
    counted = {axis.name: options[axis.name] for axis in axes() if _counts(axis, options, values)}
    return Combination({axis.name: counted.get(axis.name, ABSENT) for axis in axes()}, values, found, refused(found))


@cache
def sections() -> tuple[tuple[Path, str, str], ...]:
    """The sections that are there or not by an option of an axis: path, axis and option."""
    patches = ((axis, option, path) for axis in axes() for option, patch in axis.options.items() for path in patch)
    return tuple((path, axis.name, option) for axis, option, path in patches if not _is_key(path))


@cache
def _is_key(path: Path) -> bool:
    return any(key.path == path for key in keys())


def _reachable(axis: Axis, options: Mapping[str, str]) -> bool:
    """Whether the section that an axis lies in is there, if that is a choice of its own."""
    paths = [path for patch in axis.options.values() for path in patch]
    around = [(name, option) for section, name, option in sections() for path in paths if below(path, section)]
    return all(options.get(name) == option for name, option in around)


def below(path: Path, section: Path) -> bool:
    return len(path) > len(section) and path[: len(section)] == section


def _fit(values: Values) -> None:
    """Two nodes for the kinds whose replicas may span several: with one they are another kind in disguise."""
    kind = at(values, ("workload", "kind"))
    if kind in workloads.workloads() and workloads.workload(kind).nodes:
        put(put(values, ("parallelism", "tensor"), 2), ("parallelism", "nodes"), 2)


@cache
def _conditional() -> tuple[tuple[Path, Key], ...]:
    """What can be unused: choices, and sections that are a choice, with a key that is used when they are."""
    found = [(key.path, key) for key in keys() if key.node.get("x-phase") == "choice"]
    for section, _, _ in sections():
        found.append((section, next(key for key in keys() if below(key.path, section))))
    return tuple((path, key) for path, key in found if any("x-when" in node for node in key.live))


def _prune(values: Values) -> None:
    """Take out choices that the others leave unused: told apart by `x-when`, they are refused as such."""
    while True:  # what a choice is used for can hang on another one that is not used
        found = chosen(values)
        idle = [path for path, key in _conditional() if at(values, path) is not None and not key.used(found)]
        if not idle:
            return
        for path in idle:
            drop(values, path)


def _counts(axis: Axis, options: Mapping[str, str], values: Mapping[str, Any]) -> bool:
    option = axis.options.get(options.get(axis.name, ""), {})
    return any(at(values, path) is not None for path in option)
