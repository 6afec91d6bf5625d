"""A log is read by many: the lines of a Secret, and what a confidential rule points at, are not for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from chartgen.model.finding import Finding, Fix, ObjectRef
from chartgen.model.location import Location
from chartgen.report.content import Report
from chartgen.report.excerpt import split

NOT_SHOWN = "(not shown)"
_SECRET = re.compile(r"""\bkind["']?\s*:\s*["']?Secret\b""")


def may_hold_secret(text: str) -> bool:
    """Whether the text, which need not be readable, may hold a Secret."""
    return _SECRET.search(text) is not None


def confidential(report: Report) -> tuple[Finding, ...]:
    """The findings, suppressed ones too, of rules that may point at a secret."""
    names = {note.name for note in report.rules if note.confidential}
    return tuple(each for each in (*report.findings, *report.suppressed) if each.rule in names)


def pointers(report: Report) -> Mapping[ObjectRef, Sequence[str]]:
    """Where these findings stand in each object."""
    found: dict[ObjectRef, list[str]] = {}
    for finding in confidential(report):
        found.setdefault(finding.object, []).append(finding.path)
    return found


def secret_lines(places: Iterable[Location], lines: Sequence[str]) -> frozenset[int]:
    """The numbers of the lines of one text on which what is at these places stands."""
    return frozenset(number for place in places for number in _spanned(place, lines))


def secrets_in(report: Report, file: str, text: str) -> frozenset[int]:
    """The numbers of the lines of a file with this text that confidential findings point at."""
    places = [each.location for each in confidential(report) if each.location.file == file and not each.rendered]
    return secret_lines(places, split(text)) if places else frozenset()


def without(lines: Sequence[str], hidden: frozenset[int]) -> Sequence[str]:
    """The lines, those with these numbers replaced by a remark."""
    return [covered(line) if number in hidden else line for number, line in enumerate(lines, 1)] if hidden else lines


def covered(line: str) -> str:
    """A remark in place of a line, as far to the right."""
    return f"{line[: len(line) - len(line.lstrip())]}{NOT_SHOWN}"


def spells_out(fix: Fix, secrets: Mapping[ObjectRef, Sequence[str]]) -> bool:
    """Whether the fix writes anew what a secret stands in; `secrets` are the pointers of those of each object."""
    for each in fix.operations:
        manifest = each.place.manifest
        owner = ObjectRef(manifest.api_version, manifest.kind, manifest.namespace, manifest.name)
        written = f"{each.place.pointer}/" if each.op in ("add", "replace") else None
        if written is not None and any(f"{pointer}/".startswith(written) for pointer in secrets.get(owner, ())):
            return True
    return False


def _spanned(place: Location, lines: Sequence[str]) -> Iterator[int]:
    """The line, and those below that go on with its text: they are indented further than what the text belongs to."""
    if not 0 < place.line <= len(lines):
        return
    yield place.line
    before = lines[place.line - 1][: place.column - 1]
    # Behind nothing but dashes it belongs to the list, else to its key.
    indent = before.rfind("-") if not before.strip(" -") else len(before) - len(before.lstrip(" -"))
    for number in range(place.line + 1, len(lines) + 1):
        line = lines[number - 1]
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            return
        if line.strip():
            yield number
