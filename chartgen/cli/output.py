"""What goes to standard output, to standard error and to files."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO

import click

from chartgen.errors import UsageError

_EXCERPT_BYTES = 10_000_000


def wants_colour(stream: TextIO | None) -> bool:
    """Colour is for terminals, and not for those who said NO_COLOR or whose terminal has none."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody sits there. The interpreter has no stream at all where it was started with a closed one."""
    return stream is not None and stream.isatty()


def emit(text: str) -> None:
    """Write to standard output: UTF-8 whatever the locale, so that the bytes are the same everywhere.

    Raises UsageError if there is no room for it; BrokenPipeError if nobody reads it.
    """
    try:
        if is_terminal(sys.stdout):
            click.echo(text, nl=False, color=wants_colour(sys.stdout))
        else:
            click.echo(text.encode("utf-8", "replace"), nl=False)
    except BrokenPipeError:
        raise
    except OSError as error:
        silence_stdout()
        raise UsageError(
            f"the output was not written, or not all of it: {error.strerror or error}",
            remedy="send standard output where there is room for it",
        ) from None


def say(text: str) -> None:
    """Write a line to standard error; a closed standard error is no reason to fail."""
    try:
        progress("")
        click.echo(text.encode("utf-8", "replace").decode(), err=True, color=wants_colour(sys.stderr))
    except (OSError, ValueError, UnicodeEncodeError):
        return


def progress(text: str) -> None:
    """Show what is being done on a terminal, in place of what was shown before; an empty text clears it."""
    if is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb":
        click.echo(f"\r\x1b[2K{text}", nl=False, err=True, color=True)


def silence_stdout() -> None:
    """Let the interpreter's last flush of standard output go nowhere instead of failing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def read_input(file: str) -> str:
    """The text of a file for an excerpt of it; empty if there is none to be had."""
    path = Path(file)
    try:
        if not path.is_file() or path.stat().st_size > _EXCERPT_BYTES:
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return ""
