"""What a rule says of one provider only, it says of nobody else: without evidence it is silent."""

from __future__ import annotations

from functools import cache

import pytest
from rule_making import parse

from chartgen import lint
from chartgen.lint import evidence, releases, run
from chartgen.lint.expressions import uses
from chartgen.model.rule import Example, Rule

rules = cache(lint.load)


def asks(rule: Rule) -> bool:
    named = (each.expression for each in (*rule.match_conditions, *rule.variables))
    texts = (*named, rule.expression, rule.message_expression, rule.severity_expression)
    return any(uses(text, ["provider"]) for text in texts)


ASKING = [rule for rule in rules() if asks(rule)]


def said(rule: Rule, example: Example, provider: str) -> set[tuple[str, str, int]]:
    release = releases(parse(example.manifests), closed=example.closed, provider=provider)
    found = run(release, [rule])
    return {(each.place.pointer, each.message, each.severity) for each in found if not each.unknown}


def provider_of(example: Example) -> str:
    return example.provider or evidence.provider(parse(example.manifests))


@pytest.mark.parametrize("rule", ASKING, ids=lambda rule: rule.name)
def test_the_provider_is_what_makes_the_difference(rule: Rule) -> None:
    everything = [*rule.examples.failing, *rule.examples.passing, *rule.examples.unknown]
    named = [example for example in everything if provider_of(example) not in ("", "generic")]
    assert any(said(rule, example, provider_of(example)) != said(rule, example, "generic") for example in named)


@pytest.mark.parametrize("rule", ASKING, ids=lambda rule: rule.name)
def test_an_example_without_evidence_passes(rule: Rule) -> None:
    assert any(provider_of(example) in ("", "generic") for example in rule.examples.passing)
