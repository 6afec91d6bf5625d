"""Schemas and rules applied to objects that belong together."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from chartgen import lint, manifests
from chartgen.errors import UsageError
from chartgen.lint import evidence
from chartgen.manifests import Kustomized, schema
from chartgen.manifests.bundle import bundle
from chartgen.manifests.definitions import Definitions
from chartgen.model.finding import Finding, Severity, Violation
from chartgen.model.manifest import Manifest
from chartgen.model.rule import Profile, Rule
from chartgen.model.settings import Settings
from chartgen.pipeline.conformity import schema_problems, unchecked_kinds
from chartgen.pipeline.diagnostics import RENDER_NONDETERMINISTIC, SCHEMA_INVALID
from chartgen.pipeline.kustomizing import unsettled
from chartgen.pipeline.locating import located
from chartgen.pipeline.ruleset import of_diagnostics, of_rules, ruleset
from chartgen.report.content import RuleNote

if TYPE_CHECKING:  # most runs compare nothing and render nothing
    from chartgen.model.change import Upgrade
    from chartgen.pipeline.origin import ChartOrigin

_NO_SETTINGS = Settings()
_PLAIN = Kustomized()
# What is spelt otherwise (pvc/models, v1/PersistentVolumeClaim/models, a namespace, a star) would mean nothing.
_EXTERNAL = re.compile(r"(?P<kind>(?:(?!v\d)[a-z0-9.-]+/)?[A-Z][A-Za-z0-9]*)/(?P<name>[A-Za-z0-9][A-Za-z0-9.:_-]*)")


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Objects that are linted together: all manifests that were given, or what one chart renders to.

    `closed` says that nothing exists outside of it. `provider` is empty if it is to be told from the objects. `origins`
    are the charts that they were rendered from. `changes` is what differs from another version, if there is one.
    `kustomized` is what kustomizations beside them say; `beside` are objects of another batch that belong to these too.
    """

    manifests: tuple[Manifest, ...]
    closed: bool = False
    provider: str = ""
    namespace: str = ""
    origins: tuple[ChartOrigin, ...] = ()
    changes: Upgrade | None = None
    kustomized: Kustomized = _PLAIN
    beside: tuple[Manifest, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """What is applied: the rules, the diagnostics (by name), and the Kubernetes version of the schemas.

    `names` and `locked` are about all rules, also those that are not applied. `external` are the (kind, name) of
    objects that exist outside the input, `definitions` describe custom kinds; `renamed` says which older names the
    options used; `programs` are the rules as they are compiled so far.
    """

    rules: tuple[Rule, ...]
    diagnostics: Mapping[str, Rule]
    kube_version: str
    names: lint.Names = field(default_factory=lambda: lint.Names({}, frozenset()))
    locked: frozenset[str] = frozenset()
    external: tuple[tuple[str, str], ...] = ()
    definitions: Definitions = field(default_factory=Definitions)
    renamed: tuple[str, ...] = ()
    programs: dict[str, lint.Program] = field(default_factory=dict)

    def notes(self) -> tuple[RuleNote, ...]:
        """What a report says about each rule and diagnostic, by name."""
        shown = [*self.rules, *self.diagnostics.values()]
        notes = (
            RuleNote(rule.name, rule.title, rule.severity, rule.remedy, rule.references, rule.why, rule.confidential)
            for rule in shown
        )
        return tuple(sorted(notes, key=lambda note: note.name))


Undecided = Callable[[Collection[str]], Sequence[Violation]]
"""Names of rules to those of their violations that are unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """`unchecked` counts, by `apiVersion kind`, the objects for which there is no schema.

    `unsettled` counts what is left out since a kustomization may settle it. `undecided` makes the evaluations of some
    rules that come to no result, whether they are shown or not: few runs ask.
    """

    findings: tuple[Finding, ...]
    unchecked: Mapping[str, int] = field(default_factory=dict)
    unsettled: int = 0
    undecided: Undecided = lambda _: ()


def policy(
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    kube_version: str | None = None,
    *,
    profile: Profile = Profile.default,
    folders: Iterable[Path] = (),
    settings: Settings = _NO_SETTINGS,
    external: Iterable[str] = (),
) -> Policy:
    """The rules and diagnostics of `profile` that `select` (all if empty) names, singly or by group, without `ignore`.

    `folders` hold further rules, `settings` are those of the configuration, `external` are `KIND/NAME`. Raises
    UsageError for an unknown rule, parameter, object or Kubernetes version, RuleBroken for a malformed rule file.
    """
    found = ruleset(folders, select, ignore, profile, settings)
    return Policy(
        rules=of_rules(found.chosen),
        diagnostics=of_diagnostics(found.chosen),
        kube_version=schema_version(kube_version),
        names=found.names,
        locked=found.locked,
        external=tuple(map(_external, external)),
        renamed=found.names.renamed([*select, *ignore, *settings.rules]),
    )


def _external(text: str) -> tuple[str, str]:
    found = _EXTERNAL.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"nothing was linted: {text} does not name an object outside the input",
            remedy="write it as KIND/NAME, such as PersistentVolumeClaim/models",
            option="external",
        )
    return found["kind"], found["name"]


def schema_version(wanted: str | None) -> str:
    """The bundled Kubernetes version `X.Y` for `X.Y`, `vX.Y` or `X.Y.Z`; the newest one for None.

    Raises UsageError for a version without bundled schemas.
    """
    return bundle(wanted).version


def batches(
    loose: Sequence[Manifest], closed: bool, provider: str, namespace: str, kustomized: Kustomized
) -> list[Batch]:
    """Loose manifests as one batch; or several, if they are variants of each other and nobody says that all are meant.

    What the manifests together give away about the provider holds for each.
    """
    worlds = [manifests.World(tuple(loose))] if closed and loose else manifests.worlds(loose)
    # One batch gives it away by itself.
    said = provider or (evidence.provider(loose) if len(worlds) > 1 else "")
    return [
        Batch(world.manifests, closed, said, namespace, kustomized=kustomized, beside=world.beside) for world in worlds
    ]


def check(batch: Batch, policy: Policy, *, show_unknown: bool = False) -> Checked:
    """The schema problems and rule findings of one batch, sorted by place."""
    charts = [origin.shown for origin in batch.origins]
    problems = schema_problems(batch.manifests, policy.kube_version, policy.definitions, charts)
    run = _runner(batch, policy, problems)

    def undecided(names: Collection[str]) -> list[Violation]:
        again = run((rule for rule in policy.rules if rule.name in names), True)
        return [each for each in again if each.unknown or unsettled(each, batch.kustomized)]

    found = run(policy.rules, show_unknown)
    shown = [*found, *_invalid(problems, found, policy), *_unstable(batch, policy)]
    settled = [each for each in shown if each.unknown or not unsettled(each, batch.kustomized)]
    unchecked = unchecked_kinds(batch.manifests, policy.kube_version, policy.definitions)
    return Checked(located(settled), unchecked, len(shown) - len(settled), undecided)


def _runner(
    batch: Batch, policy: Policy, problems: Iterable[Violation]
) -> Callable[[Iterable[Rule], bool], list[Violation]]:
    """Runs rules on the objects of the batch, with what is undecided or without."""
    beside = frozenset(batch.beside)
    # A rule that breaks on an object of which no schema of ours says that it is right need not be a broken rule.
    doubtful = {problem.place.manifest for problem in problems} | beside
    doubtful |= set(schema.unchecked(batch.manifests, policy.kube_version))
    doubtful |= {each for each in batch.manifests if policy.definitions.of(each.api_version, each.kind)}

    def valid(manifest: Manifest) -> bool:
        return manifest not in doubtful and not schema.incomplete(manifest)

    release = lint.releases(
        (*batch.manifests, *batch.beside),
        closed=batch.closed,
        provider=batch.provider,
        namespace=batch.namespace,
        kube_version=policy.kube_version,
        external=policy.external,
        changes=batch.changes,
    )

    def run(rules: Iterable[Rule], undecided: bool) -> list[Violation]:
        found = lint.run(release, rules, valid=valid, programs=policy.programs, beside=beside, undecided=undecided)
        return [each for each in found if each.place.manifest not in beside]

    return run


def _invalid(problems: Iterable[Violation], found: Iterable[Violation], policy: Policy) -> list[Violation]:
    """The schema problems; where a rule has found an error in the same place, it says why and what to do."""
    invalid = policy.diagnostics.get(SCHEMA_INVALID.name)
    if invalid is None:
        return []
    errors = (each for each in found if each.severity is Severity.error and not each.unknown)
    said = {(each.place.manifest, each.place.pointer) for each in errors}
    # apiVersion and kind are one name: the schema finds fault with the latter where no version has the kind.
    said |= {(manifest, "/kind") for manifest, pointer in said if pointer == "/apiVersion"}
    return [
        replace(problem, severity=min(problem.severity, invalid.severity))
        for problem in problems
        if (problem.place.manifest, problem.place.pointer) not in said
    ]


def _unstable(batch: Batch, policy: Policy) -> list[Violation]:
    unstable = policy.diagnostics.get(RENDER_NONDETERMINISTIC.name)
    if unstable is None or not batch.origins:
        return []
    from chartgen.pipeline.unsteady import unsteady  # noqa: PLC0415 - only charts are rendered

    return [replace(each, severity=unstable.severity) for each in unsteady(batch.manifests, batch.origins)]
