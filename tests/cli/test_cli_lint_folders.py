"""Folders that hold more than one version of the same objects, or what is no object by itself."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import RULES
from invocation import invoke

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "nginx:1.29"}]
"""
AUTOSCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  maxReplicas: 3
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
"""
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n"
PATCH = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n"


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)


def found(*arguments: str) -> list[tuple[str, str]]:
    """(rule, file) of each finding about objects that are to be seen together."""
    ours = ("--rules", RULES, "--select", "scaled-twice,image-moves,schema-invalid")
    result = invoke("lint", *arguments, *ours, "--format", "json")
    report: dict[str, Any] = json.loads(result.out)
    return [(each["rule"], each["location"]["file"]) for each in report["findings"]]


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


@pytest.mark.parametrize(
    "said",
    [
        "patches: [{path: more.yaml}]",
        "patchesStrategicMerge: [more.yaml]",
        "patchesJson6902: [{path: ../over/more.yaml, target: {name: web}}]",
        "patches: [{patch: 'a: 1'}, {path: more.yaml}]",
    ],
)
def test_a_patch_of_a_kustomization_is_no_object(said: str) -> None:
    write({"over/kustomization.yaml": f"resources: [../web.yaml]\n{said}\n", "over/more.yaml": PATCH})
    write({"web.yaml": DEPLOYMENT})
    assert found(".") == []
    assert found("over/more.yaml") == [("schema-invalid", "over/more.yaml")] * 2


def test_a_patch_that_is_switched_off_is_none_either() -> None:
    write({"kustomization.yaml": "resources: [patched.yaml]\n", "patches/replicas.yaml": PATCH, "patched.yaml": PATCH})
    assert found(".") == [("schema-invalid", "patched.yaml")] * 2


@pytest.mark.parametrize("said", ["patches: more.yaml", "patches: [1, {path: [a]}]", "a: [", "- a", ""])
def test_a_kustomization_that_says_nothing_hides_nothing(said: str) -> None:
    write({"kustomization.yaml": said, "more.yaml": PATCH})
    assert [each for each in found(".") if each[1] == "more.yaml"] == [("schema-invalid", "more.yaml")] * 2


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


MOVING = DEPLOYMENT.replace("nginx:1.29", "nginx:latest")
IMAGE_PATCH = PATCH.replace("{replicas: 2}", "{template: {spec: {containers: [{name: web, image: nginx}]}}}")
OPERATION = "- {op: replace, path: /spec/template/spec/containers/0/image, value: nginx}\n"


@pytest.mark.parametrize(
    "said",
    [
        "images: [{name: nginx, newTag: '1.29'}]",
        "patches: [{path: patch.yaml}]",
        "patchesStrategicMerge: [patch.yaml]",
        "patches: [{target: {kind: Deployment, name: w.*}, path: operation.yaml}]",
        "patchesJson6902: [{target: {kind: Deployment, name: web}, path: operation.yaml}]",
        f"patches: [{{target: {{kind: Deployment}}, patch: {json.dumps(OPERATION)}}}]",
        f"patches: [{{patch: {json.dumps(IMAGE_PATCH)}}}]",
    ],
)
def test_what_a_kustomization_may_settle_is_not_told(said: str) -> None:
    write({"kustomization.yaml": f"resources: [web.yaml]\n{said}\n", "web.yaml": MOVING})
    write({"patch.yaml": IMAGE_PATCH} if "patch.yaml" in said else {})
    write({"operation.yaml": OPERATION} if "operation.yaml" in said else {})
    result = invoke("lint", ".", "--rules", RULES, "--select", "image-moves")
    assert (result.code, "error" in result.out, "warning" in result.out) == (0, False, False)
    assert "a kustomization was not built, and 1 finding that" in " ".join(result.out.split())
    assert found("web.yaml") == [("image-moves", "web.yaml")]


def test_a_kustomization_settles_what_it_takes_in_and_no_more() -> None:
    write({"app/web.yaml": MOVING, "other/web.yaml": MOVING, "app/kustomization.yaml": "resources: [web.yaml]\n"})
    write({"base/kustomization.yaml": "resources: [../app, ../base]\n"})
    write({"over/kustomization.yaml": "resources: [../base]\nimages: [{name: nginx, newTag: '1'}]\n"})
    assert found(".") == [("image-moves", "other/web.yaml")]


@pytest.mark.parametrize(
    "said",
    [
        "images: [{name: other/nginx, newTag: '1.29'}]",
        "patches: [{path: patch.yaml}]",
        "patches: [{target: {kind: Deployment, name: we}, path: operation.yaml}]",
        "patches: [{target: {kind: StatefulSet}, path: operation.yaml}]",
    ],
)
def test_what_a_kustomization_leaves_alone_is_told(said: str) -> None:
    write({"kustomization.yaml": f"resources: [web.yaml]\n{said}\n", "web.yaml": MOVING})
    write({"patch.yaml": PATCH} if "patch.yaml" in said else {})
    write({"operation.yaml": OPERATION} if "operation.yaml" in said else {})
    assert found(".") == [("image-moves", "web.yaml")]


def test_a_finding_about_two_objects_is_settled_by_a_patch_of_either(tmp_path: Path) -> None:
    rule = (RULES / "testing" / "scaled-twice.yaml").read_text().replace("scaled-twice", "scaled-by-two")
    related = rule.replace("at: /spec/replicas\nwhy", "at: /spec/replicas\nrelated: [autoscaler]\nwhy")
    write({"rules/testing/scaled-by-two.yaml": related})
    write({"k/web.yaml": DEPLOYMENT, "k/hpa.yaml": AUTOSCALER, "k/patch.yaml": AUTOSCALER.replace("3", "4")})
    for patches, codes in (("", 1), ("patches: [{path: patch.yaml}]", 0)):
        write({"k/kustomization.yaml": f"resources: [web.yaml, hpa.yaml]\n{patches}\n"})
        rules = ("--rules", tmp_path / "rules", "--select", "scaled-by-two", "--fail-on", "warning")
        assert invoke("lint", "k/kustomization.yaml", "k/web.yaml", "k/hpa.yaml", *rules).code == 1
        assert invoke("lint", "k", *rules).code == codes


def test_a_suppression_of_what_a_kustomization_may_settle_is_not_unused() -> None:
    write({"kustomization.yaml": "resources: [web.yaml]\nimages: [{name: nginx, newTag: '1'}]\n"})
    write({"web.yaml": MOVING.replace("}]", "}] # chartgen: ignore[image-moves] moves with us")})
    assert found(".") == []


def test_a_kustomization_that_kustomize_reads_and_others_do_not_ends_nothing() -> None:
    write(
        {"kustomization.yaml": "kind: Kustomization\napiVersion: x/v1\nkind: Kustomization\n", "web.yaml": DEPLOYMENT}
    )
    assert invoke("lint", ".", "--rules", RULES).code == 0
    assert invoke("lint", "kustomization.yaml", "--rules", RULES).code == 3


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
