"""A repository with a manifest, a rule of its own and a configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import RULES
from invocation import Result, invoke

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
  - name: one
    image: vllm/vllm-openai:latest
"""
RULE = """\
name: replicas-few
aliases: [few-replicas]
title: Few replicas
severity: warning
match: workload
scope: object
params: {least: 2, names: [a]}
expression: object.spec.?replicas.orValue(1) >= params.least
messageExpression: "'fewer than %s'.format([string(params.least)])"
at: /spec/replicas
why: One is not enough.
remedy: Set more.
references: [https://example.com]
since: 0.1.0
examples:
  pass:
  - {name: a, manifests: "WIDGET spec: {replicas: 2, pod: {template: {}}}}"}
  - {name: b, manifests: "WIDGET spec: {replicas: 3, pod: {template: {}}}}"}
  fail:
  - {name: a, at: /spec/replicas, manifests: "WIDGET spec: {pod: {template: {}}}}"}
  - {name: b, at: /spec/replicas, manifests: "WIDGET spec: {replicas: 1, pod: {template: {}}}}"}
""".replace("WIDGET", "{apiVersion: example.com/v1, kind: Widget, metadata: {name: a},")
WIDGET = "{apiVersion: example.com/v1, kind: Widget, metadata: {name: a}, spec: {replicas: 2, pod: {template: {}}}}\n"
OPENED = """\
name: mode-opened
title: The developer mode is on
severity: warning
match: workload
scope: object
forEach: container
expression: "!container.?env.orValue([]).exists(each, each.name == 'VLLM_SERVER_DEV_MODE')"
messageExpression: "'the developer mode is on'"
at: related:developerSettings
fix:
  safe: false
  patch:
  - {op: add, path: /env, valueExpression: "container.env.filter(each, each.name != 'VLLM_SERVER_DEV_MODE')"}
why: It opens the server.
remedy: Leave it out.
references: [https://example.com]
since: 0.1.0
examples: {}
"""
WITH_RULES = {
    "lint": {
        "ruleFolders": ["policies"],
        "podTemplates": [{"kind": "example.com/Widget", "path": "/spec/pod/template"}],
    }
}


def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a manifest in a folder of its own, which is the working directory."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "policies" / "mine").mkdir(parents=True)
    (tmp_path / "policies" / "mine" / "replicas-few.yaml").write_text(RULE)
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "pod.yaml").write_text(POD)
    (tmp_path / "deploy" / "widget.yaml").write_text(WIDGET)
    monkeypatch.chdir(tmp_path / "deploy")
    return tmp_path


def configure(folder: Path, value: Any, name: str = ".chartgen.yaml") -> Path:
    file = folder / name
    file.write_text(value if isinstance(value, str) else yaml.safe_dump(value))
    return file


def open_rule(folder: Path) -> Path:
    """A folder of rules with one that finds a variable, and has a fix that writes all the others anew."""
    (folder / "opened" / "testing").mkdir(parents=True)
    (folder / "opened" / "testing" / "mode-opened.yaml").write_text(OPENED)
    return folder / "opened"


def rules(result: Result) -> list[str]:
    return [finding["rule"] for finding in json.loads(result.out)["findings"]]


def linted(*arguments: object, **options: Any) -> Result:
    return invoke("lint", "pod.yaml", "--rules", RULES, "--format", "json", *arguments, **options)
