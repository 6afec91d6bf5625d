"""A pod with findings, linted with suppressions in it."""

from __future__ import annotations

from conftest import RULES

from chartgen.model.finding import Finding
from chartgen.pipeline.lint import LintOptions, LintResult, lint

OPTIONS = LintOptions(select=("image-moves", "suppressions"), rule_folders=(RULES,))
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: a
  annotations:
    team: llm
spec:
  initContainers:
  - name: copy
    image: busybox:latest
  containers:
  - name: one
    image: nginx:latest
  - name: two
    image: nginx:latest
"""


def linted(text: str, options: LintOptions = OPTIONS) -> LintResult:
    return lint(["-"], text.encode(), options)


def annotated(key: str, value: str = "because") -> str:
    return POD.replace("    team: llm\n", f"    chartgen.dev/ignore{key}: {value!r}\n")


def shown(result: LintResult) -> list[tuple[str, int]]:
    return [(finding.rule, finding.location.line) for finding in result.report.findings]


def hidden(result: LintResult) -> list[int]:
    return [finding.location.line for finding in result.report.suppressed]


def only(result: LintResult, rule: str) -> Finding:
    (found,) = [finding for finding in result.report.findings if finding.rule == rule]
    return found
