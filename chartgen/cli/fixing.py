"""`--fix`, `--diff` and `--unsafe-fixes` of `chartgen lint`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chartgen.cli.configuration import on_command_line
from chartgen.cli.output import progress, say
from chartgen.errors import EXIT_CLEAN, EXIT_FINDINGS, UsageError
from chartgen.pipeline.lint import LintOptions, LintResult, lint

if TYPE_CHECKING:
    from chartgen.pipeline.fixing import Fixed


@dataclass(frozen=True, slots=True, eq=False)
class FixOptions:
    """`fix` writes files, `diff` shows what would be written; neither leaves all as it is."""

    fix: bool
    unsafe: bool
    diff: bool


@dataclass(frozen=True, slots=True, eq=False)
class Linted:
    """`diff` is None unless a diff was asked for."""

    result: LintResult
    diff: str | None = None

    def exit_code(self, fail_on: str) -> int:
        code = self.result.exit_code(fail_on)
        return EXIT_FINDINGS if code == EXIT_CLEAN and self.diff else code


def run(
    paths: tuple[str, ...], stdin: bytes | None, options: LintOptions, wanted: FixOptions, *, colour: bool
) -> Linted:
    """Lint, and fix what was asked to be fixed; tells on standard error what was fixed and what was not.

    Raises UsageError for options that do not go together.
    """
    wanted = _decided(wanted)
    _refuse(paths, wanted)
    if not wanted.fix and not wanted.diff:
        return Linted(lint(paths, stdin, options, progress))
    from chartgen.pipeline.fixing import fix, write

    fixed = fix(paths, stdin, options, unsafe=wanted.unsafe, tell=progress)
    if not wanted.diff:
        write(fixed.changes)
    for line in _told(fixed, wanted):
        say(line)
    return Linted(fixed.result, _diff(fixed, colour=colour) if wanted.diff else None)


def _diff(fixed: Fixed, *, colour: bool) -> str:
    from chartgen.report.secrecy import secrets_in
    from chartgen.report.unified_diff import diff

    parts = []
    for each in fixed.changes:
        before = secrets_in(fixed.first, each.file, each.before)
        after = secrets_in(fixed.result.report, each.file, each.after)
        parts.append(diff(each.file, each.before, each.after, hidden=(before, after), colour=colour))
    return "".join(parts)


def _decided(wanted: FixOptions) -> FixOptions:
    """Of `--fix` and `--diff`, the one on the command line goes before the one in the configuration."""
    said = {name for name in ("fix", "diff") if on_command_line(name)}
    if wanted.fix and wanted.diff and len(said) == 1:
        return replace(wanted, fix="fix" in said, diff="diff" in said)
    return wanted


def _refuse(paths: tuple[str, ...], wanted: FixOptions) -> None:
    if wanted.fix and wanted.diff:
        raise UsageError("nothing was linted: --fix writes files and --diff does not", remedy="choose one of them")
    # In the configuration it says what --fix is to do whenever it is given.
    if wanted.unsafe and on_command_line("unsafe_fixes") and not (wanted.fix or wanted.diff):
        raise UsageError("nothing was linted: --unsafe-fixes fixes nothing by itself", remedy="add --fix or --diff")
    if wanted.fix and "-" in paths:
        raise UsageError(
            "nothing was fixed: standard input is no file that could be changed",
            remedy="save it and name the file, see with --diff what would change, or add --no-fix",
        )


def _told(fixed: Fixed, wanted: FixOptions) -> Iterator[str]:
    from chartgen.report.formats.text import counted
    from chartgen.report.printable import printable

    for each in fixed.left_out:
        yield printable(f"{each.finding.location}: {each.finding.rule} was not fixed: {each.reason}")
    verb = "would fix" if wanted.diff else "fixed"
    if fixed.count:
        yield f"{verb} {counted(fixed.count, 'finding')} in {counted(len(fixed.changes), 'file')}"
    else:
        yield f"{verb} nothing"
