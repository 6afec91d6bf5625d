"""Why something was not done: errors and the problems of a values file, with excerpts of the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chartgen.errors import ChartgenError, ValuesInvalid
from chartgen.model.finding import Severity
from chartgen.model.location import Location
from chartgen.model.problem import Problem
from chartgen.report.excerpt import Mark, Texts, excerpt, split
from chartgen.report.formats.text import help_lines
from chartgen.report.palette import Palette
from chartgen.report.printable import printable

Read = Callable[[str], str]
"""The text of a file by its name, empty if it cannot be read."""


def failure(error: ChartgenError, read: Read, *, colour: bool = False) -> str:
    """First what did not happen, then every reason with its place, then what to do."""
    palette = Palette(colour)
    if isinstance(error, ValuesInvalid):
        head = f"{_headline(Severity.error, '', error.message, palette)}\n"
        return "\n".join(
            [head, *(_block(problem, _texts(problem.location, read), palette) for problem in error.problems)]
        )
    problem = Problem(error.location or Location("", 0, 0), "", error.message, error.remedy)
    return _block(problem, _texts(error.location, read), palette)


def warnings(problems: Sequence[Problem], read: Read, *, colour: bool = False) -> str:
    """What is worth telling about a values file that was accepted."""
    palette = Palette(colour)
    return "\n".join(_block(problem, _texts(problem.location, read), palette) for problem in problems)


def _block(problem: Problem, texts: Texts, palette: Palette) -> str:
    severity = Severity.error if problem.fatal else Severity.warning
    lines, gutter = [_headline(severity, problem.key, problem.message, palette)], 1
    if problem.location.line:
        drawn, gutter = excerpt(
            Mark(problem.location), (), texts, palette, lambda text: palette.severity(severity, text)
        )
        # A file that could not be opened has no text to show, and the message names it.
        lines += drawn if len(drawn) > 1 or problem.location.file not in problem.message else []
        if problem.remedy and len(drawn) > 1:
            lines.append(palette.frame(f"{' ' * gutter} |"))
    lines += help_lines(problem.remedy, gutter, palette)
    return "\n".join([*lines, ""])


def _headline(severity: Severity, key: str, message: str, palette: Palette) -> str:
    name = f"{severity.name}[{printable(key)}]" if key else severity.name
    first, *more = message.splitlines() or [""]
    head = f"{palette.severity(severity, name)}{palette.strong(f': {printable(first)}')}"
    return "\n".join([head, *(f"  {printable(line)}" for line in more)])


def _texts(location: Location | None, read: Read) -> Texts:
    text = read(location.file) if location else ""
    return {location.file: split(text)} if location and text else {}
