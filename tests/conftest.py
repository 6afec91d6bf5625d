"""What every test may use: the command line as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A machine may be slow or busy; that is no failure of the code. `search` is the profile of tests/search: a run that
# gates a change draws the same inputs each time, so that what fails there fails for the change.
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("chartgen", settings.get_profile("search"), derandomize=True)
settings.load_profile("chartgen")

ROOT = Path(__file__).resolve().parent.parent
# Rules of the tests' own, for what is no matter of any rule that chartgen comes with.
RULES = ROOT / "tests" / "rules"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def chartgen(tmp_path: Path) -> Run:
    """Run `chartgen ARGUMENTS` in an empty folder; standard input is closed unless `stdin` is given."""

    def run(
        *arguments: object,
        stdin: str | None = None,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "chartgen", *map(str, arguments)],
            input=stdin if stdin is not None else "",
            capture_output=True,
            text=True,
            cwd=cwd or tmp_path,
            env={**os.environ, "NO_COLOR": "1", "COLUMNS": "120", **(env or {})},
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT
