"""The one place that turns errors into exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from chartgen import errors
from chartgen.cli.output import read_input, say, silence_stdout, wants_colour


def exit_code(error: BaseException, arguments: Sequence[str]) -> int:
    """Tell on standard error what happened, and return the exit code for it (see chartgen.errors)."""
    match error:
        case BrokenPipeError():
            silence_stdout()
            code = errors.EXIT_CLEAN
        case click.Abort() | KeyboardInterrupt():
            say("interrupted")
            code = errors.EXIT_INTERRUPTED
        case click.exceptions.NoArgsIsHelpError():
            error.show()
            code = errors.EXIT_USAGE
        case _:
            code = _told(_in_our_words(error, arguments))
    return code


def _told(error: errors.ChartgenError) -> int:
    from chartgen.report import problems

    say(problems.failure(error, read_input, colour=wants_colour(sys.stderr)).rstrip("\n"))
    return error.exit_code


def _in_our_words(error: BaseException, arguments: Sequence[str]) -> errors.ChartgenError:
    match error:
        case errors.ChartgenError():
            return error
        case click.UsageError():
            return _usage(error)
        case click.ClickException():
            return errors.UsageError(error.format_message())
        case OSError():
            where = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
            return errors.InputError(f"{where}{error.strerror or error}")
        case _:
            return _bug(error, arguments)


def _usage(error: click.UsageError) -> errors.UsageError:
    from chartgen.cli.configuration import place

    command = error.ctx.command_path if error.ctx else "chartgen"
    name = error.param.name if isinstance(error, click.BadParameter) and error.param is not None else None
    told = " ".join(error.format_message().split())
    usage = errors.UsageError(told, remedy=f"see `{command} --help`", option=name or "")
    if error.ctx is not None:
        place(usage, error.ctx)
    return usage


def _bug(error: BaseException, arguments: Sequence[str]) -> errors.ChartgenError:
    log = _write_log(error, arguments)
    what = f"{type(error).__name__}: {error}".splitlines()[0].removesuffix(": ")
    remedy = f"open an issue and paste {log} into it; read it first, it holds the command line" if log else ""
    return errors.ChartgenError(f"chartgen stopped because of a bug: {what}", remedy=remedy)


def _write_log(error: BaseException, arguments: Sequence[str]) -> str:
    """The name of a new file that holds versions, command line and traceback; empty if it cannot be written."""
    import platform
    import tempfile
    import traceback
    from importlib.metadata import PackageNotFoundError, requires, version

    import chartgen

    lines = [f"chartgen {chartgen.__version__}", f"Python {platform.python_version()} on {platform.platform()}"]
    try:
        for name in sorted({_distribution(line) for line in requires("chartgen") or []}):
            try:
                lines.append(f"{name} {version(name)}")
            except PackageNotFoundError:
                continue
    except PackageNotFoundError:
        lines.append("chartgen is not installed as a package")
    lines += ["", f"arguments: {_without_values(arguments)}", "", *traceback.format_exception(error)]
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="chartgen-", suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as log:
            log.write("\n".join(lines))
    except OSError:
        return ""
    return log.name


def _distribution(requirement: str) -> str:
    return "".join(c if c.isalnum() or c in "._-" else " " for c in requirement).split()[0]


def _without_values(arguments: Sequence[str]) -> list[str]:
    """The command line without what `--set` sets, which may be a secret."""
    told = []
    for previous, argument in zip(("", *arguments), arguments, strict=False):
        if previous == "--set":
            told.append(f"{argument.partition('=')[0]}=...")
        else:
            told.append("--set=..." if argument.startswith("--set=") else argument)
    return told
