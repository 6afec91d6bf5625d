"""`chartgen rules` and `chartgen schema`."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from configuring import RULE
from conftest import ROOT, RULES
from invocation import invoke

RULE_FILES = sorted((ROOT / "rules").glob("*/*.yaml"))
SHIPPED = RULE_FILES[0].stem
SUPPRESSIONS = {
    "baseline-outdated",
    "suppression-expired",
    "suppression-locked",
    "suppression-unused",
    "suppression-without-reason",
    "unknown-rule",
}


def test_every_rule_is_listed_in_its_group() -> None:
    listed = {(row["group"], row["name"]) for row in json.loads(invoke("rules", "list", "--format", "json").out)}
    assert listed >= {(path.parent.name, path.stem) for path in RULE_FILES}
    assert {name for group, name in listed if group == "input"} == {"schema-invalid", "yaml-invalid"}
    assert {name for group, name in listed if group == "suppressions"} == SUPPRESSIONS


def test_the_table_has_one_line_for_each_rule() -> None:
    result = invoke("rules", "list")
    names = [line.split()[0] for line in result.out.splitlines() if line.startswith("  ")]
    diagnostics = {"schema-invalid", "yaml-invalid", "render-nondeterministic", "values-schema-missing", *SUPPRESSIONS}
    assert set(names) == {*(path.stem for path in RULE_FILES), *diagnostics}
    assert result.out.endswith(f"{len(names)} rules; for one of them: chartgen rules explain NAME\n")


@pytest.mark.parametrize("name", ["schema-invalid", *(path.stem for path in RULE_FILES)])
def test_every_rule_can_be_explained(name: str) -> None:
    result = invoke("rules", "explain", name)
    assert result.code == 0
    assert f"[{name}]: " in result.out.splitlines()[0]
    assert "\nWhy\n    " in result.out
    assert "\nWhat to do\n    " in result.out


def test_a_misspelt_name_gets_the_closest_one() -> None:
    result = invoke("rules", "explain", "schema-invlid")
    assert (result.code, result.out) == (2, "")
    assert "did you mean schema-invalid?" in result.err


def test_a_folder_of_rules_is_tested_by_its_examples(tmp_path: Path) -> None:
    rule = RULES / "testing" / "image-moves.yaml"
    copy = tmp_path / rule.parent.name / rule.name
    copy.parent.mkdir()
    copy.write_text(rule.read_text())
    sound = invoke("rules", "test", tmp_path)
    assert (sound.code, sound.err) == (0, "")
    assert sound.out.startswith("1 rule sound, ")
    lines = rule.read_text().splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("expression:"))
    end = next(index for index in range(start + 1, len(lines)) if lines[index][:1].isalpha())
    copy.write_text("\n".join([*lines[:start], "expression: 'true'", *lines[end:]]))
    broken = invoke("rules", "test", tmp_path)
    assert broken.code == 5
    assert "finds nothing" in broken.out
    assert "1 of 1 rule broken" in broken.out


def test_the_rules_of_the_tests_are_sound() -> None:
    result = invoke("rules", "test", RULES)
    assert (result.code, result.err) == (0, "")


def test_a_file_that_is_no_rule_ends_with_5(tmp_path: Path) -> None:
    (tmp_path / "group").mkdir()
    (tmp_path / "group" / "a-rule.yaml").write_text("name: a-rule\n")
    result = invoke("rules", "test", tmp_path)
    assert result.code == 5
    assert "a-rule.yaml" in result.err
    for text in ("a: [", "\0"):
        (tmp_path / "group" / "a-rule.yaml").write_text(text)
        result = invoke("rules", "test", tmp_path)
        assert (result.code, "group/a-rule.yaml:1:" in result.err) == (5, True)


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a-rule.yaml").write_text("name: a-rule\n")
    result = invoke("rules", "test", tmp_path)
    assert result.code == 2
    assert "<group>/<name>.yaml" in result.err


@pytest.mark.parametrize(
    ("name", "alias", "message"),
    [
        ("yaml-invalid", "few", "yaml-invalid.yaml: a rule named yaml-invalid stands in chartgen itself too"),
        ("few-replicas", "yaml-invalid", "few-replicas.yaml: rule few-replicas is broken: yaml-invalid is the name of"),
        ("few-replicas", SHIPPED, f"few-replicas.yaml: rule few-replicas is broken: {SHIPPED} is the name of"),
    ],
)
def test_a_rule_that_takes_a_name_of_chartgen_is_named(tmp_path: Path, name: str, alias: str, message: str) -> None:
    (tmp_path / "mine").mkdir()
    rule = RULE.replace("name: replicas-few", f"name: {name}").replace("[few-replicas]", f"[{alias}]")
    (tmp_path / "mine" / f"{name}.yaml").write_text(rule)
    result = invoke("rules", "list", "--rules", tmp_path)
    assert result.code == 5
    assert f"/mine/{message}" in " ".join(result.err.split())


@pytest.mark.parametrize("name", ["values", "rule", "report"])
def test_schemas_are_printed_and_are_schemas(name: str) -> None:
    result = invoke("schema", name)
    assert result.code == 0
    schema = json.loads(result.out)
    jsonschema.Draft202012Validator.check_schema(schema)


def test_the_values_schema_is_the_default() -> None:
    assert invoke("schema").out == invoke("schema", "values").out
