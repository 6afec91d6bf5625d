"""A lint rule as data: the content of one file below `rules/`."""

from __future__ import annotations

from dataclasses import dataclass

from chartgen.model.finding import Severity


@dataclass(frozen=True, slots=True)
class Named:
    name: str
    expression: str


@dataclass(frozen=True, slots=True)
class Example:
    """YAML text of one or more manifests; `at` is the pointer that a failing example's finding must name."""

    name: str
    manifests: str
    at: str = ""
    severity: Severity | None = None
    closed: bool = False
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Examples:
    passing: tuple[Example, ...]
    failing: tuple[Example, ...]
    unknown: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """See schemas/rule.schema.json for the meaning of each field.

    `severity` is the severity of every finding, unless `severity_expression` (a CEL expression that yields
    `error`, `warning` or `info`) is given.
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
