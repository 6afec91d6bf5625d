"""Schemas and rules applied to objects that belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from chartgen import lint
from chartgen.manifests import schema
from chartgen.manifests.bundle import bundle
from chartgen.model.finding import Finding, Place, Severity, Violation
from chartgen.model.manifest import Manifest
from chartgen.model.rule import Rule
from chartgen.pipeline.diagnostics import ALL, GROUP, SCHEMA_INVALID
from chartgen.pipeline.locating import located
from chartgen.report import RuleNote


@dataclass(frozen=True, slots=True)
class Batch:
    """Objects that are linted together: all manifests that were given, or what one chart renders to.

    `closed` says that nothing exists outside of it. `provider` is empty if it is to be told from the objects.
    """

    manifests: tuple[Manifest, ...]
    closed: bool = False
    provider: str = ""
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """What is applied: the rules, the diagnostics (by name), and the Kubernetes version of the schemas."""

    rules: tuple[Rule, ...]
    diagnostics: frozenset[str]
    kube_version: str

    def notes(self) -> tuple[RuleNote, ...]:
        """What a report says about each rule and diagnostic, by name."""
        shown = [*self.rules, *(ALL[name].as_rule() for name in self.diagnostics)]
        notes = (
            RuleNote(rule.name, rule.title, rule.severity, rule.remedy, rule.references, rule.why) for rule in shown
        )
        return tuple(sorted(notes, key=lambda note: note.name))


@dataclass(frozen=True, slots=True)
class Checked:
    """`unchecked` counts, by `apiVersion kind`, the objects for which there is no schema."""

    findings: tuple[Finding, ...]
    unchecked: Mapping[str, int] = field(default_factory=dict)


def policy(select: Iterable[str] = (), ignore: Iterable[str] = (), kube_version: str | None = None) -> Policy:
    """The rules and diagnostics that `select` (all if empty) names, singly or by group, and `ignore` does not.

    Raises UsageError for an unknown rule or Kubernetes version, RuleBroken for a malformed rule file.
    """
    chosen, ignored = _ungrouped(select), _ungrouped(ignore)
    diagnostics = frozenset(name for name in ALL if (name in chosen or not chosen) and name not in ignored)
    of_rules = sorted(chosen - ALL.keys())
    rules = lint.load(select=of_rules, ignore=sorted(ignored - ALL.keys())) if of_rules or not chosen else ()
    return Policy(rules, diagnostics, schema_version(kube_version))


def _ungrouped(names: Iterable[str]) -> set[str]:
    """The names, with those of the diagnostics in place of their group's."""
    return {each for name in names for each in (ALL if name == GROUP else [name])}


def schema_version(wanted: str | None) -> str:
    """The bundled Kubernetes version `X.Y` for `X.Y`, `vX.Y` or `X.Y.Z`; the newest one for None.

    Raises UsageError for a version without bundled schemas.
    """
    return bundle(wanted).version


def check(batch: Batch, policy: Policy, *, show_unknown: bool = False) -> Checked:
    """The schema problems and rule findings of one batch, sorted by place."""
    problems = _schema_problems(batch.manifests, policy.kube_version)
    # A rule that breaks on an object of which no schema says that it is right need not be a broken rule.
    doubtful = {problem.place.manifest for problem in problems} | {
        *schema.unchecked(batch.manifests, policy.kube_version)
    }
    release = lint.releases(
        batch.manifests,
        closed=batch.closed,
        provider=batch.provider,
        namespace=batch.namespace,
        kube_version=policy.kube_version,
    )
    found = lint.run(release, policy.rules, valid=lambda manifest: manifest not in doubtful)
    shown = [violation for violation in found if show_unknown or not violation.unknown]
    if SCHEMA_INVALID.name in policy.diagnostics:
        shown += problems
    return Checked(located(shown), _unchecked(batch.manifests, policy.kube_version))


def _schema_problems(objects: Sequence[Manifest], kube_version: str) -> list[Violation]:
    no_objects = [item for item in objects if not item.object.keys() & {"apiVersion", "kind"}]
    return [
        *(_violation(each.manifest, each.pointer, each.message) for each in schema.check(objects, kube_version)),
        *(
            _violation(item, "", "this is no Kubernetes object: it has no apiVersion and no kind")
            for item in no_objects
        ),
    ]


def _violation(manifest: Manifest, pointer: str, message: str) -> Violation:
    return Violation(SCHEMA_INVALID.name, Severity.error, message, Place(manifest, pointer))


def _unchecked(objects: Sequence[Manifest], kube_version: str) -> Mapping[str, int]:
    passed_over = schema.unchecked(objects, kube_version)
    return Counter(f"{item.api_version} {item.kind}" for item in passed_over if item.kind)
