"""`chartgen lint`: from paths to a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from chartgen.errors import EXIT_CLEAN, EXIT_FINDINGS, EXIT_INPUT, ChartgenError, UsageError
from chartgen.lint.evidence import MARKERS
from chartgen.model.finding import Finding, Severity
from chartgen.pipeline.checking import check, policy
from chartgen.pipeline.diagnostics import YAML_INVALID
from chartgen.pipeline.inputs import Reading, Tell, gather
from chartgen.pipeline.locating import ordered
from chartgen.report import Report

NEVER = "never"


@dataclass(frozen=True, slots=True)
class LintOptions:
    """The options of the command; empty texts mean that nothing was said."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    closed: bool = False
    provider: str = ""
    namespace: str = ""
    kube_version: str | None = None
    helm_engine: str = "auto"
    show_unknown: bool = False


@dataclass(frozen=True, slots=True)
class LintResult:
    """`failures` say what was not linted at all; `unreadable` that some text was not."""

    report: Report
    unreadable: bool
    failures: tuple[ChartgenError, ...]

    def exit_code(self, fail_on: str) -> int:
        """`fail_on` is a severity or `never`. What was not linted weighs more than findings, and no option hides it."""
        if self.failures or self.unreadable:
            return max([EXIT_INPUT if self.unreadable else 0, *(error.exit_code for error in self.failures)])
        worst = self.report.worst()
        failed = fail_on != NEVER and worst is not None and worst >= Severity[fail_on]
        return EXIT_FINDINGS if failed else EXIT_CLEAN


def lint(paths: Sequence[str], stdin: bytes | None, options: LintOptions, tell: Tell = lambda _: None) -> LintResult:
    """Lint manifests, charts and values files; `-` among the paths means `stdin`. `tell` shows progress.

    Raises InputError for a path that does not exist, UsageError for an unknown provider, rule or version, RuleBroken
    for a broken rule.
    """
    _refuse_unknown_provider(options.provider)
    applied = policy(options.select, options.ignore, options.kube_version)
    reading = Reading(
        options.closed, options.provider, options.namespace, applied.kube_version, options.helm_engine, tell
    )
    inputs = gather(paths, stdin, reading)
    findings: list[Finding] = list(inputs.unreadable) if YAML_INVALID.name in applied.diagnostics else []
    unchecked: Counter[str] = Counter()
    for batch in inputs.batches:
        tell(f"checking {len(batch.manifests)} objects")
        checked = check(batch, applied, show_unknown=options.show_unknown)
        findings += checked.findings
        unchecked.update(checked.unchecked)
    report = Report(
        findings=ordered(findings),
        rules=applied.notes(),
        sources=tuple(inputs.sources),
        objects=sum(len(batch.manifests) for batch in inputs.batches),
        kube_version=applied.kube_version,
        unchecked=unchecked,
        skipped=inputs.skipped,
    )
    return LintResult(report, bool(inputs.unreadable), tuple(inputs.failures))


def _refuse_unknown_provider(name: str) -> None:
    known = sorted([*MARKERS, "generic"])
    if name and name not in known:
        raise UsageError(f"nothing was linted: there is no provider {name}", remedy=f"choose one of {', '.join(known)}")
