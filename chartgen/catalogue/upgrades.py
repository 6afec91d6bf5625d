"""What the API server does with an update: the fields that it does not let change, and the values that it fills in."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from chartgen.catalogue.tables import table

ALLOWED, POSSIBLE, REFUSED = "allowed", "possible", "refused"
"""Whether the API server refuses a change: no; perhaps (`doubt` says when not); yes."""


@dataclass(frozen=True, slots=True)
class ImmutableField:
    """One row of data/upgrades/immutable.toml.

    `field` is a JSON pointer; what the pointers of `exempt` (relative to it, `*` for each member) reach may change.
    `added`, `changed` and `removed` say what is made of a field that appears, differs or goes. The row holds for
    values as `if_old`, `if_new`, `unless_old`, `unless_new` and `unless_either` say (pointer to value, compared with
    the value after defaults); `to` and `unless_to` are about the new value of the field, `unless_equal` is a pointer to
    a value that it may be set to, and `only` is `smaller` where a quantity may grow. `sentence` is the API server's
    answer.
    """

    group: str
    kinds: tuple[str, ...]
    field: str
    sentence: str
    remedy: str
    source: str
    exempt: tuple[str, ...] = ()
    added: str = REFUSED
    changed: str = REFUSED
    removed: str = REFUSED
    doubt: str = ""
    if_old: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    if_new: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    unless_old: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    unless_new: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    unless_either: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    to: str = ""
    unless_to: str = ""
    unless_equal: str = ""
    only: str = ""


@dataclass(frozen=True, slots=True)
class Default:
    """One row of data/upgrades/defaults.toml: `values` of the maps at `at`, where they are absent.

    It holds where the fields of `when` have one of the values given there, and those of `absent` are absent. `copies`
    names for a field the one beside it whose value it takes.
    """

    at: str
    values: Mapping[str, Any]
    copies: Mapping[str, str]
    when: Mapping[str, tuple[Any, ...]]
    absent: tuple[str, ...]


@cache
def immutable_fields(group: str, kind: str) -> tuple[ImmutableField, ...]:
    """The rows for a kind of object, in the order of the table; none for a kind that is not in it."""
    return tuple(row for row in _rows() if row.group == group and kind in row.kinds)


@cache
def defaults(group: str, kind: str) -> tuple[Default, ...]:
    """What the API server fills into objects of a kind, outside of pod templates, in the order of filling in."""
    rows = table("upgrades/defaults")["default"]
    return tuple(_default(row, row["at"]) for row in rows if row["group"] == group and kind in row["kinds"])


@cache
def pod_defaults() -> tuple[Default, ...]:
    """What the API server fills into the pod spec of a template; pointers begin at the spec."""
    data = table("upgrades/defaults")
    return tuple(_default(row, at) for row in data["pod"] for at in _spread(row["at"], data["words"]))


@cache
def _rows() -> tuple[ImmutableField, ...]:
    return tuple(_row(row, name) for row in table("upgrades/immutable")["field"] for name in row.get("names", [""]))


def _row(row: Mapping[str, Any], name: str) -> ImmutableField:
    plain = {key: value for key, value in row.items() if key not in ("names", "except", "kinds")}
    named = {key: plain[key].replace("{name}", name) for key in ("field", "sentence")}
    return ImmutableField(**{**plain, **named}, kinds=tuple(row["kinds"]), exempt=tuple(row.get("except", ())))


def _default(row: Mapping[str, Any], at: str) -> Default:
    conditions = row.get("if", {})
    when = {key: tuple(value) if isinstance(value, list) else (value,) for key, value in conditions.items()}
    return Default(at, row.get("values", {}), row.get("from", {}), when, tuple(row.get("absent", ())))


def _spread(pattern: str, words: Mapping[str, list[str]]) -> list[str]:
    """The patterns that one with `{word}` stands for."""
    used = [word for word in words if f"{{{word}}}" in pattern]
    found = []
    for names in product(*(words[word] for word in used)):
        each = pattern
        for word, name in zip(used, names, strict=True):
            each = each.replace(f"{{{word}}}", name)
        found.append(each)
    return found
