"""What the README shows is what the commands print."""

from __future__ import annotations

import re
import tomllib

import pytest
from conftest import ROOT, Run

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```console\n\$ chartgen ([^\n]*)\n(.*?)```", README, re.DOTALL)


def parts(text: str) -> list[str]:
    """A report cut into its findings."""
    return [part.strip() for part in re.split(r"\n\n", text) if part.strip()]


# One test for each finding, named after it: a rule that is gone takes only its own with it.
SHOWN = [(command, part) for command, text in BLOCKS for part in parts(text) if re.match(r"\w+\[", part)]


@pytest.mark.parametrize(("command", "part"), SHOWN, ids=[part.partition(":")[0] for _, part in SHOWN])
def test_shows_what_the_command_prints(chartgen: Run, command: str, part: str) -> None:
    result = chartgen(*command.split(), cwd=ROOT, env={"COLUMNS": "100"})
    assert part in (result.stdout + result.stderr)


def test_the_table_of_origins_names_every_rule() -> None:
    origins = tomllib.loads((ROOT / "tests" / "origins" / "findings.toml").read_text())
    assert {rule for rules in origins.values() for rule in rules} == set(re.findall(r"\(`([a-z-]+)`\)", README))


def test_every_example_is_named() -> None:
    named = set(re.findall(r"\(examples/([^)]+)\)", README))
    assert {path.name for path in (ROOT / "examples").glob("*.yaml")} == named


def test_the_set_up_is_what_ci_runs() -> None:
    assert "\n    tests/run\n" in README
    assert (ROOT / ".ci" / "run").read_text().endswith("exec ./tests/run\n")
