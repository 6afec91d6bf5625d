"""What every format is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chartgen.model.finding import Finding, Severity
from chartgen.model.manifest import Source


@dataclass(frozen=True, slots=True)
class RuleNote:
    """What a report says about a rule itself."""

    name: str
    title: str
    severity: Severity
    remedy: str
    references: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of one run, in the order in which they are shown, and what stands around them.

    `rules` are all the rules that were applied, whether they found something or not. `sources` are the texts that
    excerpts are taken from; a location whose text is missing is shown without one. `objects` counts Kubernetes objects;
    `unchecked` counts those of each `apiVersion kind` that have no schema of Kubernetes `kube_version`.
    `skipped` counts files that were found in a folder and hold no Kubernetes object.
    """

    findings: tuple[Finding, ...]
    rules: tuple[RuleNote, ...]
    sources: tuple[Source, ...]
    objects: int
    kube_version: str = ""
    unchecked: Mapping[str, int] = field(default_factory=dict)
    skipped: int = 0

    @property
    def decided(self) -> tuple[Finding, ...]:
        """The findings proper, without evaluations that could not be decided."""
        return tuple(finding for finding in self.findings if not finding.unknown)

    def count(self, severity: Severity) -> int:
        return sum(finding.severity == severity for finding in self.decided)

    def worst(self) -> Severity | None:
        """The highest severity found; None for a clean report."""
        return max((finding.severity for finding in self.decided), default=None)
