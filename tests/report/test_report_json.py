"""The JSON report and its schema."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema_rs
import pytest
from conftest import ROOT

from chartgen.model.finding import Finding, ObjectRef, Related, Severity
from chartgen.model.location import Location
from chartgen.report.content import Report, RuleNote
from chartgen.report.formats import names, render

OBJECT = ObjectRef("apps/v1", "Deployment", "", "vllm")
FINDING = Finding(
    "rwo-shared-replicas",
    Severity.error,
    "claim 模型 is shared",
    OBJECT,
    "/spec/replicas",
    Location("a.yaml", 3, 5),
    (Related(Location("b.yaml", 1, 1), ObjectRef("v1", "PersistentVolumeClaim", "x", "models"), "/spec", "claim"),),
)
UNREADABLE = Finding(
    "yaml-invalid", Severity.error, "a tab", ObjectRef("", "", "", ""), "", Location("c\udcff.yaml", 1, 1)
)
UNKNOWN = replace(FINDING, unknown=True, rendered=True)
NOTE = RuleNote("rwo-shared-replicas", "Replicas share a disk", Severity.error, "Do not.", ("K8s docs",))


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "schemas" / "report.schema.json").read_text())
    return loaded


def document(*findings: Finding) -> dict[str, Any]:
    text = render(Report(findings, (NOTE,), (), 4, "1.37", {"keda.sh/v1alpha1 ScaledObject": 1}), "json")
    text.encode("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def closed(node: Any) -> Any:
    """The schema with every described object closed: in a test no key may be missing from it."""
    if isinstance(node, dict):
        extra = {} if "properties" not in node else {"additionalProperties": False}
        return {key: closed(value) for key, value in node.items()} | extra
    return [closed(member) for member in node] if isinstance(node, list) else node


def test_every_key_is_described_by_the_schema(schema: dict[str, Any]) -> None:
    jsonschema_rs.validator_for(closed(schema)).validate(document(FINDING, UNREADABLE, UNKNOWN))
    jsonschema_rs.validator_for(closed(schema)).validate(document())


def test_the_schema_refuses_another_version_and_a_finding_without_place(schema: dict[str, Any]) -> None:
    validator = jsonschema_rs.validator_for(schema)
    report = document(FINDING)
    assert not validator.is_valid({**report, "version": 2})
    del report["findings"][0]["location"]["line"]
    assert not validator.is_valid(report)


def test_a_finding_says_what_it_holds() -> None:
    report = document(FINDING, UNKNOWN)
    assert report["summary"] == {
        "objects": 4,
        "error": 1,
        "warning": 0,
        "info": 0,
        "unknown": 1,
        "suppressed": 0,
        "baselined": 0,
        "skipped": 0,
        "kubeVersion": "1.37",
        "unchecked": {"keda.sh/v1alpha1 ScaledObject": 1},
    }
    first = report["findings"][0]
    assert first["message"] == "claim 模型 is shared"
    assert first["object"] == {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": "", "name": "vllm"}
    assert (first["path"], first["location"]) == ("/spec/replicas", {"file": "a.yaml", "line": 3, "column": 5})
    assert first["related"][0]["location"]["file"] == "b.yaml"
    assert report["rules"] == [
        {
            "name": "rwo-shared-replicas",
            "title": "Replicas share a disk",
            "severity": "error",
            "remedy": "Do not.",
            "references": ["K8s docs"],
        }
    ]


def test_a_fingerprint_outlives_edits_but_not_a_change_of_place() -> None:
    def fingerprint(finding: Finding) -> str:
        text: str = document(finding)["findings"][0]["fingerprint"]
        return text

    moved = replace(FINDING, location=Location("renamed.yaml", 99, 1), message="other numbers", related=())
    assert fingerprint(moved) == fingerprint(FINDING)
    for other in (
        replace(FINDING, path="/spec"),
        replace(FINDING, rule="other"),
        replace(FINDING, object=replace(OBJECT, name="other")),
    ):
        assert fingerprint(other) != fingerprint(FINDING)
    assert fingerprint(UNREADABLE) != fingerprint(replace(UNREADABLE, location=Location("d.yaml", 1, 1)))


def test_formats_are_found_by_listing() -> None:
    assert set(names()) == {path.stem for path in (ROOT / "chartgen/report/formats").glob("[a-z]*.py")}
