"""Markdown for the comment of a bot on a pull request: the verdict, a table, and below a fold what to do.

Everything that comes from an input stands in it as text: it makes no link, image, mention, heading or table cell.
"""

from __future__ import annotations

import re
import string

from chartgen.model.finding import Finding
from chartgen.report.anchor import Anchors, told
from chartgen.report.content import Report
from chartgen.report.formats.text import counted, verdict
from chartgen.report.palette import Palette
from chartgen.report.printable import printable

# GitHub refuses a longer comment; the table leaves some room for what stands below it.
_LIMIT = 65_536
_ROOM = 60_000
_LONGEST = 400
# A bot finds the comment of its last run by this line.
_MARKER = "<!-- chartgen lint -->"

_PLAIN = set(string.ascii_letters + string.digits + " .,;'()=/+-")
_CODE = re.compile(r"[^`|\\\s]([^`|\\]*[^`|\\\s])?")
_CODE_IN_PROSE = re.compile(r"`([^`]+)`")
# After these a service would make a link, or call somebody: `@name`, `#12`, `GH-12`, `www.`, `https://`.
_LINKING = re.compile(r"(@|#|\bGH-|\bwww(?=\.)|:(?=//))", re.IGNORECASE)
_NOTHING = "\u200b"


def render(report: Report, *, colour: bool = False) -> str:
    """As long as a comment may be; findings that have no room are counted. `colour` has no meaning here."""
    failures = [f"**Not linted:** {escaped(each)[:_LONGEST]}\n" for each in report.failures]
    head = [_MARKER, f"**chartgen:** {verdict(report, Palette(False))}", "", *failures]
    if not report.findings:
        return "\n".join(head)
    remedies = {note.name: " ".join(note.remedy.split()) for note in report.rules}
    rules = sorted({finding.rule for finding in report.findings if remedies.get(finding.rule)})
    advice = [f"- {_code(rule)}: {prose(remedies[rule])}" for rule in rules]
    table, left = _table(report)
    below = [f"... and {counted(left, 'more finding')}.", ""] if left else []
    fold = ["<details><summary>What to do</summary>", "", *advice, "", "</details>", ""] if advice else []
    text = "\n".join([*head, *table, "", *below, *fold])
    return text if len(text) <= _LIMIT else "\n".join([*head, *table, "", *below])


def escaped(text: str) -> str:
    """`text` so that a renderer shows it as it is, on one line, also in a table."""
    shown = _LINKING.sub(lambda found: found[0] + _NOTHING, printable(" ".join(text.split())))
    return "".join(
        character if character in _PLAIN or not character.isascii() else f"&#{ord(character)};" for character in shown
    )


def prose(text: str) -> str:
    """A paragraph of a rule: as `escaped`, but what it has in backticks is code."""
    parts = _CODE_IN_PROSE.split(" ".join(text.split()))
    return "".join(_code(part) if index % 2 else _spaced(part) for index, part in enumerate(parts))


def _spaced(text: str) -> str:
    return f"{' ' * text.startswith(' ')}{escaped(text)}{' ' * text.endswith(' ')}" if text.strip() else text


def _table(report: Report) -> tuple[list[str], int]:
    """The lines of the table, and how many findings are not in it."""
    anchors = Anchors(report)
    lines = ["| | rule | place | finding |", "| --- | --- | --- | --- |"]
    used = 0
    for index, finding in enumerate(sorted(report.findings, key=lambda each: (each.unknown, -each.severity))):
        line = _row(finding, anchors)
        used += len(line) + 1
        if used > _ROOM:
            return lines, len(report.findings) - index
        lines.append(line)
    return lines, 0


def _row(finding: Finding, anchors: Anchors) -> str:
    anchor = anchors.of_finding(finding)
    place = f"{anchor.file}:{anchor.line}" if anchor.column else anchor.file
    message = told(finding)
    message = message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"
    severity = "unknown" if finding.unknown else finding.severity.name
    return f"| {severity} | {_code(finding.rule)} | {_code(place)} | {escaped(message)} |"


def _code(text: str) -> str:
    """In code style if nothing in it can end that; then no renderer looks for links in it either."""
    shown = printable(text)
    return f"`{shown}`" if _CODE.fullmatch(shown) else escaped(shown)
