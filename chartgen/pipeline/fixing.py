"""`chartgen lint --fix`: findings are fixed and the result is linted again, until there is nothing left to fix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from chartgen import reader
from chartgen.errors import InputError
from chartgen.model.finding import Finding
from chartgen.pipeline.files import rewrite
from chartgen.pipeline.lint import LintOptions, LintResult, lint
from chartgen.pipeline.locating import reference
from chartgen.pipeline.patching import Deferred, NotFixed, Patches, fixable, in_chart, overlap
from chartgen.pipeline.reading import Tell
from chartgen.report.content import Report

_ROUNDS = 30
"""More than any object needs: in each round every place that a fix changes is changed by one fix."""

_Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One file (or standard input), as it was and as it would be."""

    file: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A finding that has a fix which was not applied, and why (a clause)."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """`result` is what the linter says once all the changes are made; `count` is the number of fixes in them.

    `first` is what it said before.
    """

    first: Report
    result: LintResult
    changes: tuple[Change, ...]
    count: int
    left_out: tuple[LeftOut, ...]


@dataclass(slots=True)
class _State:
    """`rounds` holds the texts after each round, the first one being none, and what was fixed in it.

    What is `left` for good is tried no more; what is `refused` may be possible once others have been fixed.
    """

    rounds: list[tuple[Mapping[str, str], Sequence[Finding]]] = field(default_factory=lambda: [({}, ())])
    originals: dict[str, str] = field(default_factory=dict)
    left: dict[_Key, LeftOut] = field(default_factory=dict)
    refused: dict[_Key, LeftOut] = field(default_factory=dict)

    @property
    def texts(self) -> Mapping[str, str]:
        return self.rounds[-1][0]

    @property
    def count(self) -> int:
        return sum(len(applied) for _, applied in self.rounds)


def fix(
    paths: Sequence[str], stdin: bytes | None, options: LintOptions, *, unsafe: bool, tell: Tell = lambda _: None
) -> Fixed:
    """Fix in memory what `lint` finds and can be fixed, with `unsafe` also by fixes that ask for a review.

    Fixes that contradict each other are not applied: the one that came later is left out. Raises what `lint` raises.
    """
    state = _State()
    result = lint(paths, stdin, options, tell)
    first = result.report
    for _ in range(_ROUNDS):
        if not _round(state, result, unsafe=unsafe):
            break
        result = lint(paths, stdin, options, tell, state.texts)
    changes = (Change(file, state.originals[file], text) for file, text in sorted(state.texts.items()))
    open_keys = {_key(finding) for finding in result.report.findings}
    left = (each for key, each in {**state.refused, **state.left}.items() if key in open_keys)
    return Fixed(first, result, tuple(changes), state.count, tuple(left))


def write(changes: Sequence[Change]) -> None:
    """Write each changed file whole or not at all; InputError if one is no longer what was linted."""
    for change in changes:
        path = Path(change.file)
        if reader.read(path) != change.before:
            raise InputError(f"{path} was not fixed: it has changed meanwhile", remedy="Run the command again.")
        rewrite(path, change.after)


def placed(report: Report) -> Report:
    """The report, in which every fix that can be written also says which text it replaces."""
    patches = Patches(report.kube_version)
    return replace(report, findings=tuple(_placed(finding, patches) for finding in report.findings))


def _placed(finding: Finding, patches: Patches) -> Finding:
    if finding.fix is None or in_chart(finding):
        return finding
    try:
        return replace(finding, fix=replace(finding.fix, replacements=patches.replacements(finding.fix)))
    except NotFixed:
        return finding


def _round(state: _State, result: LintResult, *, unsafe: bool) -> bool:
    """Apply what does not touch the same places; whether there is reason for another round."""
    patches = Patches(result.report.kube_version)
    applied = _applied(patches, state, [each for each in result.report.findings if fixable(each, unsafe=unsafe)])
    try:
        texts = patches.texts()
    except NotFixed as error:
        _leave(state, applied, str(error))
        return bool(applied)
    if not texts:
        _leave(state, applied, "it changes nothing")
        return False
    after = {**state.texts, **texts}
    for index, (before, _) in enumerate(state.rounds):
        if after == before:
            _back_to(state, index, applied)
            return True
    for file in texts:
        state.originals.setdefault(file, patches.before(file))
    state.rounds.append((after, applied))
    return True


def _back_to(state: _State, index: int, applied: Sequence[Finding]) -> None:
    """Undo the rounds that led in a circle: of two fixes that undo each other the later is left out."""
    undone = [finding for _, fixed in state.rounds[index + 1 :] for finding in fixed]
    contrary = [one for one in undone if any(_share_a_place(one, other) for other in applied)]
    _leave(state, contrary or [*undone, *applied], "another fix, which comes before it, undoes it")
    del state.rounds[index + 1 :]


def _share_a_place(one: Finding, other: Finding) -> bool:
    fixes = [finding.fix.operations if finding.fix else () for finding in (one, other)]
    return any(
        reference(a.place.manifest) == reference(b.place.manifest) and overlap(a.place.pointer, b.place.pointer)
        for a in fixes[0]
        for b in fixes[1]
    )


def _applied(patches: Patches, state: _State, findings: Sequence[Finding]) -> list[Finding]:
    applied = []
    for finding in findings:
        if finding.fix is None or _key(finding) in state.left:
            continue
        try:
            patches.apply(finding.fix)
        except NotFixed as error:
            state.refused[_key(finding)] = LeftOut(finding, str(error))
        except Deferred:
            continue
        else:
            applied.append(finding)
    return applied


def _leave(state: _State, findings: Sequence[Finding], reason: str) -> None:
    for finding in findings:
        state.left.setdefault(_key(finding), LeftOut(finding, reason))


def _key(finding: Finding) -> _Key:
    return finding.rule, finding.location.file, str(finding.object), finding.path
