"""For people: one excerpt for each finding, and a summary line at the end."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from chartgen.model.finding import Finding, Related, Severity
from chartgen.model.location import Location
from chartgen.report import remedies
from chartgen.report.chart_marks import marks, remarks, rendered, texts
from chartgen.report.content import Report
from chartgen.report.excerpt import Mark, Texts, excerpt
from chartgen.report.palette import Palette
from chartgen.report.printable import printable
from chartgen.report.secrecy import confidential, may_hold_secret, secret_lines, without

WIDTH = 100


def render(report: Report, *, colour: bool = False) -> str:
    """Every finding with its excerpt; a rule's remedy is told at its first finding."""
    palette = Palette(colour)
    helps = {note.name: note.remedy for note in report.rules}
    secrets = confidential(report)
    shown = _quotable(texts(report), secrets)
    unquoted = {finding.rule for finding in secrets}
    blocks = [
        _finding(finding, {} if finding.rule in unquoted else shown, helps.pop(finding.rule, ""), palette)
        for finding in report.findings
    ]
    return "\n".join([*blocks, *_closing(report, palette)])


def help_lines(text: str, gutter: int, palette: Palette, word: str = "help") -> list[str]:
    """`= help: ...` below an excerpt, wrapped; none for an empty text."""
    lead = f"{' ' * gutter} {palette.frame('=')} {palette.strong(word)}: "
    room = WIDTH - gutter - len(" = help: ")
    shown = printable(" ".join(text.split()))
    if len(shown) <= room:
        return [lead + shown] if shown else []
    lines = textwrap.wrap(shown, room, break_long_words=False, break_on_hyphens=False)
    return [lead + lines[0], *(" " * (gutter + len(" = help: ")) + line for line in lines[1:])]


def counted(number: int, word: str) -> str:
    """`1 warning`, `2 warnings`, `no warnings`."""
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"


def listed(parts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *front, last = parts
    return f"{', '.join(front)} and {last}" if front else last


def verdict(report: Report, palette: Palette) -> str:
    """`found 2 errors and 1 info in 3 objects`, or that nothing was found."""
    if not report.objects and not report.findings:
        return "no Kubernetes objects found"
    if report.worst() is None:
        return palette.strong("no findings") + f" in {counted(report.objects, 'object')}{_hidden(report)}"
    found = [
        palette.severity(
            severity,
            f"{report.count(severity)} info"
            if severity is Severity.info
            else counted(report.count(severity), severity.name),
        )
        for severity in sorted(Severity, reverse=True)
        if report.count(severity)
    ]
    where = f" in {counted(report.objects, 'object')}" if report.objects else ""
    return f"found {listed(found)}{where}{_hidden(report)}"


def _hidden(report: Report) -> str:
    """`; 2 suppressed, 1 in the baseline`; empty if nothing is hidden."""
    parts = [f"{len(report.suppressed)} suppressed"] if report.suppressed else []
    parts += [f"{report.baselined} in the baseline"] if report.baselined else []
    return f"; {', '.join(parts)}" if parts else ""


def _finding(finding: Finding, texts: Texts, remedy: str, palette: Palette) -> str:
    severity = None if finding.unknown else finding.severity
    name = "unknown" if finding.unknown else finding.severity.name
    head = f"{palette.severity(severity, f'{name}[{finding.rule}]')}{palette.strong(f': {printable(finding.message)}')}"
    mark, *others = marks(finding)
    others += [_note(finding, related) for related in finding.related]
    shown = {} if _secret(finding, texts.get(mark.key, ())) else texts
    lines, gutter = excerpt(mark, others, shown, palette, lambda text: palette.severity(severity, text))
    lines += [f"{' ' * gutter} {palette.frame('=')} {printable(remark)}" for remark in remarks(finding)]
    told = [
        *(help_lines(remedy, gutter, palette) if remedy else ()),
        *help_lines(remedies.summary(finding), gutter, palette, f"fix ({remedies.option(finding)})"),
    ]
    if told:
        lines += [palette.frame(f"{' ' * gutter} |"), *told]
    return "\n".join([head, *lines, ""])


def _quotable(lines: Texts, secrets: Iterable[Finding]) -> Texts:
    """The texts without the lines that these findings point at, which an excerpt of another may hold."""
    places: dict[str, list[Location]] = {}
    for finding in secrets:
        for mark in marks(finding):
            places.setdefault(mark.key, []).append(mark.location)
    hidden = {key: secret_lines(found, lines[key]) for key, found in places.items() if key in lines}
    return {**lines, **{key: without(lines[key], numbers) for key, numbers in hidden.items()}}


def _secret(finding: Finding, lines: Sequence[str]) -> bool:
    """What cannot be read is no object yet, and may be a Secret all the same."""
    return finding.object.kind == "Secret" or (not finding.object.kind and may_hold_secret("\n".join(lines)))


def _note(finding: Finding, related: Related) -> Mark:
    """In another file the arrow names the other object; in the same file the label has to, unless it does already."""
    other = str(related.object) if related.object != finding.object else ""
    if related.location.file != finding.location.file:
        return Mark(related.location, other, related.label, rendered(finding))
    named = related.object.name in related.label.split()
    label = ", ".join(part for part in (related.label, "" if named else other) if part)
    return Mark(related.location, "", label, rendered(finding))


def _closing(report: Report, palette: Palette) -> list[str]:
    lines = []
    if report.unchecked:
        kinds = listed(f"{number} {printable(kind)}" for kind, number in sorted(report.unchecked.items()))
        lines.append(f"{palette.note('note')}: no schema to check {kinds} against; --crds takes definitions")
    if report.skipped:
        were = "it was" if report.skipped == 1 else "they were"
        lines.append(
            f"{palette.note('note')}: {counted(report.skipped, 'file')} without a Kubernetes object: {were} passed over"
        )
    lines += [f"{palette.note('note')}: {printable(' '.join(note.split()))}" for note in report.notes]
    if report.show_suppressed:
        lines += [
            f"{palette.note('suppressed')}[{each.rule}]: {each.location}  {printable(each.suppressed.reason)}"
            for each in report.suppressed
            if each.suppressed
        ]
    lines.append(verdict(report, palette))
    lines += remedies.closing(report)
    if report.worst() is not None:
        lines.append(_pointer_to_explain(report))
    return [*lines, ""]


def _pointer_to_explain(report: Report) -> str:
    """The command that tells more, for the first finding of the highest severity."""
    worst = report.worst()
    rule = next(finding.rule for finding in report.decided if finding.severity == worst)
    return f"for the reason behind a rule: chartgen rules explain {rule}"
