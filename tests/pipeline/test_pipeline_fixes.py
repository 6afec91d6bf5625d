"""Every fix does what its rule asks for: each failing example is fixed as a file, and linted again.

Tests are named after their rule: `pytest tests/pipeline/test_pipeline_fixes.py -k NAME` runs those of one.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chartgen import resources
from chartgen.lint import rulefiles
from chartgen.model.finding import Finding, Severity
from chartgen.model.rule import Rule
from chartgen.pipeline.fixing import Fixed, fix, write
from chartgen.pipeline.lint import LintOptions, lint

RULES = [rule for rule in map(rulefiles.read, rulefiles.files(resources.folder("rules"))) if rule.fix]

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


@each_rule
def test_failing_examples_are_fixed(rule: Rule, tmp_path: Path) -> None:
    fixed = 0
    for index, example in enumerate(rule.examples.failing):
        file = tmp_path / f"{index}.yaml"
        file.write_text(example.manifests, encoding="utf-8")
        options = LintOptions(closed=example.closed, provider=example.provider, profile="strict")
        before = lint([str(file)], None, options).report.findings
        wanted = [finding for finding in before if finding.rule == rule.name and finding.fix]
        fixed += len(wanted)
        done = _fix(file, options)
        assert _left(done, rule) == [], example.name
        assert [str(each.reason) for each in done.left_out if each.finding.rule == rule.name] == []
        assert _errors(done.result.report.findings) <= _errors(before), example.name
        again = _fix(file, replace(options, select=(rule.name,)))
        assert (again.count, again.changes) == (0, ()), example.name
    assert fixed, "no failing example has a fix"


@each_rule
def test_a_fix_is_safe_or_not(rule: Rule, tmp_path: Path) -> None:
    """Without --unsafe-fixes only safe fixes are made."""
    assert rule.fix is not None
    for example in rule.examples.failing:
        file = tmp_path / "example.yaml"
        file.write_text(example.manifests, encoding="utf-8")
        options = LintOptions(select=(rule.name,), closed=example.closed, provider=example.provider)
        done = fix([str(file)], None, options, unsafe=False)
        assert bool(_left(done, rule)) is (not rule.fix.safe and _has_fix(file, options))


def _has_fix(file: Path, options: LintOptions) -> bool:
    return any(finding.fix for finding in lint([str(file)], None, options).report.findings)


def _fix(file: Path, options: LintOptions) -> Fixed:
    done = fix([str(file)], None, options, unsafe=True)
    write(done.changes)
    return done


def _left(done: Fixed, rule: Rule) -> list[str]:
    """What has a fix and was not fixed."""
    return [finding.message for finding in done.result.report.findings if finding.rule == rule.name and finding.fix]


def _errors(findings: tuple[Finding, ...]) -> set[tuple[str, str, str]]:
    found = (each for each in findings if each.severity is Severity.error and not each.unknown)
    return {(each.rule, str(each.object), each.path) for each in found}
