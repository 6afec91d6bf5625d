"""What every format is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chartgen.model.finding import Finding, Severity
from chartgen.model.manifest import Source


@dataclass(frozen=True, slots=True)
class RuleNote:
    """What a report says about a rule itself; what a `confidential` one points at is not quoted."""

    name: str
    title: str
    severity: Severity
    remedy: str
    references: tuple[str, ...] = ()
    why: str = ""
    confidential: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """The findings of one run, in the order in which they are shown, and what stands around them.

    `rules` are all the rules that were applied, whether they found something or not. `sources` are the texts that
    excerpts are taken from; a location whose text is missing is shown without one. `objects` counts Kubernetes objects;
    `unchecked` counts those of each `apiVersion kind` that have no schema of Kubernetes `kube_version`.
    `skipped` counts files that were found in a folder and hold no Kubernetes object. `suppressed` are the findings that
    annotations and comments hide; they are listed only if `show_suppressed`. `baselined` counts those that a baseline
    hides. `notes` are sentences about what could not be told, or was not linted without being a failure; `failures` are
    those about what was not linted at all, which a reader of the report alone must not take for clean.
    `quoted` are further texts for excerpts: templates and values files, which are no input by themselves.
    """

    findings: tuple[Finding, ...]
    rules: tuple[RuleNote, ...]
    sources: tuple[Source, ...]
    objects: int
    kube_version: str = ""
    unchecked: Mapping[str, int] = field(default_factory=dict)
    skipped: int = 0
    suppressed: tuple[Finding, ...] = ()
    show_suppressed: bool = False
    baselined: int = 0
    notes: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    quoted: tuple[Source, ...] = ()

    @property
    def shown(self) -> tuple[Finding, ...]:
        """The findings, and the suppressed ones if they were asked for, by place."""
        if not self.show_suppressed:
            return self.findings
        every = (*self.findings, *self.suppressed)
        return tuple(sorted(every, key=lambda each: (each.location, each.rule, each.path, each.message)))

    @property
    def decided(self) -> tuple[Finding, ...]:
        """The findings proper, without evaluations that could not be decided."""
        return tuple(finding for finding in self.findings if not finding.unknown)

    def count(self, severity: Severity) -> int:
        return sum(finding.severity == severity for finding in self.decided)

    def worst(self) -> Severity | None:
        """The highest severity found; None for a clean report."""
        return max((finding.severity for finding in self.decided), default=None)
