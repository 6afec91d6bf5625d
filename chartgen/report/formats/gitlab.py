"""Code Quality report of GitLab: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""

from __future__ import annotations

from typing import Any

from chartgen.model.finding import Finding, Severity
from chartgen.report.anchor import Anchors, told
from chartgen.report.content import Report
from chartgen.report.fingerprint import distinct
from chartgen.report.formats.json import dumped
from chartgen.report.printable import printable

# GitLab has info, minor, major, critical and blocker.
_SEVERITIES = {Severity.error: "critical", Severity.warning: "major", Severity.info: "info"}


def render(report: Report, *, colour: bool = False) -> str:
    """A JSON array with one issue for each finding. `colour` has no meaning here."""
    anchors = Anchors(report)
    issues = [
        _issue(finding, mark, anchors) for finding, mark in zip(report.findings, distinct(report.findings), strict=True)
    ]
    return dumped(issues)


def _issue(finding: Finding, mark: str, anchors: Anchors) -> dict[str, Any]:
    anchor = anchors.of_finding(finding)
    return {
        "description": printable(told(finding)),
        "check_name": finding.rule,
        "fingerprint": mark,
        "severity": "info" if finding.unknown else _SEVERITIES[finding.severity],
        "location": {"path": anchor.file, "lines": {"begin": anchor.line}},
    }
