"""Findings from paths to places."""

from __future__ import annotations

from pathlib import Path

import pytest

from chartgen.model.finding import Severity
from chartgen.model.settings import RuleSetting, Settings
from chartgen.pipeline.lint import LintOptions, LintResult, lint

ONLY_SCHEMA = LintOptions(select=("schema-invalid",))
LIST = """\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: a}
  dta: {}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: b}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: c
  lables: {}
"""


def linted(text: str, options: LintOptions = ONLY_SCHEMA) -> LintResult:
    return lint(["-"], text.encode(), options)


def test_members_of_a_list_and_later_documents_have_their_own_lines() -> None:
    report = linted(LIST).report
    places = [
        (finding.object.name, finding.path, finding.location.line, finding.location.column)
        for finding in report.findings
    ]
    assert places == [("a", "/dta", 7, 3), ("c", "/metadata/lables", 16, 3)]
    assert report.objects == 3


def test_findings_are_sorted_by_file_line_and_column(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yaml"):
        (tmp_path / name).write_text(LIST)
    report = lint([str(tmp_path / "b.yaml"), str(tmp_path)], None, ONLY_SCHEMA).report
    locations = [finding.location for finding in report.findings]
    assert locations == sorted(locations)
    assert {Path(location.file).name for location in locations} == {"a.yaml", "b.yaml"}
    assert report.objects == 6


def test_the_report_names_every_rule_that_was_applied() -> None:
    assert [note.name for note in linted("{}").report.rules] == ["schema-invalid"]
    every = {note.name for note in linted("{}", LintOptions()).report.rules}
    assert every >= {"schema-invalid", "yaml-invalid"}
    assert {note.name for note in linted("{}", LintOptions(ignore=("schema-invalid",))).report.rules} == every - {
        "schema-invalid"
    }


def test_diagnostics_are_chosen_by_their_group_too() -> None:
    chosen = linted("{}", LintOptions(select=("input",))).report.rules
    assert [note.name for note in chosen] == ["schema-invalid", "yaml-invalid"]
    left = linted("{}", LintOptions(ignore=("input",))).report.rules
    assert not {note.name for note in left} & {"schema-invalid", "yaml-invalid"}


def test_progress_is_told() -> None:
    told: list[str] = []
    lint(["-"], LIST.encode(), ONLY_SCHEMA, told.append)
    assert told == ["checking 3 objects"]


def test_the_threshold_counts_from_its_severity_upwards() -> None:
    result = linted(LIST)
    assert result.report.worst() is Severity.error
    assert [result.exit_code(each) for each in ("error", "warning", "info", "never")] == [1, 1, 1, 0]


@pytest.mark.parametrize("options", [LintOptions(select=("storage",)), LintOptions(ignore=("yaml-invalid",))])
def test_what_could_not_be_read_is_told_although_no_rule_asks(options: LintOptions) -> None:
    result = linted("a: [\n", options)
    assert (result.report.findings, result.exit_code("never")) == ((), 3)
    [failure] = result.failures
    assert failure.message.startswith("<stdin> was not linted: the YAML cannot be read")
    assert failure.location is not None
    assert (failure.location.file, failure.location.line) == ("<stdin>", 2)


def test_the_severity_of_what_could_not_be_read_is_that_of_the_settings() -> None:
    settings = Settings(rules={"yaml-invalid": RuleSetting(severity=Severity.info)})
    result = linted("a: [\n", LintOptions(settings=settings))
    assert [each.severity for each in result.report.findings] == [Severity.info]
    assert result.exit_code("error") == 3
