"""What each rule says of its failing examples, word for word: one file of tests/lint/messages for each rule.

A rule file that is deleted fails its own test here, and no other. `tests/run --snapshot-update` writes the files.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from rule_making import parse

from chartgen import upgrade
from chartgen.lint import load, releases, run
from chartgen.model.rule import Rule

FOLDER = Path(__file__).parent / "messages"
NAMES = sorted({rule.name for rule in load()} | {file.stem for file in FOLDER.glob("*.txt")})


def said(rule: Rule) -> str:
    """One paragraph for each failing example: its name, then a line for each finding."""
    paragraphs = []
    for example in rule.examples.failing:
        manifests = parse(example.manifests)
        changes = upgrade.changes(parse(example.against), manifests) if example.against else None
        release = releases(manifests, closed=example.closed, provider=example.provider, changes=changes)
        lines = [example.name]
        for violation in run(release, [rule]):
            lines.append(f"  {violation.severity.name} {violation.place.pointer or '/'}: {violation.message}")
            lines += [f"    {place.manifest.kind} {place.pointer}: {place.label}" for place in violation.related]
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs) + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_says(name: str, request: pytest.FixtureRequest) -> None:
    (rule,) = load(select=[name])
    file = FOLDER / f"{name}.txt"
    if request.config.getoption("--snapshot-update"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(said(rule))
    assert file.is_file(), f"no {file.name}: write it with tests/run --snapshot-update, and read it"
    assert said(rule) == file.read_text()
