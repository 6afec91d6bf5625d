"""What a confidential rule points at is in no output, whatever else stands on its lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from configuring import open_rule
from conftest import ROOT
from invocation import invoke

from chartgen.report.formats import names

SECRETS = ("hf_notarealtoken", "token-abc123", "token-xyz789", "MIIEvQIBADANBgkqhkiG9w0BAQEF")
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: engine}
spec:
  containers:
  - name: vllm
    image: vllm/vllm-openai:v0.33.0
    args: [--model, google/gemma-2-9b-it]
    env: [{name: VLLM_SERVER_DEV_MODE, value: "1"}, {name: HF_TOKEN, value: hf_notarealtoken}]
  - name: client
    image: example.com/client:1
    command:
    - sh
    - -c
    - |
      echo start
      exec client --api-key token-abc123
    env:
    - name: OPENAI_API_KEY
      value: token-xyz789
---
apiVersion: v1
kind: ConfigMap
metadata: {name: engine}
data:
  tls.pem: "-----BEGIN PRIVATE KEY-----
    MIIEvQIBADANBgkqhkiG9w0BAQEF
    -----END PRIVATE KEY-----"
"""
FOUND = ["9:70", "15:7", "20:7", "26:3"]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pod.yaml").write_text(POD)
    open_rule(tmp_path)


def told(*options: str) -> str:
    """What a run prints, once it is clear that none of the secrets is in it."""
    select = () if "--select" in options else ("--select", "secret-literal,mode-opened")
    done = invoke("lint", "pod.yaml", "--rules", "opened", *select, *options)
    for secret in SECRETS:
        assert secret not in done.out + done.err, options
    return done.out


def test_the_text_names_the_place_and_quotes_nothing_of_it() -> None:
    text = told("--select", "secret-literal")
    assert [line.split()[1].removeprefix("pod.yaml:") for line in text.splitlines() if "-->" in line] == FOUND
    assert " |     env" not in text
    assert "the variable HF_TOKEN holds a secret" in text


def test_a_line_that_holds_a_secret_is_not_quoted_for_another_finding() -> None:
    text = told()
    assert "9 |     (not shown)" in text.split("warning[mode-opened]")[1]
    Path("pod.yaml").write_text(POD.replace("hf_notarealtoken", '""'))
    assert "9 |     env: [{name: VLLM_SERVER_DEV_MODE" in told()


def test_a_suppressed_one_is_not_quoted_either() -> None:
    Path("pod.yaml").write_text(
        POD.replace(
            "{name: engine}", ('{name: engine, annotations: {chartgen.dev/ignore.secret-literal: "of a test"}}'), 1
        )
    )
    assert "9 |     (not shown)" in told().split("warning[mode-opened]")[1]


@pytest.mark.parametrize(
    "script",
    [
        "|\n      echo\n\n      exec client --api-key token-abc123",
        "!!str |2-\n      exec client --api-key token-abc123",
        "exec client\n      --api-key token-abc123",
        "'exec client\n       --api-key token-abc123'",
    ],
)
def test_all_lines_of_a_script_are_kept(script: str) -> None:
    head, _, tail = POD.partition("- |\n")
    Path("pod.yaml").write_text(f"{head}- {script}\n    env:{tail.partition('    env:')[2]}")
    text = told("--diff", "--unsafe-fixes", "--select", "secret-literal")
    assert " (not shown)\n     env:\n" in text


@pytest.mark.parametrize("format", names())
def test_no_format_holds_it(format: str) -> None:
    assert "secret-literal" in told("--format", format)
    assert "secret-literal" in told("--format", format, "--select", "secret-literal")


def test_a_fix_that_writes_it_anew_is_left_out() -> None:
    findings = json.loads(told("--format", "json"))["findings"]
    fixes = {each["rule"]: each["fix"] for each in findings if each["path"].startswith("/spec/containers/0")}
    assert fixes["mode-opened"] is None
    assert [each["op"] for each in fixes["secret-literal"]["operations"]] == ["remove", "add"]
    Path("pod.yaml").write_text(POD.replace("hf_notarealtoken", '""'))
    findings = json.loads(told("--format", "json"))["findings"]
    assert [each["fix"] is None for each in findings if each["rule"] == "mode-opened"] == [False]


@pytest.mark.parametrize("colour", [False, True])
def test_a_diff_says_what_changes_without_it(colour: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if colour:
        monkeypatch.setenv("FORCE_COLOR", "1")
    text = told("--diff", "--unsafe-fixes", "--select", "secret-literal,mode-opened")
    assert "-    (not shown)\n" in text or colour
    assert "+      valueFrom:" in text
    assert "       (not shown)" in text


def test_a_rule_of_ones_own_can_be_confidential() -> None:
    folder = Path("own/testing")
    folder.mkdir(parents=True)
    text = (ROOT / "tests/rules/testing/image-moves.yaml").read_text()
    (folder / "image-kept-secret.yaml").write_text(
        text.replace("name: image-moves", "name: image-kept-secret\nconfidential: true", 1)
    )
    Path("pod.yaml").write_text(
        "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: a:latest}]}}\n"
    )
    text = invoke("lint", "pod.yaml", "--rules", "own", "--select", "image-kept-secret").out
    assert "[image-kept-secret]" in text
    assert "containers:" not in text
