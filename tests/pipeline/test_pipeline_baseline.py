"""Baselines: what they hide, what they do not, and what is said when they are out of date or malformed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema_rs
import pytest
from conftest import ROOT, RULES

from chartgen.errors import UsageError
from chartgen.pipeline.lint import LintOptions, LintResult, lint

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
  - name: one
    image: nginx:latest
  - name: two
    image: nginx:latest
"""
OPTIONS = LintOptions(select=("image-moves", "suppressions"), rule_folders=(RULES,))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "baseline.json"


def linted(text: str, **options: object) -> LintResult:
    return lint(["-"], text.encode(), replace(OPTIONS, **options))  # type: ignore[arg-type]


def paths(result: LintResult) -> list[tuple[str, str]]:
    return [(finding.rule, finding.path) for finding in result.report.findings]


def test_it_is_sorted_whole_and_follows_its_schema(file: Path) -> None:
    result = linted(POD, write_baseline=file)
    assert (paths(result), result.report.baselined, result.exit_code("info")) == ([], 2, 0)
    assert result.notes == (f"wrote {file}: 2 findings",)
    value = json.loads(file.read_text())
    schema = json.loads((ROOT / "schemas" / "baseline.schema.json").read_text())
    jsonschema_rs.validator_for(schema).validate(value)
    assert value["findings"] == [
        {"rule": "image-moves", "object": "v1 Pod a", "path": f"/spec/containers/{index}/image"} for index in (0, 1)
    ]
    before = file.read_bytes()
    linted("# moved\n" + POD, write_baseline=file)
    assert file.read_bytes() == before


def test_it_hides_what_it_holds_and_nothing_else(file: Path) -> None:
    linted(POD.replace("two\n    image: nginx:latest", "two\n    image: nginx:1.27.1"), write_baseline=file)
    result = linted("# moved\n" + POD, baseline=file)
    assert paths(result) == [("image-moves", "/spec/containers/1/image")]
    assert result.report.baselined == 1
    other = linted(POD.replace("name: a", "name: b"), baseline=file)
    assert len(paths(other)) == 2


def test_several_findings_of_one_key_are_counted(file: Path) -> None:
    linted(f"{POD}---\n{POD}", write_baseline=file)
    assert {row["count"] for row in json.loads(file.read_text())["findings"]} == {2}
    assert paths(linted(f"{POD}---\n{POD}", baseline=file)) == []
    assert len(paths(linted(f"{POD}---\n{POD}---\n{POD}", baseline=file))) == 2


def test_gone_entries_are_told_with_their_place(file: Path) -> None:
    linted(POD, write_baseline=file)
    result = linted(POD.replace("latest", "1.27.1"), baseline=file)
    (found,) = result.report.findings
    assert (found.rule, found.severity.name) == ("baseline-outdated", "info")
    assert found.message == "2 findings of the baseline are gone, such as image-moves on v1 Pod a"
    assert (found.location.file, found.location.line) == (str(file), 4)
    assert result.exit_code("warning") == 0
    assert linted(POD.replace("latest", "1.27.1"), baseline=file, write_baseline=file).notes == (
        f"wrote {file}: 0 findings",
    )
    assert paths(linted(POD.replace("latest", "1.27.1"), baseline=file)) == []


@pytest.mark.parametrize("select", [("node-fixed", "suppressions"), ("image-moves",)])
def test_what_was_not_looked_at_is_not_gone(file: Path, select: tuple[str, ...]) -> None:
    linted(POD, write_baseline=file)
    assert paths(linted(POD.replace("latest", "1.27.1"), baseline=file, select=select)) == []
    assert paths(linted("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", baseline=file)) == []


def test_an_older_name_of_a_rule_works(file: Path, tmp_path: Path) -> None:
    rule = (RULES / "testing" / "image-moves.yaml").read_text()
    folder = tmp_path / "rules" / "mine"
    folder.mkdir(parents=True)
    renamed = rule.replace("name: image-moves\n", "name: tag-moves\naliases: [tag-floating]\n", 1)
    (folder / "tag-moves.yaml").write_text(renamed)
    mine = {"rule_folders": (tmp_path / "rules",), "select": ("tag-moves", "suppressions")}
    linted(POD, write_baseline=file, **mine)
    file.write_text(file.read_text().replace("tag-moves", "tag-floating"))
    result = linted(POD, baseline=file, **mine)
    assert (paths(result), result.notes) == ([], ("rule tag-floating is called tag-moves now",))


def test_it_never_hides_what_could_not_be_read(file: Path) -> None:
    result = linted("a: [\n", write_baseline=file, select=())
    assert paths(result) == [("yaml-invalid", "")]
    assert result.exit_code("never") == 3
    assert not file.exists()
    [note] = result.notes
    assert note.startswith(f"{file} was not written, since not everything was linted: ")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("{", 1, "nothing was linted"),
        ("[]", 1, "is no baseline"),
        ('{"version": 2, "findings": []}', 1, "1 was expected"),
        ('{"version": 1,\n "findings": [\n {"rule": "a", "object": "b"}]}', 3, '"path" is a required property'),
        ('{"version": 1,\n "findings": [\n {"rule": "a",\n "object": 1, "path": ""}]}', 4, "not of type"),
        ("", 1, "is no baseline"),
    ],
)
def test_a_malformed_one_is_one_error_with_its_place(file: Path, text: str, line: int, message: str) -> None:
    file.write_text(text)
    with pytest.raises(UsageError) as raised:
        linted(POD, baseline=file)
    assert message in raised.value.message
    assert raised.value.location is not None
    assert (raised.value.location.file, raised.value.location.line) == (str(file), line)
    assert raised.value.remedy


def test_one_that_is_not_there(file: Path) -> None:
    with pytest.raises(UsageError, match=f"there is no baseline {file}") as raised:
        linted(POD, baseline=file)
    assert "--write-baseline" in raised.value.remedy


def test_it_is_not_written_over_what_is_linted(tmp_path: Path) -> None:
    manifest = tmp_path / "a.yaml"
    manifest.write_text(POD)
    (tmp_path / "b").mkdir()
    with pytest.raises(UsageError, match="the baseline would be written over it"):
        lint([str(tmp_path)], None, replace(OPTIONS, write_baseline=tmp_path / "b" / ".." / "a.yaml"))
    assert manifest.read_text() == POD
