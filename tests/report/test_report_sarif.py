"""The SARIF report against the standard's schema and against what GitHub reads.

`sarif-schema-2.1.0.json` is the schema of the OASIS committee (https://github.com/oasis-tcs/sarif-spec), taken from the
crate serde-sarif 0.8.0 as it is.
"""

from __future__ import annotations

import json
import re
import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import jsonschema_rs
import pytest
from conftest import ROOT, RULES, Run
from hypothesis import given
from report_samples import (
    ALL,
    DEPLOYMENT,
    EVIL,
    FILES,
    FLOATING,
    NOTED,
    RENDERED,
    SHARED,
    TEXTS,
    UNKNOWN,
    UNREADABLE,
    nasty,
    report,
)

from chartgen.model.finding import Finding
from chartgen.model.location import Location
from chartgen.model.manifest import Source
from chartgen.report.content import Report
from chartgen.report.fingerprint import fingerprint
from chartgen.report.formats import render

SCHEMA = json.loads((Path(__file__).parent / "sarif-schema-2.1.0.json").read_text())
# No regular expression by the rules of JSON Schema; chartgen says nothing about languages.
for part in ("run", "toolComponent"):
    SCHEMA["definitions"][part]["properties"]["language"].pop("pattern", None)
VALIDATOR = jsonschema_rs.validator_for(SCHEMA, validate_formats=True)


def log(given: Report) -> dict[str, Any]:
    text = render(given, "sarif")
    text.encode("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    VALIDATOR.validate(loaded)
    return loaded


def run_of(*findings: Finding, sources: tuple[Source, ...] | None = None) -> dict[str, Any]:
    made = report(*findings) if sources is None else report(*findings, sources=sources)
    run: dict[str, Any] = log(made)["runs"][0]
    return run


def result_of(finding: Finding) -> dict[str, Any]:
    result: dict[str, Any] = run_of(finding)["results"][0]
    return result


def physical(finding: Finding) -> dict[str, Any]:
    place: dict[str, Any] = result_of(finding)["locations"][0]["physicalLocation"]
    return place


def test_the_schema_is_a_real_one() -> None:
    assert not VALIDATOR.is_valid({"version": "2.1.0"})
    broken = log(report(SHARED))
    broken["runs"][0]["results"][0]["level"] = "info"
    assert not VALIDATOR.is_valid(broken)


def test_every_sort_of_finding_is_valid() -> None:
    assert len(run_of(*ALL)["results"]) == len(ALL)
    assert run_of()["results"] == []


def test_columns_are_code_points_and_a_region_ends_behind_the_value() -> None:
    run = run_of(SHARED)
    assert run["columnKind"] == "unicodeCodePoints"
    wide = Source("a.yaml", "x\u2028y: 1\r\n'模型😀': {a: b}\n")
    run = run_of(replace(SHARED, location=Location("a.yaml", 2, 1), related=()), sources=(wide,))
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": len("'模型😀': {a: b}") + 1}
    assert physical(SHARED)["region"] == {"startLine": 3, "startColumn": 3, "endLine": 3, "endColumn": 14}
    assert physical(FLOATING)["region"] == {"startLine": 7, "startColumn": 9}


def test_levels_and_kinds() -> None:
    shown = [(result["kind"], result["level"]) for result in run_of(SHARED, FLOATING, NOTED, UNKNOWN)["results"]]
    assert shown == [("fail", "error"), ("fail", "warning"), ("fail", "note"), ("open", "none")]


def test_a_rule_has_its_reason_remedy_sources_and_level() -> None:
    run = run_of(FLOATING)
    rule = run["tool"]["driver"]["rules"][run["results"][0]["ruleIndex"]]
    assert rule["id"] == run["results"][0]["ruleId"] == "image-tag-floating"
    assert rule["defaultConfiguration"] == {"level": "warning"}
    assert rule["properties"]["problem.severity"] == "warning"
    assert rule["helpUri"] == "https://kubernetes.io/docs/concepts/containers/images/"
    assert rule["fullDescription"]["text"] == "A tag moves. And moves.\n\nSo <it> does."
    assert "Name a release, or keep `strategy: Recreate`." in rule["help"]["text"]
    assert "or keep `strategy: Recreate`." in rule["help"]["markdown"]
    assert "&lt;it&gt;" in rule["help"]["markdown"].replace("&#60;", "&lt;").replace("&#62;", "&gt;")
    assert "- <https://kubernetes.io/docs/concepts/containers/images/>\n- the manual" in rule["help"]["markdown"]


def test_a_rendered_chart_is_marked_as_a_file_and_never_at_a_line_of_helms_output() -> None:
    result = result_of(RENDERED)
    for place, file in ((result["locations"][0], "app.yaml"), (result["relatedLocations"][0], "claim.yaml")):
        assert place["physicalLocation"] == {
            "artifactLocation": {"uri": f"chart/templates/{file}", "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 1},
        }
    assert "line 42 of what Helm renders" in result["message"]["text"]
    packed = physical(replace(RENDERED, location=Location("dist/app-1.tgz/templates/a.yaml", 4, 2)))
    assert packed["artifactLocation"]["uri"] == "dist/app-1.tgz"


def test_related_places_have_numbers_and_labels() -> None:
    related = result_of(SHARED)["relatedLocations"]
    assert [(each["id"], each["message"]["text"]) for each in related] == [(1, "the access modes")]
    assert related[0]["physicalLocation"]["artifactLocation"]["uri"] == "deploy/claim.yaml"
    assert related[0]["physicalLocation"]["region"] == {"startLine": 5, "startColumn": 3}


def test_fingerprints_are_those_of_the_json_report_and_tell_findings_of_one_line_apart() -> None:
    assert result_of(SHARED)["partialFingerprints"] == {"chartgen/v1": fingerprint(SHARED)}
    other = replace(RENDERED, object=replace(DEPLOYMENT, name="other"))
    for pair in ((RENDERED, other), (RENDERED, RENDERED), (FLOATING, replace(FLOATING, path="/z")), (FLOATING,) * 2):
        prints = [result["partialFingerprints"] for result in run_of(*pair)["results"]]
        assert [each["chartgen/v1"] for each in prints] == [fingerprint(finding) for finding in pair]
        assert len({each["primaryLocationLineHash"] for each in prints}) == 2


def test_files_are_named_from_the_root_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = tmp_path / "repository" / "sub"
    below.mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    (below / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    monkeypatch.chdir(below)
    for name, uri in (
        ("a.yaml", "sub/a.yaml"),
        ("./x/../a.yaml", "sub/a.yaml"),
        ("../b.yaml", "b.yaml"),
        (str(below / "a.yaml"), "sub/a.yaml"),
        ("link.yaml", "sub/link.yaml"),
        ("a b#c%:d.yaml", "sub/a%20b%23c%25%3Ad.yaml"),
        ("模\udcff.yaml", "sub/%E6%A8%A1%FF.yaml"),
    ):
        place = physical(replace(FLOATING, location=Location(name, 1, 1)))
        assert place["artifactLocation"] == {"uri": uri, "uriBaseId": "%SRCROOT%"}, name
    outside = physical(replace(FLOATING, location=Location("../../o.yaml", 1, 1)))
    assert outside["artifactLocation"] == {"uri": f"file://{tmp_path}/o.yaml"}
    stdin = physical(replace(FLOATING, location=Location("<stdin>", 1, 1)))
    assert stdin["artifactLocation"] == {"uri": "%3Cstdin%3E"}


def test_no_machine_is_told_from_another() -> None:
    assert str(ROOT) not in render(report(*ALL), "sarif")


@pytest.mark.parametrize("text", EVIL)
def test_hostile_texts_make_no_link_and_no_placeholder(text: str) -> None:
    check(text, text)


@given(text=TEXTS, file=FILES)
def test_any_text_is_valid(text: str, file: str) -> None:
    check(text, file)


def check(text: str, file: str) -> None:
    result = result_of(nasty(text, file))
    messages = [result["message"]["text"], *(each["message"]["text"] for each in result["relatedLocations"] if text)]
    for message in messages:
        assert "](" not in message
        assert not re.search(r"(?<!\{)(\{\{)*\{[0-9]+\}", message)
        assert not {unicodedata.category(character) for character in message} & {"Cc", "Cs"}
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9._~/%:-]*", uri)
    assert urlsplit(uri).scheme in {"", "file"}
    assert b"\0" not in unquote_to_bytes(uri) or "\0" in file


def test_what_chartgen_finds_is_valid(chartgen: Run, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    origin = (ROOT / "tests" / "origins" / "aks-spot-azure-disk.yaml").read_text().replace(":main", ":latest")
    (tmp_path / "a.yaml").write_text(origin)
    done = chartgen("lint", "a.yaml", "--rules", RULES, "--format", "sarif", "--show-unknown")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    VALIDATOR.validate(found)
    run = found["runs"][0]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert run["results"]
    assert {result["ruleId"] for result in run["results"]} <= rules
    first = next(result for result in run["results"] if result["ruleId"] == "image-moves")
    region = first["locations"][0]["physicalLocation"]["region"]
    line = origin.split("\n")[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1].startswith("image: ")


def test_an_unreadable_file_has_no_logical_place() -> None:
    assert "logicalLocations" not in result_of(UNREADABLE)["locations"][0]
    assert result_of(SHARED)["locations"][0]["logicalLocations"][0]["name"] == "vllm"
