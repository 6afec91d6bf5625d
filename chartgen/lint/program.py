"""A rule, ready to run: its conditions compiled, its messages compiled once there is something to say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from chartgen import reader
from chartgen.errors import RuleBroken, UsageError
from chartgen.lint import facts, fixing
from chartgen.lint.environment import Expression, compile_expression, facts_on
from chartgen.lint.expressions import ExpressionError, bind
from chartgen.lint.facts.registry import ITERATORS, RELATED, Fact, FactType
from chartgen.lint.fixing import FixProgram
from chartgen.lint.kinds import ANY, GROUPS, Kind, belongs, named
from chartgen.lint.rulefiles import broken
from chartgen.model.rule import Rule

_FACT_ALONE = re.compile(r"(!?)([A-Za-z_]\w*(?:\.\w+)+)")


@dataclass(frozen=True, eq=False)
class Condition:
    """A condition of a rule, compiled when it is asked for: most objects end at the first ones of most rules."""

    rule: Rule
    field: str
    source: str
    parameters: Mapping[str, Any]

    @cached_property
    def fact(self) -> tuple[Fact, bool] | None:
        """The fact and the value of it that the condition asks for, if it asks for nothing else (`x.y`, `!x.y`)."""
        found = _FACT_ALONE.fullmatch(self.source.strip())
        fact = facts_on(self.rule.for_each).get(found[2]) if found else None
        return (fact, not found[1]) if found and fact and fact.type is FactType.BOOL else None

    @cached_property
    def expression(self) -> Expression:
        """Raises RuleBroken if it does not compile."""
        return _compile(self.rule, self.field, self.source, "BOOL", self.parameters)


@dataclass(frozen=True, eq=False)
class Program:
    """`conditions` are those of the rule in their order, but first those that ask for a single fact.

    Most rules end at one of these, which needs no runtime and none of their other facts.
    """

    rule: Rule
    conditions: tuple[Condition, ...]
    required: Condition
    parameters: Mapping[str, Any]

    def complete(self) -> Program:
        """The program with everything compiled, whether something needs it or not; raises RuleBroken."""
        _ = [each.expression for each in (*self.conditions, self.required)], self.message, self.severity, self.fix
        return self

    @cached_property
    def message(self) -> Expression:
        return self._compiled("/messageExpression", self.rule.message_expression, "STRING")

    @cached_property
    def severity(self) -> Expression | None:
        """The severity expression, None if the rule has none."""
        text = self.rule.severity_expression
        return self._compiled("/severityExpression", text, "STRING") if text else None

    @cached_property
    def fix(self) -> FixProgram | None:
        """The fix, None if the rule has none."""
        return fixing.compiled(self.rule, self._compiled)

    def _compiled(self, field: str, text: str, wanted: str) -> Expression:
        return _compile(self.rule, field, text, wanted, self.parameters)


def program(rule: Rule, given: Mapping[str, Any]) -> Program:
    """The rule, ready to be compiled; `given` holds values of parameters that replace the rule's defaults.

    Raises RuleBroken with the place in the rule file, UsageError for a parameter of another type than its default.
    """
    facts.discover()
    parameters = _parameters(rule, given)
    _check_names(rule)
    conditions = [
        Condition(rule, f"/matchConditions/{index}/expression", each.expression, parameters)
        for index, each in enumerate(rule.match_conditions)
    ]
    return Program(
        rule,
        conditions=tuple(sorted(conditions, key=lambda each: each.fact is None)),
        required=Condition(rule, "/expression", rule.expression, parameters),
        parameters=parameters,
    )


def matches(rule: Rule, kind: Kind) -> bool:
    """Whether the rule looks at objects of this kind."""
    if rule.match_group:
        return rule.match_group == ANY or belongs(kind, rule.match_group)
    keys = (named(text) for text in rule.kinds)
    return any(key is not None and _same(kind, *key) for key in keys)


def _same(kind: Kind, group: str, name: str) -> bool:
    return kind.group == group and kind.name == name


def _compile(rule: Rule, field: str, text: str, wanted: str, parameters: Mapping[str, Any]) -> Expression:
    try:
        source = bind(field, text, rule.variables, parameters, facts_on(rule.for_each))
        return compile_expression(rule.for_each, source, wanted)
    except ExpressionError as error:
        raise _misspelt(rule, error) from None


def _misspelt(rule: Rule, error: ExpressionError) -> RuleBroken:
    place = f"line {error.line}, column {error.column} of the expression"
    return _broken(rule, error.field, f"{error.message} ({place})")


def _check_names(rule: Rule) -> None:
    if not rule.for_each.startswith("/"):
        _known(rule, "/forEach", rule.for_each, ITERATORS, "iterator")
    if rule.at_related:
        _known(rule, "/at", rule.at_related, RELATED, "related place")
    for index, name in enumerate(rule.related):
        _known(rule, f"/related/{index}", name, RELATED, "related place")
    for field, prefix in fixing.unknown_prefixes(rule):
        raise _broken(rule, field, f"{prefix} is neither object, pod nor parent, nor a name that `at` or `related` has")
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
