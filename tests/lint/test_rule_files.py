"""Every file below rules/ is well formed, and says of its own examples what they expect.

Tests are named after their rule: `pytest tests/lint/test_rule_files.py -k NAME` runs those of one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rule_making import parse

from chartgen import resources, upgrade
from chartgen.lint import examples, releases, rulefiles, run
from chartgen.lint.environment import facts_on
from chartgen.lint.expressions import uses
from chartgen.manifests import schema
from chartgen.model.finding import Violation
from chartgen.model.rule import Rule

FILES = rulefiles.files(resources.folder("rules"))

each_rule = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


@each_rule
def test_examples(file: Path) -> None:
    assert examples.check(rulefiles.read(file), parse, upgrade.changes) == []


@each_rule
def test_examples_are_valid_kubernetes_objects(file: Path) -> None:
    rule = rulefiles.read(file)
    for example in (*rule.examples.passing, *rule.examples.failing, *rule.examples.unknown):
        # What a failing example shows may be the very thing that the schema refuses.
        problems = [each for each in schema.check(parse(example.manifests)) if each.pointer != (example.at or None)]
        assert [(example.name, problem.pointer, problem.message) for problem in problems] == []


@each_rule
def test_an_object_rule_says_the_same_of_an_object_alone(file: Path) -> None:
    rule = rulefiles.read(file)
    for example in (*rule.examples.passing, *rule.examples.failing, *rule.examples.unknown):
        whole = releases(parse(example.manifests), closed=example.closed, provider=example.provider)
        parts = [replace(whole, manifests=(manifest,), memo={}) for manifest in whole.manifests]
        together = [_told(violation) for violation in run(whole, [rule])]
        alone = [_told(violation) for part in parts for violation in run(part, [rule])]
        assert rule.scope == "release" or together == alone, example.name


def _told(violation: Violation) -> tuple[str, str, str, bool]:
    return violation.place.manifest.name, violation.place.pointer, violation.message, violation.unknown


@each_rule
def test_prose(file: Path) -> None:
    rule = rulefiles.read(file)
    assert rule.remedy.endswith(".")
    assert rule.why.endswith(".")
    assert not rule.title.endswith(".")


@each_rule
def test_what_may_be_unknown_has_an_example(file: Path) -> None:
    rule = rulefiles.read(file)
    if _may_be_unknown(rule):
        assert rule.examples.unknown


def _may_be_unknown(rule: Rule) -> bool:
    """Whether what decides the rule calls unknown(), or uses a fact whose function may return None."""
    deciding = [rule.expression, *(each.expression for each in (*rule.match_conditions, *rule.variables))]
    if any(uses(text, ["unknown"]) for text in deciding):
        return True
    facts = facts_on(rule.for_each)
    used = {name for text in deciding for name in uses(text, facts)}
    return any(_may_be_none(facts[name].compute) for name in used)


def _may_be_none(compute: Callable[..., object]) -> bool:
    returns = str(inspect.signature(compute).return_annotation)
    return returns.endswith("None") or returns == "Any"
