"""A rule, ready to run: its conditions compiled, its messages compiled once there is something to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from chartgen import reader
from chartgen.errors import RuleBroken, UsageError
from chartgen.lint import facts
from chartgen.lint.environment import compile_expression, facts_on
from chartgen.lint.expressions import ExpressionError, bind, check, uses
from chartgen.lint.facts.registry import ITERATORS, RELATED, Fact
from chartgen.lint.kinds import ANY, GROUPS, Kind, named
from chartgen.lint.rulefiles import broken
from chartgen.model.rule import Rule


@dataclass(frozen=True, eq=False)
class Program:
    """`conditions` and `expression` are (text that is the same for the same meaning, compiled expression)."""

    rule: Rule
    facts: Mapping[str, Fact]
    conditions: tuple[tuple[str, Any], ...]
    expression: tuple[str, Any]
    parameters: Mapping[str, Any]

    def complete(self) -> Program:
        """The program with what only a finding needs compiled too; raises RuleBroken."""
        _ = self.message, self.severity
        return self

    @cached_property
    def message(self) -> Any:
        return self._compiled("/messageExpression", self.rule.message_expression)

    @cached_property
    def severity(self) -> Any | None:
        """The compiled severity expression, None if the rule has none."""
        text = self.rule.severity_expression
        return self._compiled("/severityExpression", text) if text else None

    def _compiled(self, field: str, text: str) -> Any:
        return _compile(self.rule, field, text, "STRING", self.parameters)[1]


def program(rule: Rule, given: Mapping[str, Any]) -> Program:
    """Compile what decides the rule; `given` holds values of parameters that replace the rule's defaults.

    Raises RuleBroken with the place in the rule file, UsageError for a parameter of another type than its default.
    """
    facts.discover()
    parameters = _parameters(rule, given)
    _check_names(rule)
    _check_texts(rule)
    conditions = tuple(
        _compile(rule, f"/matchConditions/{index}/expression", each.expression, "BOOL", parameters)
        for index, each in enumerate(rule.match_conditions)
    )
    expression = _compile(rule, "/expression", rule.expression, "BOOL", parameters)
    return Program(rule, facts_of(rule), conditions, expression, parameters)


def facts_of(rule: Rule) -> dict[str, Fact]:
    """The facts that any expression of the rule refers to."""
    known = facts_on(rule.for_each)
    used = {name for _, text in texts(rule) for name in uses(text, known)}
    return {name: known[name] for name in sorted(used)}


def texts(rule: Rule) -> Iterator[tuple[str, str]]:
    """(JSON pointer in the rule file, text) of every expression of the rule."""
    for index, each in enumerate(rule.match_conditions):
        yield f"/matchConditions/{index}/expression", each.expression
    for index, each in enumerate(rule.variables):
        yield f"/variables/{index}/expression", each.expression
    yield "/expression", rule.expression
    yield "/messageExpression", rule.message_expression
    if rule.severity_expression:
        yield "/severityExpression", rule.severity_expression


def matches(rule: Rule, kind: Kind) -> bool:
    """Whether the rule looks at objects of this kind."""
    if rule.match_group:
        return rule.match_group == ANY or any(_same(kind, each.group, each.name) for each in GROUPS[rule.match_group])
    keys = (named(text) for text in rule.kinds)
    return any(key is not None and _same(kind, *key) for key in keys)


def _same(kind: Kind, group: str, name: str) -> bool:
    return kind.group == group and kind.name == name


def _compile(rule: Rule, field: str, text: str, wanted: str, parameters: Mapping[str, Any]) -> tuple[str, Any]:
    try:
        source = bind(field, text, rule.variables, parameters)
        return source.text, compile_expression(rule.for_each, source, wanted)
    except ExpressionError as error:
        raise _misspelt(rule, error) from None


def _check_texts(rule: Rule) -> None:
    known = facts_on(rule.for_each)
    for field, text in texts(rule):
        try:
            check(field, text, known)
        except ExpressionError as error:
            raise _misspelt(rule, error) from None


def _misspelt(rule: Rule, error: ExpressionError) -> RuleBroken:
    place = f"line {error.line}, column {error.column} of the expression"
    return _broken(rule, error.field, f"{error.message} ({place})")


def _check_names(rule: Rule) -> None:
    if not rule.for_each.startswith("/"):
        _known(rule, "/forEach", rule.for_each, ITERATORS, "iterator")
    for index, name in enumerate(rule.related):
        _known(rule, f"/related/{index}", name, RELATED, "related place")
    if rule.match_group and rule.match_group != ANY:
        _known(rule, "/match", rule.match_group, GROUPS, "group of kinds")
    for index, text in enumerate(rule.kinds):
        if named(text) is None:
            raise _broken(rule, f"/match/kinds/{index}", f"{text} is not a kind known by name: write group/{text}")


def _known(rule: Rule, field: str, name: str, known: Mapping[str, Any], what: str) -> None:
    if name not in known:
        close = get_close_matches(name, known, n=1)
        raise _broken(rule, field, f"there is no {what} {name}" + (f", did you mean {close[0]}?" if close else ""))


def _broken(rule: Rule, field: str, message: str) -> RuleBroken:
    file = Path(rule.file)
    return broken(field, f"{rule.name}: {message}", reader.read(file), file)


def _parameters(rule: Rule, given: Mapping[str, Any]) -> dict[str, Any]:
    parameters = dict(rule.parameters)
    for name in parameters.keys() & given.keys():
        default = parameters[name]
        if type(given[name]) is not type(default):
            wanted = type(default).__name__
            raise UsageError(f"parameter {name} of rule {rule.name} must be a {wanted}, as its default {default!r}")
        parameters[name] = given[name]
    return parameters
