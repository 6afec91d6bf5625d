"""chartgen in this process: a test that runs it ten times need not start it ten times."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess

from invocation import invoke


def chartgen(*arguments: object, stdin: str = "", env: Mapping[str, str] | None = None) -> CompletedProcess[str]:
    """What `conftest.chartgen` gives, but for the working folder, which stays that of the tests."""
    result = invoke(*arguments, stdin=stdin, env={"COLUMNS": "120", "NO_COLOR": "1", **(env or {})})
    return CompletedProcess([*map(str, arguments)], result.code, result.out, result.err)


def refused(result: CompletedProcess[str], *words: str) -> None:
    """Exit code 6, nothing on standard output, and one error of one line with a remedy."""
    assert (result.returncode, result.stdout) == (6, ""), result.stderr
    assert result.stderr.count("error: ") == 1
    said = " ".join(result.stderr.split())
    assert said.startswith("error: ")
    assert "= help: " in said
    for word in words:
        assert word in said


def archives(folder: Path) -> dict[str, str]:
    """The digest of each archive by its name, without `sha256:`."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.tgz"))}


def sha256(path: Path) -> str:
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
