"""Suppressions applied: which findings they hide, and what is wrong with the suppressions themselves."""

from __future__ import annotations

import os
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache, cached_property

from chartgen import manifests
from chartgen.errors import UsageError
from chartgen.model.finding import Finding, Severity, Suppressed
from chartgen.model.location import Location
from chartgen.model.manifest import Manifest, Source
from chartgen.pipeline.checking import Policy, Undecided
from chartgen.pipeline.diagnostics import (
    SUPPRESSION_EXPIRED,
    SUPPRESSION_LOCKED,
    SUPPRESSION_UNUSED,
    SUPPRESSION_WITHOUT_REASON,
    UNKNOWN_RULE,
    Diagnostic,
)
from chartgen.pipeline.hiding.suppressions import Suppression, annotated, commented
from chartgen.pipeline.locating import located, reference

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

_Active = Mapping[str, Sequence[Suppression]]
"""The suppressions that hold, by the rule that they are about."""


class Suppressing:
    """Takes the findings of one batch after the other; `suppressed` are those that were hidden.

    Only `until=` needs to know the day: it is asked for when the first one comes up.
    """

    def __init__(self, policy: Policy) -> None:
        self.suppressed: list[Finding] = []
        self._policy = policy
        self._scopes = {rule.name: rule.scope for rule in (*policy.rules, *policy.diagnostics.values())}
        self._seen: dict[Hashable, Suppression] = {}
        self._batches: dict[Hashable, int] = {}
        self._sifted = -1
        self._used: set[Hashable] = set()
        self._doubtful: set[Hashable] = set()
        self._names: set[str] = set()
        self._nearest = cache(policy.names.nearest)

    def sift(
        self,
        objects: Sequence[Manifest],
        findings: Sequence[Finding],
        *,
        sources: Iterable[Source] = (),
        undecided: Undecided = lambda _: (),
        closed: bool = False,
    ) -> list[Finding]:
        """The findings of one batch that are not suppressed.

        `sources` are the texts of its values files. `undecided` makes evaluations that come to no result, and `closed`
        says that the batch is all there is: what else a suppression was written for is not known to be gone.
        """
        self._sifted += 1
        texts = {item.source: None for item in objects}
        written = [*annotated(objects), *commented([*texts, *sources])]
        if not written:
            return list(findings)
        owners = _Owners(objects)
        active = self._active(written)
        kept = []
        for finding in findings:
            hiding = _covering(active, finding, owners)
            self._used.update(each.key for each in hiding)
            if hiding:
                self.suppressed.append(replace(finding, suppressed=Suppressed(hiding[0].reason, hiding[0].location)))
            else:
                kept.append(finding)
        self._doubt(active, undecided, owners, closed=closed)
        return kept

    def problems(self) -> list[tuple[int, Finding]]:
        """What is wrong with the suppressions of all batches, each told once, with the index of its first batch."""
        told = ((self._batches[key], self._problem(each)) for key, each in self._seen.items())
        return [(batch, finding) for batch, finding in told if finding is not None]

    @property
    def renamed(self) -> tuple[str, ...]:
        """What the rules are called now that suppressions name by an older name."""
        return self._policy.names.renamed(self._names)

    def _holds(self, each: Suppression) -> bool:
        self._seen.setdefault(each.key, each)
        self._batches.setdefault(each.key, self._sifted)
        self._names.add(each.rule)
        rule = self._rule(each)
        return rule in self._policy.names.rules and rule not in self._policy.locked and not self._expired(each)

    def _rule(self, each: Suppression) -> str:
        return self._policy.names.now(each.rule)

    def _active(self, written: Iterable[Suppression]) -> _Active:
        active: dict[str, list[Suppression]] = {}
        for each in written:
            if self._holds(each):
                active.setdefault(self._rule(each), []).append(each)
        return active

    def _doubt(self, active: _Active, undecided: Undecided, owners: _Owners, *, closed: bool) -> None:
        """Remember the unused ones that another input, or an answer to what is unknown, might give a finding."""
        unused = [each for found in active.values() for each in found if each.key not in self._used]
        open_questions = located(undecided({self._rule(each) for each in unused})) if unused else ()
        answered = {each.key for finding in open_questions for each in _covering(active, finding, owners)}
        for each in unused:
            joined = self._scopes.get(self._rule(each)) == "release" and not closed
            if joined or each.key in answered:
                self._doubtful.add(each.key)

    def _problem(self, each: Suppression) -> Finding | None:
        rule = self._rule(each)
        if rule not in self._policy.names.rules:
            return self._finding(UNKNOWN_RULE, each, self._unknown(each))
        if rule in self._policy.locked:
            return self._finding(SUPPRESSION_LOCKED, each, f"{rule} is locked: its findings are shown all the same")
        if self._expired(each):
            return self._finding(SUPPRESSION_EXPIRED, each, self._over(each))
        if each.key not in self._used and each.key not in self._doubtful and rule in self._scopes:
            return self._finding(SUPPRESSION_UNUSED, each, self._nothing(each))
        if not each.reason:
            return self._finding(SUPPRESSION_WITHOUT_REASON, each, f"the suppression of {each.rule} gives no reason")
        return None

    def _unknown(self, each: Suppression) -> str:
        names = self._policy.names
        if not each.rule:
            return "the suppression names no rule"
        if each.rule in names.groups:
            return f"{each.rule} is a group of rules, not a rule"
        close = self._nearest(each.rule)
        return f"there is no rule {each.rule}" + (f", did you mean {close}?" if close else "")

    def _over(self, each: Suppression) -> str:
        if _day(each.until) is None:
            return f"the suppression of {each.rule} holds until {each.until}, which is no date such as 2027-01-31"
        return f"the suppression of {each.rule} held until {each.until}"

    def _nothing(self, each: Suppression) -> str:
        where = f" in container {each.container}" if each.container else ""
        return f"{each.rule} finds nothing here{where} that would be suppressed"

    def _finding(self, diagnostic: Diagnostic, each: Suppression, message: str) -> Finding | None:
        """None if the diagnostic is not among those that were chosen."""
        chosen = self._policy.diagnostics.get(diagnostic.name)
        if chosen is None:
            return None
        return Finding(
            rule=diagnostic.name,
            severity=Severity(chosen.severity),
            message=message,
            object=each.owner,
            path=each.path,
            location=each.location,
            rendered=each.rendered,
        )

    def _expired(self, each: Suppression) -> bool:
        if not each.until:
            return False
        last = _day(each.until)
        return last is None or last < self._today

    @cached_property
    def _today(self) -> date:
        return today()


def today() -> date:
    """The day in UTC; that of SOURCE_DATE_EPOCH (seconds since 1970) if it is set, so that a run can be repeated.

    Raises UsageError if the variable holds no such number.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if not given:
        return datetime.now(UTC).date()
    try:
        return datetime.fromtimestamp(int(given), UTC).date()
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            f"nothing was linted: SOURCE_DATE_EPOCH is {given!r}, not a number of seconds since 1970",
            remedy="unset the variable, or set it to such a number",
        ) from None


class _Owners:
    """The objects that findings are about."""

    def __init__(self, objects: Sequence[Manifest]) -> None:
        self._begins: dict[Manifest, Location] = {}
        self._known: dict[tuple[object, str], list[Manifest]] = {}
        for manifest in objects:
            self._known.setdefault((reference(manifest), manifest.source.file), []).append(manifest)

    def of(self, finding: Finding) -> Manifest | None:
        """Of several objects of one name in a file, the last that begins before the finding."""
        found = self._known.get((finding.object, finding.location.file), [])
        if len(found) < 2:
            return found[0] if found else None
        if found[0] not in self._begins:
            # The members of a List are in one document, and may be on one line.
            places = manifests.place_all({each: [""] for each in found})
            self._begins |= {each: places[each][""] for each in found}
        before = [each for each in found if self._begins[each] <= finding.location]
        return before[-1] if before else found[0]


def _covering(active: _Active, finding: Finding, owners: _Owners) -> list[Suppression]:
    found = active.get(finding.rule, [])
    owner = owners.of(finding) if found else None
    return [each for each in found if each.scope.covers(finding, owner)]


def _day(text: str) -> date | None:
    """The day, None if the text is none: what ISO 8601 has besides (weeks, no dashes) is not meant."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
