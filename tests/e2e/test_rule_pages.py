"""docs/rules is what `chartgen rules pages` writes; nobody edits it by hand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, RULES, Run

PAGES = ROOT / "docs" / "rules"
INDEX = "README.md"
# One test for each rule, named after it: a rule that is gone takes only its own with it.
NAMES = sorted({path.stem for path in (*PAGES.glob("*.md"), *ROOT.glob("rules/*/*.yaml")) if path.name != INDEX})


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    command = [sys.executable, "-m", "chartgen", "rules", "pages", "-o", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("rule", NAMES)
def test_page_is_fresh(written: Path, rule: str) -> None:
    """If it is not: `chartgen rules pages -o docs/rules`."""
    page = f"{rule}.md"
    assert (PAGES / page).read_text() == (written / page).read_text()
    assert _rows(PAGES).get(rule) == _rows(written)[rule]


def test_the_index_has_nothing_else(written: Path) -> None:
    assert set(_rows(PAGES)) == {path.stem for path in PAGES.glob("*.md") if path.name != INDEX}
    assert _frame(PAGES) == _frame(written)


def test_a_page_whose_rule_is_gone_is_removed_and_nothing_else(tmp_path: Path, chartgen: Run) -> None:
    assert chartgen("rules", "pages", "-o", tmp_path).returncode == 0
    own = tmp_path / "own" / "testing" / "image-moves.yaml"
    own.parent.mkdir(parents=True)
    own.write_text((RULES / "testing" / own.name).read_text())
    (tmp_path / "notes.md").write_text("# Notes\n")
    assert chartgen("rules", "pages", tmp_path / "own", "-o", tmp_path).returncode == 0
    assert {path.name for path in tmp_path.glob("*.md")} == {INDEX, "image-moves.md", "notes.md"}


def _rows(folder: Path) -> dict[str, str]:
    text = (folder / INDEX).read_text()
    return {found[1]: found[0] for found in re.finditer(r"^\| \[([a-z-]+)\].*$", text, re.MULTILINE)}


def _frame(folder: Path) -> list[str]:
    return [line for line in (folder / INDEX).read_text().splitlines() if not line.startswith("| [")]
