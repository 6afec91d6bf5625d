"""A lint rule as data: the content of one file below `rules/`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from chartgen.model.finding import Severity


class Profile(IntEnum):
    """How much is asked: `min` what breaks an installation, `default` what will hurt, `strict` all there is.

    A rule names the lowest profile that it belongs to; every higher one holds it too.
    """

    min = 1
    default = 2
    strict = 3


@dataclass(frozen=True, slots=True)
class Named:
    """A variable or a match condition."""

    name: str
    expression: str


@dataclass(frozen=True, slots=True)
class Example:
    """YAML text of one or more manifests; `at` is the pointer that a failing example's finding must name.

    `against` is the YAML text of the version before, empty if there is none.
    """

    name: str
    manifests: str
    at: str = ""
    severity: Severity | None = None
    closed: bool = False
    provider: str = ""
    against: str = ""

    @property
    def shown(self) -> str:
        """The manifests, below those of the version before if there are any."""
        if not self.against:
            return self.manifests.rstrip()
        return f"# before\n{self.against.rstrip()}\n---\n# after\n{self.manifests.rstrip()}"


@dataclass(frozen=True, slots=True)
class Examples:
    """The tests of a rule, by what it must say of them."""

    passing: tuple[Example, ...]
    failing: tuple[Example, ...]
    unknown: tuple[Example, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One operation of a fix as its rule writes it: expressions, empty where there is none, and a literal value."""

    op: str
    path: str = ""
    path_expression: str = ""
    value: Any = None
    value_expression: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class RuleFix:
    """How a manifest is changed so that the rule holds. An empty `when` means always."""

    safe: bool
    when: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """See schemas/rule.schema.json for the meaning of each field.

    `severity` is the severity of every finding, unless `severity_expression` (a CEL expression that yields
    `error`, `warning` or `info`) is given. `aliases` are names that the rule had before. The findings of a `locked`
    rule cannot be suppressed. What a `confidential` rule points at is not quoted.
    """

    name: str
    group: str
    title: str
    severity: Severity
    kinds: tuple[str, ...]
    match_group: str
    scope: str
    for_each: str
    match_conditions: tuple[Named, ...]
    variables: tuple[Named, ...]
    expression: str
    message_expression: str
    severity_expression: str
    at: str
    related: tuple[str, ...]
    why: str
    remedy: str
    known_problems: str
    peers_say: str
    references: tuple[str, ...]
    since: str
    parameters: tuple[tuple[str, object], ...]
    examples: Examples
    file: str
    fix: RuleFix | None = None
    profile: Profile = Profile.default
    aliases: tuple[str, ...] = ()
    locked: bool = False
    confidential: bool = False

    @property
    def at_related(self) -> str:
        """The name of the related places at the first of which a finding stands; empty if its place is a pointer."""
        return self.at.removeprefix("related:") if self.at.startswith("related:") else ""

    @property
    def places(self) -> tuple[str, ...]:
        """The names of all related places of a finding, those that it may stand at first."""
        return (self.at_related, *self.related) if self.at_related else self.related
