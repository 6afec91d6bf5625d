"""Where a service that shows the files of a repository can mark a finding: file, line and column there."""

from __future__ import annotations

import os.path
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from chartgen.model.finding import Finding, Precision
from chartgen.model.location import Location
from chartgen.report.content import Report
from chartgen.report.excerpt import split
from chartgen.report.extent import extent

_ARCHIVE = (".tgz", ".tar.gz")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A file, and a place in it.

    `file` has forward slashes. If `inside`, it is relative to the repository's root; otherwise there is no such file
    in the repository (standard input, a path outside). `column` and `end` (the column behind the last character) are 0
    where they are not known.
    """

    file: str
    line: int
    column: int
    end: int
    inside: bool

    @property
    def uri(self) -> str:
        """A relative reference if the file is inside, a `file:` URI if its path is absolute."""
        # A name that is no UTF-8 keeps its bytes: a service could not find the file by any other name.
        try:
            data = self.file.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            data = self.file.encode("utf-8", "replace")
        if not Path(self.file).is_absolute():
            return quote(data)
        return f"file://{'' if self.file.startswith('/') else '/'}{quote(data, safe='/:')}"


class Anchors:
    """Turns locations into anchors. The repository is the nearest folder with `.git` around the working directory."""

    def __init__(self, report: Report) -> None:
        self._folder = Path.cwd()
        self._root = next(
            (folder for folder in (self._folder, *self._folder.parents) if (folder / ".git").exists()), self._folder
        )
        self._texts: Mapping[str, Sequence[str]] = {
            source.file: split(source.text) for source in (*report.sources, *report.quoted) if not source.rendered
        }
        # A file may have thousands of findings, and the file system is asked for it.
        self._place = cache(self._look_up)

    def of_finding(self, finding: Finding) -> Anchor:
        """The line of the template if it is known, or else of the key to change; otherwise as `of`."""
        place = known_place(finding)
        return self.of_line(place) if place else self.of(finding.location, rendered=finding.rendered)

    def of_line(self, location: Location) -> Anchor:
        """A line of a file as it is; inside a packed chart, the archive."""
        return self.of(location, rendered=_packed(location.file) != location.file)

    def of(self, location: Location, *, rendered: bool) -> Anchor:
        """The lines of rendered text are not those of the template: then the anchor is the file as a whole, line 1."""
        file, inside = self._place(_packed(location.file) if rendered else location.file)
        if rendered:
            return Anchor(file, 1, 0, 0, inside)
        return Anchor(file, location.line, location.column, self._end(location), inside)

    def _look_up(self, file: str) -> tuple[str, bool]:
        if file.startswith("<") and file.endswith(">"):
            return file, False
        path = os.path.join(self._folder, file)  # noqa: PTH118 - it may be no path at all
        # A link inside the repository is shown under its own name; `..` behind a link is only right when resolved.
        names = [_real(path)] if ".." in file.split("/") else [os.path.normpath(path), _real(path)]
        for name in names:
            if Path(name).is_relative_to(self._root):
                return Path(name).relative_to(self._root).as_posix(), True
        return Path(names[0]).as_posix(), False

    def _end(self, location: Location) -> int:
        lines = self._texts.get(location.file, ())
        if not 0 < location.line <= len(lines):
            return 0
        line = lines[location.line - 1]
        return extent(line, location.column - 1) + 1 if 0 < location.column <= len(line) else 0


def known_place(finding: Finding) -> Location | None:
    """Where a finding on a chart stands in a file that somebody wrote; None if no line of one is known."""
    if finding.template is not None:
        return finding.template.location if finding.template.precision is not Precision.file else None
    return next((key.location for key in finding.values if key.location), None)


def told(finding: Finding) -> str:
    """The message; for rendered text with the object, its line there and the values keys, which no anchor can show."""
    if not finding.rendered:
        return finding.message
    near = finding.template is not None and finding.template.precision is Precision.ancestor
    parts = [
        str(finding.object) if finding.object.kind else "",
        f"line {finding.location.line} of what Helm renders",
        "the template's line is near" if near else "",
        f"values: {', '.join(dict.fromkeys(key.path for key in finding.values))}" if finding.values else "",
        with_sets(finding),
    ]
    return f"{finding.message} ({', '.join(part for part in parts if part)})"


def with_sets(finding: Finding) -> str:
    """`in 2 of 5 value sets`; empty if the chart was rendered with one."""
    sets = finding.value_sets
    return f"in {len(sets.names)} of {sets.total} value sets" if sets else ""


def _real(path: str) -> str:
    try:
        return os.path.realpath(path)
    except ValueError:  # no file system has such a name
        return os.path.normpath(path)


def _packed(file: str) -> str:
    """A template of a packed chart is no file by itself; the archive is."""
    parts = file.split("/")
    for index, part in enumerate(parts[:-1], 1):
        if part.lower().endswith(_ARCHIVE):
            return "/".join(parts[:index])
    return file
