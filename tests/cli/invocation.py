"""Runs a command line in this process, as `chartgen` would, and keeps what it said."""

from __future__ import annotations

from dataclasses import dataclass

from click.testing import CliRunner

from chartgen.cli.main import run


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


def invoke(*arguments: object, stdin: str | bytes = b"", env: dict[str, str] | None = None) -> Result:
    with CliRunner().isolation(input=stdin, env=env) as (out, err, _):
        code = run([str(argument) for argument in arguments])
        return Result(code, out.getvalue().decode(), err.getvalue().decode())
