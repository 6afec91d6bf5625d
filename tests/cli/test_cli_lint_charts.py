"""`chartgen lint CHART` as a user sees it: templates, values and sets of values."""

from __future__ import annotations

import html
import json
from pathlib import Path

import jsonschema_rs
import pytest
from conftest import ROOT, RULES
from invocation import invoke

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
  - name: a
    image: {{ .Values.image }}
"""


@pytest.fixture(autouse=True)
def _chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "web/templates").mkdir(parents=True)
    (tmp_path / "web/Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 0.1.0\n")
    (tmp_path / "web/values.yaml").write_text("# the engine\nimage: a:v1\n")
    (tmp_path / "web/templates/pod.yaml").write_text(POD)
    (tmp_path / "prod.yaml").write_text("image: vllm/vllm-openai:latest\n")


def test_the_report_begins_with_the_template_and_ends_with_the_key_to_change() -> None:
    result = invoke(
        "lint", "web", "--rules", RULES, "--values", "prod.yaml", "--select", "image-moves", "--fail-on", "warning"
    )
    assert (result.code, result.err) == (1, "")
    lines = result.out.splitlines()
    assert lines[1:16] == [
        " --> web/templates/pod.yaml:7:5  Pod a",
        "  |",
        "7 |     image: {{ .Values.image }}",
        "  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^",
        " ::: web/templates/pod.yaml:7:5  (rendered)",
        "  |",
        "7 |     image: vllm/vllm-openai:latest",
        "  |     ------------------------------",
        " ::: prod.yaml:1:1",
        "  |",
        "1 | image: vllm/vllm-openai:latest",
        "  | ------------------------------ values key image",
        "  = in 1 of 2 value sets: prod.yaml",
        "  |",
        lines[15],
    ]


def test_json_follows_its_schema_and_names_the_place_for_editors() -> None:
    result = invoke("lint", "web", "--rules", RULES, "--values", "prod.yaml", "--format", "json")
    report = json.loads(result.out)
    jsonschema_rs.validator_for(json.loads((ROOT / "schemas/report.schema.json").read_text())).validate(report)
    finding = next(each for each in report["findings"] if each["rule"] == "image-moves")
    assert finding["template"]["line"] == 7
    assert finding["values"] == [{"key": "image", "file": "prod.yaml", "line": 1, "column": 1}]
    assert finding["valueSets"] == {"names": ["prod.yaml"], "total": 2}


def test_values_files_are_refused_where_they_mean_nothing() -> None:
    assert invoke("lint", "web", "--values", "missing.yaml").code == 2
    refused = invoke("lint", "prod.yaml", "--values", "prod.yaml")
    assert refused.code == 2
    assert "--values is for charts" in refused.err


def test_a_chart_without_a_schema_of_its_values_is_told_to_who_asks_for_everything(tmp_path: Path) -> None:
    def found(*options: str) -> list[str]:
        report = json.loads(invoke("lint", "web", "--values", "prod.yaml", "--format", "json", *options).out)
        return [f["location"]["file"] for f in report["findings"] if f["rule"] == "values-schema-missing"]

    assert found("--profile", "strict") == ["web/values.yaml"]
    assert found() == []
    (tmp_path / "web/values.schema.json").write_text('{"type": "object"}')
    assert found("--profile", "strict") == []


@pytest.mark.parametrize("form", ["json", "sarif", "github", "junit", "markdown"])
def test_a_report_says_what_was_not_linted(form: str, tmp_path: Path) -> None:
    (tmp_path / "web/templates/pod.yaml").write_text('{{ fail "no model" }}\n')
    done = invoke("lint", "web", "--format", form)
    assert done.code == 4
    assert "web was not linted: nothing was rendered" in html.unescape(done.out)
    if form == "sarif":
        [run] = json.loads(done.out)["runs"]
        assert run["invocations"][0]["executionSuccessful"] is False


@pytest.mark.parametrize("asked", ["template", "schema"])
def test_a_chart_that_wants_other_values_is_told_with_the_option(asked: str, tmp_path: Path) -> None:
    if asked == "template":
        (tmp_path / "web/templates/pod.yaml").write_text('{{ required "no model" .Values.model }}\n')
    else:
        (tmp_path / "web/values.schema.json").write_text('{"required": ["model"]}')
    result = invoke("lint", "web", "--rules", RULES)
    assert (result.code, "model" in result.err) == (4, True)
    assert "= help: Where it wants other values, give them with --values FILE." in result.err
    (tmp_path / "model.yaml").write_text("model: a\n")
    given = invoke("lint", "web", "--rules", RULES, "--values", "model.yaml", "--fail-on", "never")
    assert (given.code, "--values" in given.err) == (3 if asked == "template" else 0, False)


@pytest.mark.parametrize("engine", ["embedded", "binary"])
def test_a_library_chart_renders_to_nothing_and_is_no_failure(engine: str, tmp_path: Path) -> None:
    (tmp_path / "common/templates").mkdir(parents=True)
    (tmp_path / "common/Chart.yaml").write_text("apiVersion: v2\nname: common\nversion: 0.1.0\ntype: library\n")
    (tmp_path / "common/templates/_names.tpl").write_text('{{ define "name" }}a{{ end }}\n')
    result = invoke("lint", "common", "--rules", RULES, "--helm-engine", engine)
    assert (result.code, result.err) == (0, "")
    assert "note: common is a library chart, which renders to nothing by itself\n" in result.out
