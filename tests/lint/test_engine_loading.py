"""Rules read from their folder: what is refused, and which are chosen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rule_making import POD, fields, find, make, parse, write

from chartgen import lint, resources
from chartgen.errors import RuleBroken, UsageError
from chartgen.lint import examples
from chartgen.lint.kinds import ANY, GROUPS
from chartgen.model.finding import Severity


@pytest.mark.parametrize(
    ("changed", "pointer", "message"),
    [
        ({"severity": "fatal"}, "/severity", "fatal"),
        ({"severty": "error"}, "/severty", "no such key"),
        ({"title": None, "titel": "x"}, "/titel", "no such key"),
        ({"why": None}, "", "why"),
        ({"remedy": ""}, "/remedy", "shorter"),
        ({"match": "pod"}, "/match", "pod"),
        ({"match": {"kinds": []}}, "/match/kinds", "less than 1"),
        ({"scope": "cluster"}, "/scope", "cluster"),
        ({"references": []}, "/references", "less than 1"),
        ({"at": "spec"}, "/at", "spec"),
        ({"at": "related:one/value"}, "/at", "related:one/value"),
        ({"confidential": "yes"}, "/confidential", "yes"),
        ({"variables": [{"name": "A b", "expression": "1"}]}, "/variables/0/name", "A b"),
        ({"since": "1.0"}, "/since", "1.0"),
        ({"examples": {"pass": [], "fail": []}}, "/examples/fail", "less than 2"),
        ({"title": None, "name": "other"}, "", "title"),
    ],
)
def test_malformed(tmp_path: Path, changed: dict[str, Any], pointer: str, message: str) -> None:
    file = write(tmp_path, **changed)
    with pytest.raises(RuleBroken) as raised:
        lint.load(tmp_path)
    assert message in raised.value.message
    assert (f"at {pointer}:" if pointer else "is broken:") in raised.value.message
    key = f"{pointer.split('/')[1]}:" if pointer else ""
    line = next(number for number, text in enumerate(file.read_text().splitlines(), 1) if text.startswith(key))
    assert raised.value.location is not None
    assert (raised.value.location.file, raised.value.location.line) == (str(file), line)


def test_the_file_is_named_as_the_rule(tmp_path: Path) -> None:
    file = write(tmp_path)
    file.rename(file.with_name("another.yaml"))
    with pytest.raises(RuleBroken, match=r"the rule is named object-bad and its file another.yaml"):
        lint.load(tmp_path)


def test_a_misspelt_key_is_told_with_the_right_one(tmp_path: Path) -> None:
    write(tmp_path, title=None, titel="x")
    with pytest.raises(RuleBroken) as raised:
        lint.load(tmp_path)
    assert raised.value.remedy == "Did you mean title?"


@pytest.mark.parametrize("place", ["{}.yaml", "{}.yml", "group/{}.yml", "group/deeper/{}.yaml"])
def test_a_rule_is_not_passed_over_for_its_place(tmp_path: Path, place: str) -> None:
    file = write(tmp_path)
    stray = tmp_path / place.format("object-worse")
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_text(file.read_text().replace("object-bad", "object-worse"))
    (tmp_path / "README.yaml").write_text("messages: {}\n")
    (file.parent / ".object-bad.yaml").write_text("an editor's own\n")
    with pytest.raises(UsageError, match="is a rule in the wrong place") as raised:
        lint.load(tmp_path)
    assert str(stray) in raised.value.message
    stray.unlink()
    assert [rule.name for rule in lint.load(tmp_path)] == ["object-bad"]


@pytest.mark.parametrize("text", ["", "[]", "a: 1\n---\nb: 2\n", "just text"])
def test_a_file_holds_one_map(tmp_path: Path, text: str) -> None:
    write(tmp_path).write_text(text)
    with pytest.raises(RuleBroken, match="a rule file holds one map"):
        lint.load(tmp_path)


def test_unreadable_yaml_has_its_place(tmp_path: Path) -> None:
    file = write(tmp_path)
    file.write_text("name: [\n")
    with pytest.raises(RuleBroken) as raised:
        lint.load(tmp_path)
    assert raised.value.location is not None
    assert raised.value.location.file == str(file)


def test_no_two_rules_share_a_name(tmp_path: Path) -> None:
    file = write(tmp_path)
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / file.name).write_text(file.read_text())
    with pytest.raises(RuleBroken, match="a rule named object-bad stands in"):
        lint.load(tmp_path)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        lint.load(tmp_path / "absent")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("c-bad", "a-bad", "b-bad"):
        write(tmp_path, name=name)
    (tmp_path / "second").mkdir()
    (tmp_path / "testing" / "b-bad.yaml").rename(tmp_path / "second" / "b-bad.yaml")
    return tmp_path


@pytest.mark.parametrize(
    ("select", "ignore", "names"),
    [
        ([], [], ["a-bad", "b-bad", "c-bad"]),
        (["c-bad", "a-bad"], [], ["a-bad", "c-bad"]),
        (["testing"], ["a-bad"], ["c-bad"]),
        ([], ["second"], ["a-bad", "c-bad"]),
    ],
)
def test_chosen(folder: Path, select: list[str], ignore: list[str], names: list[str]) -> None:
    assert [rule.name for rule in lint.load(folder, select=select, ignore=ignore)] == names


@pytest.mark.parametrize("option", ["select", "ignore"])
def test_a_misspelt_name_gets_a_suggestion(folder: Path, option: str) -> None:
    with pytest.raises(UsageError, match="there is no rule a-bat") as raised:
        lint.load(folder, **{option: ["a-bat"]})
    assert "Did you mean a-bad?" in raised.value.remedy


def test_every_field_arrives(tmp_path: Path) -> None:
    rule = make(
        tmp_path,
        match={"kinds": ["Pod"]},
        forEach="container",
        matchConditions=[{"name": "a", "expression": "true"}],
        variables=[{"name": "b", "expression": "1"}],
        severityExpression="'info'",
        at="/image",
        params={"least": 3},
        knownProblems="None.\n",
        peersSay="Nothing.",
        fix={"safe": True, "patch": [{"op": "remove", "path": "/image"}]},
        examples={
            "pass": [{"name": "p", "manifests": POD, "closed": True, "provider": "aks"}] * 2,
            "fail": [{"name": "f", "manifests": POD, "at": "/kind", "severity": "info"}] * 2,
            "unknown": [{"name": "u", "manifests": POD}],
        },
    )
    assert (rule.group, rule.kinds, rule.match_group, rule.for_each) == ("testing", ("Pod",), "", "container")
    assert (rule.match_conditions[0].name, rule.variables[0].expression) == ("a", "1")
    assert (rule.severity_expression, rule.at, rule.parameters) == ("'info'", "/image", (("least", 3),))
    assert (rule.known_problems, rule.peers_say) == ("None.", "Nothing.")
    assert (rule.examples.passing[0].closed, rule.examples.passing[0].provider) == (True, "aks")
    assert (rule.examples.failing[0].at, rule.examples.failing[0].severity) == ("/kind", Severity.info)
    assert rule.examples.unknown[0].name == "u"


def test_a_new_rule_is_one_new_file(folder: Path) -> None:
    before = lint.load(folder)
    write(folder, name="throw-away")
    after = lint.load(folder)
    assert [rule for rule in after if rule.name != "throw-away"] == list(before)
    (new,) = lint.load(folder, select=["throw-away"])
    assert [violation.rule for violation in find(new, POD)] == ["throw-away"]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({}, "pass example 'a': finds warning at / (Pod): bad"),
        ({"expression": "true"}, "fail example 'a': finds nothing"),
        ({"at": "/kind"}, "fail example 'a': finds warning at /kind (Pod): bad, not a finding at /"),
        ({"severityExpression": "'info'"}, "names no severity"),
        ({"expression": "unknown('x') == true"}, "pass example 'a': finds unknown warning at / (Pod): not decided: x"),
        ({"expression": "unknown('x') == true"}, "fail example 'a': finds unknown warning at / (Pod): not decided: x"),
        ({"expression": "object.absent"}, "it must be BOOL"),
        ({"expression": "object.absent == 1"}, "rule object-bad broke on Pod a"),
        ({"messageExpression": "1"}, "it must be STRING"),
        ({}, "fail example 'a' stands there twice"),
    ],
)
def test_examples_tell_what_is_wrong(tmp_path: Path, changed: dict[str, Any], problem: str) -> None:
    assert any(problem in each for each in examples.check(make(tmp_path, **changed), parse))


def test_an_unknown_example_that_is_decided(tmp_path: Path) -> None:
    unknown = {**fields()["examples"], "unknown": [{"name": "u", "manifests": POD}]}
    problems = examples.check(make(tmp_path, expression="true", examples=unknown), parse)
    assert "unknown example 'u': is decided: nothing is found" in problems


def test_the_schema_names_every_group_and_describes_every_field() -> None:
    schema = json.loads((resources.folder("schemas") / "rule.schema.json").read_text())
    assert set(schema["properties"]["match"]["then"]["enum"]) == {*GROUPS, ANY}
    for name, field in schema["properties"].items():
        assert field.get("description"), name
