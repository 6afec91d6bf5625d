"""Folders that hold more than one version of the same objects, or what is no object by itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import RULES
from folders import AUTOSCALER, DEPLOYMENT, MOVING, NAMESPACE, found, write
from invocation import invoke


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_autoscaler_counts_for_the_workload_beside_it() -> None:
    write({"web.yaml": DEPLOYMENT, "more/hpa.yaml": AUTOSCALER})
    assert found(".") == [("scaled-twice", "web.yaml")]


def test_variants_are_no_matter_of_each_other() -> None:
    write({"one/web.yaml": DEPLOYMENT, "two/web.yaml": DEPLOYMENT, "two/hpa.yaml": AUTOSCALER})
    assert found(".") == [("scaled-twice", "two/web.yaml")]
    assert found("one/web.yaml", "two/web.yaml", "two/hpa.yaml") == [("scaled-twice", "two/web.yaml")]


def test_variants_in_one_folder_stand_by_themselves() -> None:
    write({"a.yaml": DEPLOYMENT, "b.yaml": f"{DEPLOYMENT}---\n{AUTOSCALER}", "hpa.yaml": AUTOSCALER})
    assert found(".") == [("scaled-twice", "b.yaml")]


def test_servers_of_one_name_are_variants_of_whatever_kind() -> None:
    hpa = AUTOSCALER.replace("kind: Deployment", "kind: StatefulSet")
    write({"a.yaml": DEPLOYMENT, "b.yaml": f"{DEPLOYMENT.replace('Deployment', 'StatefulSet')}---\n{hpa}"})
    assert found(".") == [("scaled-twice", "b.yaml")]


def test_what_is_nobodys_variant_stands_beside_each_variant_of_its_folder() -> None:
    other = DEPLOYMENT.replace("replicas: 1", "replicas: 2")
    write({"k/a.yaml": DEPLOYMENT, "k/b.yaml": other, "k/hpa.yaml": AUTOSCALER, "k/deep/one.yaml": NAMESPACE})
    assert found("k") == [("scaled-twice", "k/a.yaml"), ("scaled-twice", "k/b.yaml")]
    assert json.loads(invoke("lint", "k", "--format", "json").out)["summary"]["objects"] == 4
    write({"l/one/a.yaml": DEPLOYMENT, "l/two/b.yaml": other, "l/hpa.yaml": AUTOSCALER})
    assert found("l") == []


def test_what_stands_beside_variants_is_told_once() -> None:
    write({"a.yaml": DEPLOYMENT, "b.yaml": DEPLOYMENT, "more.yaml": MOVING.replace("web", "app")})
    assert found(".") == [("image-moves", "more.yaml")]


def test_a_folder_without_variants_stays_whole_beside_one_with_them() -> None:
    write({"a/web.yaml": DEPLOYMENT, "a/hpa.yaml": AUTOSCALER})
    write({"b/one.yaml": DEPLOYMENT.replace("web", "app"), "b/two.yaml": DEPLOYMENT.replace("web", "app")})
    assert found(".") == [("scaled-twice", "a/web.yaml")]


def test_the_same_namespace_in_two_files_makes_no_variants() -> None:
    write({"web.yaml": f"{NAMESPACE}---\n{DEPLOYMENT}", "hpa.yaml": f"{NAMESPACE}---\n{AUTOSCALER}"})
    assert found(".") == [("scaled-twice", "web.yaml")]


def test_who_says_that_all_is_meant_is_believed() -> None:
    write({"one/web.yaml": DEPLOYMENT, "two/web.yaml": DEPLOYMENT, "two/hpa.yaml": AUTOSCALER})
    assert found(".", "--closed") == [
        ("scaled-twice", "one/web.yaml"),
        ("scaled-twice", "two/web.yaml"),
    ]


def test_a_rule_that_stumbles_over_what_a_tool_fills_in_is_not_broken() -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  terminationGracePeriodSeconds: %s\n"
    write({"pod.yaml": pod % "'${GRACE:-30}'" + "  containers: [{name: web, image: nginx}]\n"})
    result = invoke("lint", ".", "--rules", RULES, "--select", "grace-short,schema-invalid")
    assert (result.code, result.err) == (0, "")


def test_a_rule_that_stumbles_over_a_pod_of_spark_is_not_broken(tmp_path: Path) -> None:
    rule = (RULES / "testing" / "grace-short.yaml").read_text().replace("grace-short", "containers-few")
    counting = re.sub("(?m)^expression: .*$", "expression: pod.spec.containers.size() > 1", rule)
    write({"rules/testing/containers-few.yaml": counting})
    write({"pods/driver.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: driver}\nspec: {nodeName: a}\n"})
    result = invoke("lint", "pods", "--rules", tmp_path / "rules", "--select", "containers-few,schema-invalid")
    assert (result.code, result.err) == (0, "")


@pytest.mark.parametrize(
    "text",
    [
        "scenario:\n  apiVersion: a/v1\n  kind: engine\n  rate: .inf\n",
        f"version: v1\n---\nversion: v2\n---\n{NAMESPACE}",
    ],
)
def test_a_file_of_something_else_that_holds_an_object_is_none_of_ours(text: str) -> None:
    write({"report.yaml": text, "web.yaml": DEPLOYMENT})
    result = invoke("lint", ".", "--rules", RULES)
    assert (result.code, "1 file without a Kubernetes object" in result.out) == (0, True)
    assert invoke("lint", "report.yaml", "--rules", RULES).code != 0


@pytest.mark.parametrize("text", ["%s", "{{- if .Values.on }}\n%s", '{"apiVersion": "v1", "kind": .inf}', "- %s"])
def test_an_object_that_cannot_be_read_is_told_in_a_folder_too(text: str) -> None:
    write({"web.yaml": text.replace("%s", DEPLOYMENT.replace("replicas: 1", "replicas: .inf"))})
    assert invoke("lint", ".").code == 3


def test_variants_that_were_taken_apart_are_told() -> None:
    write({"one.yaml": DEPLOYMENT, "two.yaml": DEPLOYMENT, "hpa.yaml": AUTOSCALER})
    rules = ("--rules", RULES, "--select", "scaled-twice")
    assert "in 3 groups" in " ".join(invoke("lint", ".", *rules).out.split())
    assert "groups" not in invoke("lint", ".", "--closed", *rules).out
    assert "groups" not in invoke("lint", "one.yaml", "hpa.yaml", *rules).out


def test_a_rule_that_stumbles_over_an_invalid_object_beside_variants_is_not_broken() -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: pod}\nspec:\n  terminationGracePeriodSeconds: soon\n"
    write({"a.yaml": DEPLOYMENT, "b.yaml": DEPLOYMENT, "pod.yaml": pod + "  containers: [{name: web, image: nginx}]\n"})
    result = invoke("lint", ".", "--rules", RULES, "--select", "grace-short,schema-invalid")
    assert (result.code, result.err) == (1, "")
