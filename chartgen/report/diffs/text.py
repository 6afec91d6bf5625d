"""For people: what fails or is lost first, then every object with its fields, then a line that sums up."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from chartgen.model.change import ADDED, CHANGED, REMOVED, UNCHANGED, FieldChange, ObjectChange, Verdict
from chartgen.model.finding import Severity
from chartgen.report.comparison import Comparison, hooked, identity, value
from chartgen.report.formats.text import WIDTH, counted, help_lines, listed
from chartgen.report.palette import Palette
from chartgen.report.printable import printable

_SIGNS = {ADDED: "+", REMOVED: "-", CHANGED: "~"}
_COLOURS = {ADDED: Severity.info, REMOVED: Severity.error, CHANGED: Severity.warning}


def render(comparison: Comparison, *, colour: bool = False) -> str:
    """The verdicts with what to do (told once where it is the same), the objects, and the sum."""
    palette = Palette(colour)
    first = {each.remedy: each for each in reversed(comparison.verdicts)}
    blocks = [_verdict(each, palette, helps=first[each.remedy] is each) for each in comparison.verdicts]
    changed = comparison.changed
    if changed:
        blocks.append("\n".join(line for each in changed for line in _object(each, palette)))
    return "\n\n".join([*blocks, "\n".join(_closing(comparison, palette))]) + "\n"


def _verdict(verdict: Verdict, palette: Palette, *, helps: bool) -> str:
    name = palette.severity(verdict.severity, f"{verdict.severity.name}[{verdict.name}]")
    lines = [f"{name}{palette.strong(f': {printable(verdict.message)}')}"]
    if verdict.answer:
        lines += _labelled("the API server answers", verdict.answer, palette)
    if helps and verdict.severity is not Severity.info and verdict.remedy:
        lines += help_lines(verdict.remedy, 2, palette)
    return "\n".join(lines)


def _labelled(label: str, text: str, palette: Palette) -> list[str]:
    lead = f"   {palette.frame('=')} {palette.strong(label)}: "
    first = textwrap.wrap(printable(text), WIDTH - len(label) - 7, break_long_words=False, break_on_hyphens=False)
    return [lead + first[0], *(" " * (len(label) + 7) + line for line in first[1:])]


def _object(change: ObjectChange, palette: Palette) -> Iterator[str]:
    sign = palette.severity(_COLOURS[change.action], _SIGNS[change.action])
    yield f"{sign} {palette.strong(identity(change))}{hooked(change)}"
    refused = {id(field) for refusal in change.refusals for field in refusal.fields}
    fields = [field for field in change.fields if not field.noise]
    width = min(max((len(field.path) for field in fields), default=0), 64)
    for field in fields:
        yield f"    {printable(field.path):{width}}  {value(field)}{_mark(field, refused, palette)}"


def _mark(field: FieldChange, refused: set[int], palette: Palette) -> str:
    return f"  {palette.severity(Severity.error, 'cannot change')}" if id(field) in refused else ""


def _closing(comparison: Comparison, palette: Palette) -> Iterator[str]:
    for path, number in comparison.noise.items():
        yield f"{palette.note('note')}: {printable(path)} differs in {counted(number, 'object')}, which does nothing"
    actions = comparison.actions()
    told = [f"{actions[each]} {each}" for each in (ADDED, CHANGED, REMOVED, UNCHANGED) if actions.get(each)]
    if not any(actions.get(each) for each in (ADDED, CHANGED, REMOVED)):
        yield palette.strong("no differences") + f" in {counted(sum(actions.values()), 'object')}"
        return
    verdicts = [
        palette.severity(severity, counted(comparison.count(severity), severity.name))
        for severity in (Severity.error, Severity.warning)
        if comparison.count(severity)
    ]
    yield f"{listed(told)} of {counted(sum(actions.values()), 'object')}: {listed(verdicts or ['nothing that fails'])}"
