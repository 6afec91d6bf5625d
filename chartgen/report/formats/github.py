"""Workflow commands of GitHub Actions: each finding becomes an annotation of its line.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from chartgen.model.finding import Finding, Severity
from chartgen.report.anchor import Anchors, known_place, told
from chartgen.report.content import Report
from chartgen.report.formats.text import verdict
from chartgen.report.palette import Palette
from chartgen.report.printable import printable

_COMMANDS = {Severity.error: "error", Severity.warning: "warning", Severity.info: "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: Report, *, colour: bool = False) -> str:
    """One command a line, and a line for people at the end. `colour` has no meaning here."""
    anchors = Anchors(report)
    remedies = {note.name: " ".join(note.remedy.split()) for note in report.rules}
    lines = [_command(finding, anchors, remedies.get(finding.rule, "")) for finding in report.findings]
    lines += [f"::error title=not linted::{printable(each).translate(_DATA)}" for each in report.failures]
    return "\n".join([*lines, verdict(report, Palette(False)), ""])


def _command(finding: Finding, anchors: Anchors, remedy: str) -> str:
    anchor = anchors.of_finding(finding)
    properties = {"title": f"{finding.rule} (not decided)" if finding.unknown else finding.rule}
    message = printable(told(finding))
    if anchor.inside:
        column = {"col": str(anchor.column)} if anchor.column else {}
        properties = {"file": anchor.file, "line": str(anchor.line), **column, **properties}
    else:
        # GitHub can mark no such file: the place has to stand in the message.
        message = f"{printable(str(known_place(finding) or finding.location))}: {message}"
    text = "\n".join(part for part in (message, "" if finding.unknown else printable(remedy)) if part)
    command = "notice" if finding.unknown else _COMMANDS[finding.severity]
    listed = ",".join(f"{name}={printable(value).translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{command} {listed}::{text.translate(_DATA)}"
