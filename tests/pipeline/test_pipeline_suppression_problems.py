"""What is said about suppressions themselves: unused, without reason, expired, of unknown or locked rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import RULES
from linted_charts import write
from suppressed_pods import OPTIONS, POD, annotated, hidden, linted, only, shown

from chartgen.errors import UsageError
from chartgen.model.settings import RuleSetting, Settings
from chartgen.pipeline.lint import lint


def test_an_unused_one_is_told_with_its_place() -> None:
    found = only(linted(annotated(".node-fixed"), replace(OPTIONS, select=(), closed=True)), "suppression-unused")
    assert found.message == "node-fixed finds nothing here that would be suppressed"
    assert (found.location.line, found.location.column) == (6, 5)
    assert found.path == "/metadata/annotations/chartgen.dev~1ignore.node-fixed"
    found = only(linted(annotated(".image-moves.three")), "suppression-unused")
    assert "in container three" in found.message


def test_an_unused_one_is_not_told_where_the_rule_was_not_asked_or_looks_further_than_the_input() -> None:
    closed = replace(OPTIONS, select=("scaled-twice", "suppressions"), closed=True)
    assert shown(linted(annotated(".node-fixed"), closed)) == []
    assert shown(linted(annotated(".scaled-twice"), closed)) == [("suppression-unused", 6)]
    # An open world may hold what the rule looks for.
    assert shown(linted(annotated(".scaled-twice"), replace(closed, closed=False))) == []


def test_without_reason_it_hides_and_is_told() -> None:
    result = linted(annotated(".image-moves", ""))
    assert hidden(result) == [10, 13, 15]
    assert shown(result) == [("suppression-without-reason", 6)]
    until = linted(annotated(".image-moves", "until=2999-01-01"))
    assert shown(until) == [("suppression-without-reason", 6)]


@pytest.mark.parametrize(
    ("until", "epoch", "holds"),
    [
        ("2027-01-31", "1801353600", True),  # 2027-01-31 00:00 UTC
        ("2027-01-31", "1801439999", True),
        ("2027-01-31", "1801440000", False),
        ("tomorrow", "1801353600", False),
        ("20270131", "1801353600", False),
    ],
)
def test_the_last_day_counts(monkeypatch: pytest.MonkeyPatch, until: str, epoch: str, holds: bool) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    result = linted(annotated(".image-moves", f"demo; until={until}"))
    assert len(hidden(result)) == (3 if holds else 0)
    assert ("suppression-expired", 6) not in shown(result) if holds else ("suppression-expired", 6) in shown(result)
    if not holds:
        assert until in only(result, "suppression-expired").message


def test_a_day_that_is_none_is_refused_only_where_it_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    assert hidden(linted(annotated(".image-moves"))) == [10, 13, 15]
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH is 'yesterday'"):
        linted(annotated(".image-moves", "x; until=2027-01-31"))


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (".image-mvoes", "there is no rule image-mvoes, did you mean image-moves?"),
        (".storage", "storage is a group of rules, not a rule"),
        ("", "the suppression names no rule"),
    ],
)
def test_a_rule_that_there_is_not(key: str, message: str) -> None:
    result = linted(annotated(key))
    assert only(result, "unknown-rule").message == message
    assert hidden(result) == []


def test_a_comment_without_brackets_is_told() -> None:
    result = linted(POD.replace("name: one\n", "name: one # chartgen: ignore image-moves\n"))
    assert only(result, "unknown-rule").location.line == 12


def test_each_rule_of_a_comment_counts_by_itself() -> None:
    text = POD.replace("name: one\n", "name: one\n    # chartgen: ignore[image-moves, node-fixed] x\n")
    result = linted(text, replace(OPTIONS, select=("image-moves", "node-fixed", "suppressions")))
    assert only(result, "suppression-unused").message.startswith("node-fixed finds nothing")
    assert hidden(result) == [14]


def test_what_is_locked_stays(tmp_path: Path) -> None:
    locked = replace(OPTIONS, settings=Settings(rules={"image-moves": RuleSetting(locked=True)}))
    result = linted(annotated(".image-moves"), locked)
    assert hidden(result) == []
    assert only(result, "suppression-locked").location.line == 6
    assert [rule for rule, _ in shown(result)].count("image-moves") == 3
    assert shown(linted(annotated(".yaml-invalid"))) == [
        ("suppression-locked", 6),
        *[("image-moves", n) for n in (10, 13, 15)],
    ]


def test_suppressions_can_be_left_unjudged() -> None:
    result = linted(annotated(".image-moves", ""), replace(OPTIONS, ignore=("suppressions",), select=("image-moves",)))
    assert (shown(result), hidden(result)) == ([], [10, 13, 15])


def test_older_names_and_locks_of_rule_files(tmp_path: Path) -> None:
    rule = (RULES / "testing" / "image-moves.yaml").read_text()
    folder = tmp_path / "mine"
    folder.mkdir()
    for lock in ("false", "true"):
        new = f"name: tag-moves\naliases: [tag-floating]\nlocked: {lock}\n"
        (folder / "tag-moves.yaml").write_text(rule.replace("name: image-moves\n", new, 1))
        options = replace(OPTIONS, select=("tag-moves", "suppressions"), rule_folders=(tmp_path,))
        text = annotated(".tag-floating.one").replace("name: two\n", "name: two # chartgen: ignore[tag-floating] x\n")
        result = linted(text.replace("name: two # chartgen", "name: two\n    # chartgen"), options)
        assert hidden(result) == ([13, 16] if lock == "false" else [])
        assert result.notes == ("rule tag-floating is called tag-moves now",)
        locked = [line for name, line in shown(result) if name == "suppression-locked"]
        assert locked == ([] if lock == "false" else [6, 15])


@pytest.mark.parametrize(
    "text",
    [
        "x; until = 2020-01-01",
        "x until=2020-01-01",
        "x, Until=2020-01-01",
        "x; until=",
        "x; until=2020-01-01 or later",
        "x; until=2999-W01-1",
    ],
)
def test_a_last_day_is_never_taken_for_a_part_of_the_reason(text: str) -> None:
    assert hidden(linted(annotated(".image-moves", text))) == []
    result = linted(annotated(".image-moves", text.replace("2020-01-01", "2999-01-01")))
    assert bool(hidden(result)) == ("2020" in text and "later" not in text)
    assert [each.suppressed and each.suppressed.reason for each in result.report.suppressed] == ["x"] * len(
        hidden(result)
    )


def test_an_address_in_a_reason_holds_no_day() -> None:
    result = linted(annotated(".image-moves", "see https://example.com/?until=2020-01-01; a=b"))
    assert result.report.suppressed[0].suppressed is not None
    assert result.report.suppressed[0].suppressed.reason == "see https://example.com/?until=2020-01-01; a=b"


def test_one_in_a_chart_is_told_at_the_line_of_its_template_with_the_values_key(tmp_path: Path) -> None:
    text = POD.replace("    team: llm", "    {{- toYaml .Values.annotations | nindent 4 }}").replace("latest", "1.27.1")
    text = text.replace("  containers", "  # chartgen: ignore[image-moves] one\n  containers")
    text = "{{- $unused := 1 }}\n" + text.replace("spec:", "# chartgen: ignore[image-moves] two\nspec:")
    values = "annotations:\n  team: llm\n  chartgen.dev/ignore.image-moves: three\n"
    files = {"templates/a.yaml": text, "values.yaml": values, "ci/b-values.yaml": "annotations: {b: c}\n"}
    report = lint([str(write(tmp_path / "web", files))], None, OPTIONS).report
    told = {
        (each.template and each.template.location.line, tuple(key.path for key in each.values), each.value_sets)
        for each in report.findings
    }
    lines = text.splitlines()
    written = next(index for index, line in enumerate(lines, 1) if "toYaml" in line)
    comments = [index for index, line in enumerate(lines, 1) if "# chartgen" in line]
    key = "annotations.'chartgen.dev/ignore.image-moves'"
    assert told == {(written, (key,), None), *((line, (), None) for line in comments)}
