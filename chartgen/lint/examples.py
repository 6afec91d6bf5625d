"""The examples of a rule are its tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chartgen.errors import ChartgenError
from chartgen.lint import evaluation
from chartgen.lint.assembly import releases
from chartgen.lint.engine import run
from chartgen.lint.program import program
from chartgen.model.change import Upgrade
from chartgen.model.finding import Severity, Violation
from chartgen.model.manifest import Manifest
from chartgen.model.rule import Example, Rule

Parse = Callable[[str], Sequence[Manifest]]
Compare = Callable[[Sequence[Manifest], Sequence[Manifest]], Upgrade]

REPETITIONS = 20
"""The order of a CEL map differs between activations of one process; so many runs show it."""


def check(rule: Rule, parse: Parse, compare: Compare | None = None) -> list[str]:
    """What is wrong with a rule by its own examples, as sentences; empty if it is sound.

    `parse` turns the YAML text of an example into manifests; `compare` says what an upgrade from the manifests of
    `against` to those of the example does, and is needed only for rules about that. Every expression is compiled, every
    example is run, and the failing ones are run again and again on fresh activations: what they say must not change.
    """
    try:
        program(rule, {}).complete()
    except ChartgenError as error:
        where = f"{error.location}: " if error.location else ""
        return [f"{where}{error.message}"]
    problems = []
    for kind, examples in (
        ("pass", rule.examples.passing),
        ("fail", rule.examples.failing),
        ("unknown", rule.examples.unknown),
    ):
        problems += _duplicates(kind, examples)
        for example in examples:
            found = _run(rule, kind, example, _Input.read(example, parse, compare))
            problems += [f"{kind} example {example.name!r}: {each}" for each in found]
    return problems


def _duplicates(kind: str, examples: Sequence[Example]) -> list[str]:
    names = [example.name for example in examples]
    return [f"{kind} example {name!r} stands there twice" for name in sorted(set(names)) if names.count(name) > 1]


@dataclass(frozen=True, slots=True)
class _Input:
    """The manifests of an example and what they change, or the reason why they cannot be read."""

    manifests: Sequence[Manifest] = ()
    changes: Upgrade | None = None
    problem: str = ""

    @classmethod
    def read(cls, example: Example, parse: Parse, compare: Compare | None) -> _Input:
        try:
            manifests = parse(example.manifests)
            changes = compare(parse(example.against), manifests) if compare and example.against else None
        except ChartgenError as error:
            return cls(problem=error.message)
        return cls(manifests, changes)


def _run(rule: Rule, kind: str, example: Example, given: _Input) -> list[str]:
    if given.problem:
        return [given.problem]
    try:
        found = _violations(rule, example, given)
        if kind == "fail":
            return _wrong(rule, example, found) + _unstable(rule, example, given, found)
    except ChartgenError as error:
        return [error.message]
    if kind == "pass":
        return [f"finds {_told(violation)}" for violation in found]
    wrong = [f"decides: {_told(violation)}" for violation in found if not violation.unknown]
    return wrong if found else ["is decided: nothing is found"]


def _violations(rule: Rule, example: Example, given: _Input) -> list[Violation]:
    release = releases(given.manifests, closed=example.closed, provider=example.provider, changes=given.changes)
    return run(release, [rule])


def _wrong(rule: Rule, example: Example, found: Sequence[Violation]) -> list[str]:
    if not found:
        return ["finds nothing"]
    if rule.severity_expression and example.severity is None:
        return ["names no severity, although the rule has a severityExpression"]
    wanted = example.severity or rule.severity
    wrong = []
    for violation in found:
        if violation.unknown or violation.place.pointer != example.at:
            wrong.append(f"finds {_told(violation)}, not a finding at {example.at or '/'}")
        elif violation.severity is not wanted:
            wrong.append(f"finds {_told(violation)}, not of severity {wanted.name}")
    return wrong


def _unstable(rule: Rule, example: Example, given: _Input, found: Sequence[Violation]) -> list[str]:
    for _ in range(REPETITIONS - 1):
        evaluation.forget()
        again = _violations(rule, example, given)
        if list(map(_identity, again)) != list(map(_identity, found)):
            return [f"says other things in another run: {'; '.join(map(_told, again))}: sort what comes from a map"]
    return []


def _identity(violation: Violation) -> tuple[str, Severity, Any]:
    places = [(id(place.manifest), place.pointer, place.label) for place in (violation.place, *violation.related)]
    return violation.message, violation.severity, places


def _told(violation: Violation) -> str:
    unknown = "unknown " if violation.unknown else ""
    where = violation.place.pointer or "/"
    return f"{unknown}{violation.severity.name} at {where} ({violation.place.manifest.kind}): {violation.message}"
