"""The examples of a rule hold its conditions: were one left out, or a term or figure another, one would tell."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from mutants import UNTOLD, mutants
from rule_making import parse

from chartgen import lint, upgrade
from chartgen.errors import RuleBroken
from chartgen.lint import releases, run
from chartgen.lint.program import program
from chartgen.lint.release import Release
from chartgen.model.manifest import Manifest
from chartgen.model.rule import Example, Rule

RULES = lint.load()
TOLD: dict[str, tuple[Any, ...]] = {
    "autoscaledCluster": (True,),
    "nodeGpus": (1, 2),
    "spareGpus": (0, 1),
    "taints": ([{"key": "sku", "value": "gpu", "effect": "NoSchedule"}],),
    "timeToReadySeconds": (600, 7200),
}
"""What a user may say of the cluster that no manifest says; each example is also read by somebody who was told."""
VERSIONS = (None, "1.36", "1.24")
"""Of Kubernetes: the newest, one in which what went in between is still there, and a lower one."""


@cache
def manifests(text: str) -> list[Manifest]:
    return parse(text)


class Case:
    """An example, and what the user has said of the cluster."""

    def __init__(self, example: Example, parameters: dict[str, Any], version: str | None) -> None:
        found = manifests(example.manifests)
        changes = upgrade.changes(manifests(example.against), found) if example.against else None
        self.release: Release = releases(
            found,
            closed=example.closed,
            provider=example.provider,
            parameters=parameters,
            changes=changes,
            kube_version=version,
        )

    def said(self, rule: Rule) -> list[tuple[str, int, str, bool]]:
        try:
            found = run(self.release, [rule])
        except RuleBroken:  # the condition that is gone was a guard
            return [("broken", 0, "", False)]
        return [(each.place.pointer, each.severity, each.message, each.unknown) for each in found]


def cases(rule: Rule) -> list[tuple[Case, list[Any]]]:
    """What the rule says of its examples; in older clusters only if that is something else."""
    told = [{name: value} for name, default in rule.parameters if default in UNTOLD for value in TOLD[name]]
    examples = (*rule.examples.failing, *rule.examples.passing, *rule.examples.unknown)
    found: list[tuple[Case, list[Any]]] = []
    for version in VERSIONS:
        read = [Case(example, parameters, version) for parameters in ({}, *told) for example in examples]
        held = [(case, case.said(rule)) for case in read]
        if [said for _, said in held] != [said for _, said in found[: len(held)]]:
            found += held
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_an_example_tells(rule: Rule) -> None:
    held = cases(rule)
    survivors = []
    for shown, mutant in mutants(rule):
        program(mutant, {}).complete()  # a mutant is at least an expression
        if all(case.said(mutant) == said for case, said in held):
            survivors.append(shown)
    assert survivors == []
