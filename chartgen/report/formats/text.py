"""For people: one excerpt for each finding, and a summary line at the end."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from chartgen.model.finding import Finding, Related, Severity
from chartgen.model.manifest import Source
from chartgen.report.content import Report
from chartgen.report.excerpt import Mark, Texts, excerpt, split
from chartgen.report.palette import Palette
from chartgen.report.printable import printable

WIDTH = 100


def render(report: Report, *, colour: bool = False) -> str:
    """Every finding with its excerpt; a rule's remedy is told at its first finding."""
    palette = Palette(colour)
    remedies = {note.name: note.remedy for note in report.rules}
    as_written, as_rendered = _texts(report.sources, rendered=False), _texts(report.sources, rendered=True)
    blocks = [
        _finding(finding, as_rendered if finding.rendered else as_written, remedies.pop(finding.rule, ""), palette)
        for finding in report.findings
    ]
    return "\n".join([*blocks, *_closing(report, palette)])


def help_lines(text: str, gutter: int, palette: Palette) -> list[str]:
    """`= help: ...` below an excerpt, wrapped."""
    lead = f"{' ' * gutter} {palette.frame('=')} {palette.strong('help')}: "
    room = WIDTH - gutter - len(" = help: ")
    lines = textwrap.wrap(printable(" ".join(text.split())), room, break_long_words=False, break_on_hyphens=False)
    return [lead + lines[0], *(" " * (gutter + len(" = help: ")) + line for line in lines[1:])] if lines else []


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
        return palette.strong("no findings") + f" in {counted(report.objects, 'object')}"
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
    return f"found {listed(found)}{where}"


def _finding(finding: Finding, texts: Texts, remedy: str, palette: Palette) -> str:
    severity = None if finding.unknown else finding.severity
    name = "unknown" if finding.unknown else finding.severity.name
    head = f"{palette.severity(severity, f'{name}[{finding.rule}]')}{palette.strong(f': {printable(finding.message)}')}"
    mark = Mark(finding.location, _subject(finding))
    others = [_note(finding, related) for related in finding.related]
    lines, gutter = excerpt(mark, others, texts, palette, lambda text: palette.severity(severity, text))
    if remedy:
        lines += [palette.frame(f"{' ' * gutter} |"), *help_lines(remedy, gutter, palette)]
    return "\n".join([head, *lines, ""])


def _subject(finding: Finding) -> str:
    name = str(finding.object) if finding.object.kind else ""
    return " ".join(part for part in (name, "(rendered)" if finding.rendered else "") if part)


def _note(finding: Finding, related: Related) -> Mark:
    """In another file the arrow names the other object; in the same file the label has to, unless it does already."""
    other = str(related.object) if related.object != finding.object else ""
    if related.location.file != finding.location.file:
        return Mark(related.location, other, related.label)
    named = related.object.name in related.label.split()
    return Mark(related.location, "", ", ".join(part for part in (related.label, "" if named else other) if part))


def _closing(report: Report, palette: Palette) -> list[str]:
    lines = []
    if report.unchecked:
        kinds = listed(f"{number} {printable(kind)}" for kind, number in sorted(report.unchecked.items()))
        lines.append(f"{palette.note('note')}: no schema to check {kinds} against")
    if report.skipped:
        were = "it was" if report.skipped == 1 else "they were"
        lines.append(
            f"{palette.note('note')}: {counted(report.skipped, 'file')} without a Kubernetes object: {were} passed over"
        )
    lines.append(verdict(report, palette))
    if report.worst() is not None:
        lines.append(_pointer_to_explain(report))
    return [*lines, ""]


def _pointer_to_explain(report: Report) -> str:
    """The command that tells more, for the first finding of the highest severity."""
    worst = report.worst()
    rule = next(finding.rule for finding in report.decided if finding.severity == worst)
    return f"for the reason behind a rule: chartgen rules explain {rule}"


def _texts(sources: Iterable[Source], *, rendered: bool) -> dict[str, list[str]]:
    return {source.file: split(source.text) for source in sources if source.rendered is rendered}
