"""Rules applied to a release: which rule looks at what, and what each evaluation comes to.

An evaluation ends true (fine), false (a violation), unknown (something cannot be known: shown only on demand) or
broken. Broken on an object that its schema accepts is a fault of the rule; on any other it is silent, for the schema
has already been reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chartgen.errors import RuleBroken
from chartgen.lint import facts
from chartgen.lint.evaluation import Broken, Known, Outcome, Unknown, not_known, outcome
from chartgen.lint.facts.basic import matching
from chartgen.lint.facts.registry import ITERATORS, RELATED
from chartgen.lint.fixing import fix_of
from chartgen.lint.kinds import Kind, kind_of
from chartgen.lint.program import Condition, Program, matches, program
from chartgen.lint.release import Release, Subject
from chartgen.model.finding import Fix, ObjectRef, Place, Severity, Violation
from chartgen.model.manifest import Manifest
from chartgen.model.rule import Rule

Valid = Callable[[Manifest], bool]

OF_THE_REMOVED = "loss"
"""The only iterator that walks over objects of the version before that are gone."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """The rules that look at one kind by one iterator."""

    iterator: str
    programs: tuple[Program, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """Rules by kind, compiled when the first object of that kind comes up."""

    release: Release
    rules: Sequence[Rule]
    programs: dict[str, Program] = field(default_factory=dict)
    batches: dict[Kind, tuple[_Batch, ...]] = field(default_factory=dict)

    def of(self, kind: Kind) -> tuple[_Batch, ...]:
        if kind not in self.batches:
            by_iterator: dict[str, list[Program]] = {}
            for rule in self.rules:
                if matches(rule, kind):
                    by_iterator.setdefault(rule.for_each, []).append(self._program(rule))
            self.batches[kind] = tuple(_Batch(iterator, tuple(found)) for iterator, found in by_iterator.items())
        return self.batches[kind]

    def _program(self, rule: Rule) -> Program:
        if rule.name not in self.programs:
            self.programs[rule.name] = program(rule, self.release.parameters)
        return self.programs[rule.name]


def run(
    release: Release,
    rules: Iterable[Rule],
    *,
    valid: Valid | None = None,
    programs: dict[str, Program] | None = None,
    beside: Collection[Manifest] = frozenset(),
    undecided: bool = True,
) -> list[Violation]:
    """What the rules say about the release, by object in input order, then by pointer and rule.

    Objects that another version has and this one has not come last, and only rules about them are run on them.

    `valid` tells whether an object has passed its Kubernetes schema (one that has no schema has not); it is asked only
    when an evaluation is broken (default: all have). `programs` keeps compiled rules from one release to the next, for
    the same rules and parameters. Rules are not run on objects that are `beside` the others, which count all the same.
    Without `undecided` the violations that are unknown are left out. Raises RuleBroken if a rule does not compile, or
    if its evaluation is broken on a valid object.
    """
    facts.discover()
    plan = _Plan(release, tuple(rules), {} if programs is None else programs)
    found: dict[tuple[Any, ...], Violation] = {}
    gone = () if release.changes is None else tuple(release.changes.removed())
    present = len(release.manifests)
    order = {id(manifest): index for index, manifest in enumerate((*release.manifests, *gone))}
    for manifest in (*release.manifests, *gone):
        if manifest in beside:
            continue
        for batch in plan.of(kind_of(manifest)):
            if order[id(manifest)] >= present and batch.iterator != OF_THE_REMOVED:
                continue
            for subject in subjects(release, manifest, batch.iterator):
                for violation in _examine(subject, batch.programs, valid, undecided=undecided):
                    found.setdefault(_key(violation, order), violation)
    return [found[key] for key in sorted(found)]


def subjects(release: Release, manifest: Manifest, iterator: str) -> Iterable[Subject]:
    """What an iterator, or a pointer pattern, walks over in one manifest."""
    if iterator.startswith("/"):
        return matching(release, manifest, iterator)
    return ITERATORS[iterator](release, manifest)


def _key(violation: Violation, order: Mapping[int, int]) -> tuple[Any, ...]:
    place = violation.place
    pointer = tuple((int(part), "") if part.isdecimal() else (-1, part) for part in place.pointer.split("/"))
    index = order.get(id(place.manifest), len(order))
    return index, pointer, violation.rule, violation.unknown, -violation.severity, violation.message


def _examine(
    subject: Subject, programs: Iterable[Program], valid: Valid | None, *, undecided: bool
) -> Iterator[Violation]:
    known = Known(subject)
    for each in programs:
        verdict = _verdict(each, known, undecided=undecided)
        if isinstance(verdict, Unknown):
            if undecided:
                yield _violation(each, subject, each.rule.severity, f"not decided: {verdict.reason}", unknown=True)
        elif isinstance(verdict, Broken):
            _refuse(each, subject, verdict, valid)
        elif not verdict and (violation := _found(each, known, valid)) is not None:
            yield violation


def _verdict(each: Program, known: Known, *, undecided: bool) -> Outcome:
    """True if the rule holds or does not apply, else False, Unknown or Broken.

    A false condition wins over an unknown one, and so does an expression that is true: either way the rule has nothing
    to say. What breaks behind a condition that is unknown is unknown, for the condition may be its guard. If nobody
    asks what is `undecided`, the first unknown one ends it: no later one makes it a violation.
    """
    unknown: Unknown | None = None
    for condition in each.conditions:
        result = _asked(condition, known)
        if result is False:
            return True
        if isinstance(result, Broken):
            return unknown or result
        if isinstance(result, Unknown):
            unknown = unknown or result
            if not undecided:
                return unknown
    result = _asked(each.required, known)
    return True if result is True else unknown or result


def _asked(condition: Condition, known: Known) -> Outcome:
    if condition.fact is None:
        return outcome(condition.expression, known)
    fact, wanted = condition.fact
    value = known.value(fact)
    return not_known(fact.name) if value is None else value is wanted


def _found(each: Program, known: Known, valid: Valid | None) -> Violation | None:
    subject = known.subject
    severity = _severity(each, known)
    message = outcome(each.message, known)
    for result in (severity, message):
        if isinstance(result, Broken):
            _refuse(each, subject, result, valid)
            return None
    # What the verdict did not need may be unknown: the rule's own title then does, and no severity that fails a build.
    violation = _violation(
        each,
        subject,
        severity if isinstance(severity, Severity) else min(each.rule.severity, Severity.warning),
        message if isinstance(message, str) else each.rule.title,
    )
    return replace(violation, fix=_fix(each, known, valid)) if each.rule.fix else violation


def _fix(each: Program, known: Known, valid: Valid | None) -> Fix | None:
    """A finding whose fix is broken is right all the same: only where rules are tested is that an error."""
    if each.fix is None:
        return None
    fix = fix_of(each.fix, known)
    if not isinstance(fix, Broken):
        return fix
    if valid is None:
        _refuse(each, known.subject, fix, valid)
    return None


def _severity(each: Program, known: Known) -> Severity | Outcome:
    if each.severity is None:
        return each.rule.severity
    result = outcome(each.severity, known)
    if isinstance(result, str):
        there = result in Severity.__members__
        return Severity[result] if there else Broken(f"the severity {result!r} is not error, warning or info")
    return result


def _refuse(each: Program, subject: Subject, failure: Broken, valid: Valid | None) -> None:
    if valid is not None and not valid(subject.manifest):
        return
    manifest = subject.manifest
    ref = ObjectRef(manifest.api_version, manifest.kind, manifest.namespace, manifest.name)
    raise RuleBroken(
        f"rule {each.rule.name} broke on {ref} at {subject.pointer or '/'} ({manifest.source.file}): {failure.error}",
        remedy=f"Leave the rule out with `--ignore {each.rule.name}`, and report this with the manifest.",
    )


def _violation(
    each: Program, subject: Subject, severity: Severity, message: str, *, unknown: bool = False
) -> Violation:
    place = _place(each.rule, subject)
    related: dict[tuple[int, str], Place] = {}
    for name in each.rule.places:
        for other in RELATED[name](subject):
            related.setdefault((id(other.manifest), other.pointer), other)
    related.pop((id(place.manifest), place.pointer), None)
    return Violation(
        each.rule.name, severity, re.sub(r"\s+", " ", message).strip(), place, tuple(related.values()), unknown
    )


def _place(rule: Rule, subject: Subject) -> Place:
    """A finding never leaves its element: what is said or hidden for a container holds for all that is found in it."""
    if rule.at.startswith("object:"):
        return Place(subject.manifest, rule.at.removeprefix("object:"))
    if not rule.at_related:
        return subject.place(rule.at)
    for each in RELATED[rule.at_related](subject):
        if each.manifest is subject.manifest and f"{each.pointer}/".startswith(f"{subject.pointer}/"):
            return Place(subject.manifest, each.pointer)
    return Place(subject.manifest, subject.pointer)
