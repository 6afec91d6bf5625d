"""Markdown for a comment on a pull request: what fails, a table of the objects, and their fields below a fold.

Everything that comes from an input stands in it as text, as in the Markdown of `chartgen lint`.
"""

from __future__ import annotations

from chartgen.model.change import ADDED, CHANGED, REMOVED, ObjectChange, Verdict
from chartgen.model.finding import Severity
from chartgen.report.comparison import Comparison, hooked, identity, value
from chartgen.report.formats.markdown import escaped
from chartgen.report.formats.text import counted, listed

# A bot finds the comment of its last run by this line.
_MARKER = "<!-- chartgen diff -->"
# GitHub refuses a comment of more than 65,536 characters.
_ROOM = 60_000


def render(comparison: Comparison, *, colour: bool = False) -> str:
    """As long as a comment may be; objects that have no room are counted. `colour` has no meaning here."""
    head = [_MARKER, f"**chartgen:** {_sum(comparison)}", ""]
    table = _table(comparison.verdicts, _ROOM - sum(len(line) + 1 for line in head))
    used = sum(len(line) + 1 for line in [*head, *table])
    fold, left = _fold(comparison.changed, _ROOM - used)
    more = [f"... and {counted(left, 'more object')}.", ""] if left else []
    details = ["<details><summary>Every object</summary>", "", *fold, *more, "</details>", ""] if fold or more else []
    return "\n".join([*head, *table, *details])


def _sum(comparison: Comparison) -> str:
    actions = comparison.actions()
    told = [f"{actions[each]} {each}" for each in (ADDED, CHANGED, REMOVED) if actions.get(each)]
    if not told:
        return "no differences"
    worst = [
        counted(comparison.count(each), each.name)
        for each in (Severity.error, Severity.warning)
        if comparison.count(each)
    ]
    return f"{listed(told)}: {listed(worst or ['nothing that fails'])}"


def _table(verdicts: tuple[Verdict, ...], room: int) -> list[str]:
    """The verdicts, the worst first; those that have no room are counted."""
    rows: list[str] = []
    for index, verdict in enumerate(verdicts):
        rows.append(_row(verdict))
        room -= len(rows[-1]) + 1
        if room < 0:
            rows[-1] = f"| | ... and {counted(len(verdicts) - index, 'more verdict')} | |"
            break
    return ["| | what | what to do |", "| --- | --- | --- |", *rows, ""] if rows else []


def _row(verdict: Verdict) -> str:
    answer = f" The API server answers: {verdict.answer}" if verdict.answer else ""
    return f"| {verdict.severity.name} | {escaped(f'{verdict.message}.{answer}')} | {escaped(verdict.remedy)} |"


def _fold(changes: tuple[ObjectChange, ...], room: int) -> tuple[list[str], int]:
    """The lines of the objects, and how many objects have no room."""
    lines: list[str] = []
    used = 0
    for index, change in enumerate(changes):
        block = [f"- {change.action} {escaped(identity(change))}{hooked(change)}"]
        block += [f"  - {escaped(f'{field.path}: {value(field)}')}" for field in change.fields if not field.noise]
        used += sum(len(line) + 1 for line in block)
        if used > room:
            return lines, len(changes) - index
        lines += block
    return ([*lines, ""] if lines else lines), 0
