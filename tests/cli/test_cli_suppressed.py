"""How reports show what is suppressed or stands in a baseline."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from configuring import open_rule
from conftest import ROOT, RULES
from invocation import invoke

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
  - name: one
    image: vllm/vllm-openai:latest  # chartgen: ignore[image-moves] pinned by the mirror
  - name: two
    image: vllm/vllm-openai:latest
"""
OPTIONS = ("--rules", RULES, "--select", "image-moves,suppressions")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pod.yaml").write_text(POD)


def test_the_summary_counts_them() -> None:
    text = invoke("lint", "pod.yaml", *OPTIONS).out
    assert "found 1 error in 1 object; 1 suppressed\n" in text
    summary = json.loads(invoke("lint", "pod.yaml", *OPTIONS, "--format", "json").out)["summary"]
    assert (summary["error"], summary["suppressed"], summary["baselined"]) == (1, 1, 0)
    invoke("lint", "pod.yaml", *OPTIONS, "--write-baseline", "b.json")
    assert invoke("lint", "pod.yaml", *OPTIONS, "--baseline", "b.json").out == (
        "no findings in 1 object; 1 suppressed, 1 in the baseline\n"
    )


def test_text_lists_them_on_demand() -> None:
    listed = "suppressed[image-moves]: pod.yaml:7:5  pinned by the mirror\n"
    assert listed not in invoke("lint", "pod.yaml", *OPTIONS).out
    assert listed in invoke("lint", "pod.yaml", *OPTIONS, "--show-suppressed").out


def test_json_lists_them_on_demand_with_reason_and_place() -> None:
    schema = json.loads((ROOT / "schemas" / "report.schema.json").read_text())
    shown = json.loads(invoke("lint", "pod.yaml", *OPTIONS, "--format", "json", "--show-suppressed").out)
    jsonschema_rs.validator_for(schema).validate(shown)
    assert [each["suppressed"] for each in shown["findings"]] == [
        {"reason": "pinned by the mirror", "location": {"file": "pod.yaml", "line": 7, "column": 37}},
        None,
    ]
    assert shown["summary"]["error"] == 1
    plain = json.loads(invoke("lint", "pod.yaml", *OPTIONS, "--format", "json").out)
    assert [each["suppressed"] for each in plain["findings"]] == [None]


def test_sarif_lists_them_on_demand() -> None:
    schema = json.loads((ROOT / "tests" / "report" / "sarif-schema-2.1.0.json").read_text())
    for part in ("run", "toolComponent"):
        del schema["definitions"][part]["properties"]["language"]["pattern"]  # it is no regular expression
    shown = json.loads(invoke("lint", "pod.yaml", *OPTIONS, "--format", "sarif", "--show-suppressed").out)
    jsonschema_rs.validator_for(schema).validate(shown)
    first, second = shown["runs"][0]["results"]
    (suppression,) = first["suppressions"]
    assert (suppression["kind"], suppression["justification"]) == ("inSource", "pinned by the mirror")
    assert suppression["location"]["physicalLocation"]["region"]["startLine"] == 7
    assert second["suppressions"] == []
    (only,) = json.loads(invoke("lint", "pod.yaml", *OPTIONS, "--format", "sarif").out)["runs"][0]["results"]
    assert "suppressions" not in only


@pytest.mark.parametrize("format", ["junit", "github", "gitlab", "markdown"])
def test_other_formats_leave_them_out(format: str) -> None:
    shown = invoke("lint", "pod.yaml", *OPTIONS, "--format", format, "--show-suppressed").out
    assert shown == invoke("lint", "pod.yaml", *OPTIONS, "--format", format).out
    assert "containers/0" not in shown


def test_writing_a_baseline_and_fixing_exclude_each_other() -> None:
    result = invoke("lint", "pod.yaml", "--write-baseline", "b.json", "--diff")
    assert (result.code, Path("b.json").exists()) == (2, False)


def test_what_lies_in_a_container_is_suppressed_with_it(tmp_path: Path) -> None:
    """Also by a rule whose findings stand at a variable of it."""
    text = """\
apiVersion: v1
kind: Pod
metadata:
  name: a
  annotations: {SUPPRESSED}
spec:
  containers:
  - name: vllm
    image: vllm/vllm-openai:v0.33.0
    args: [--model, google/gemma-2-9b-it]
    env: [{name: A, value: a}, {name: VLLM_SERVER_DEV_MODE, value: "1"}]
"""
    select = ("--rules", open_rule(tmp_path), "--select", "mode-opened")
    Path("pod.yaml").write_text(text.replace("SUPPRESSED", ""))
    [found] = json.loads(invoke("lint", "pod.yaml", *select, "--format", "json").out)["findings"]
    assert found["path"] == "/spec/containers/0/env/1"
    hidden = "chartgen.dev/ignore.mode-opened.vllm: a test"
    Path("pod.yaml").write_text(text.replace("SUPPRESSED", hidden))
    assert invoke("lint", "pod.yaml", *select).out == "no findings in 1 object; 1 suppressed\n"
    Path("pod.yaml").write_text(text.replace("SUPPRESSED", hidden.replace(".vllm:", ".other:")))
    assert "suppressed" not in invoke("lint", "pod.yaml", *select).out
