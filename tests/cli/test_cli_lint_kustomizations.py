"""What kustomizations say of the files beside them: what they may settle is not told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import RULES
from folders import AUTOSCALER, DEPLOYMENT, MOVING, PATCH, found, write
from invocation import invoke

UNSELECTED = DEPLOYMENT.replace("  selector: {matchLabels: {app: web}}\n", "")


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "said",
    [
        "patches: [{path: more.yaml}]",
        "patchesStrategicMerge: [more.yaml]",
        "patchesJson6902: [{path: ../over/more.yaml, target: {name: web}}]",
        "patches: [{patch: 'a: 1'}, {path: more.yaml}]",
        "transformers: [more.yaml]",
        "generators: [more.yaml]",
        "validators: [more.yaml]",
    ],
)
def test_a_patch_of_a_kustomization_is_no_object(said: str) -> None:
    write({"over/kustomization.yaml": f"resources: [../web.yaml]\n{said}\n", "over/more.yaml": PATCH})
    write({"web.yaml": DEPLOYMENT})
    assert found(".") == []
    assert found("over/more.yaml") == []


def test_what_a_folder_of_transformers_holds_is_no_object() -> None:
    write({"kustomization.yaml": "resources: [web.yaml]\ntransformers: [more]\n", "web.yaml": DEPLOYMENT})
    write({"more/kustomization.yaml": "resources: [part.yaml]\n", "more/part.yaml": PATCH})
    assert found(".") == []
    assert found("more") == [("schema-invalid", "more/part.yaml")] * 2


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("commonLabels: {app: web}", False),
        ("labels: [{pairs: {app: web}, includeSelectors: true}]", False),
        ("labels: [{pairs: {app: web}, includeTemplates: true}]", True),
        ("commonLabels: {}", True),
    ],
)
def test_a_selector_that_a_kustomization_writes_is_not_missing(said: str, told: bool) -> None:
    write({"base/kustomization.yaml": "resources: [web.yaml]\n", "base/web.yaml": UNSELECTED})
    write({"over/kustomization.yaml": f"resources: [../base]\n{said}\n", "other/web.yaml": UNSELECTED})
    missing = [("schema-invalid", "base/web.yaml"), ("schema-invalid", "other/web.yaml")]
    assert found(".") == missing[not told :]


@pytest.mark.parametrize(("said", "code"), [("namePrefix: team-", 0), ("nameSuffix: -l4", 0), ("namePrefix: ''", 1)])
def test_a_name_that_a_kustomization_changes_is_not_told(said: str, code: int) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: vllm}\nspec: {ports: [{port: 8000}]}\n"
    engine = DEPLOYMENT.replace("nginx:1.29", "vllm/vllm-openai:v0.33.0")
    write({"base/kustomization.yaml": "resources: [web.yaml, service.yaml]\n", "base/web.yaml": engine})
    write({"base/service.yaml": service, "over/kustomization.yaml": f"resources: [../base]\n{said}\n"})
    assert invoke("lint", ".", "--select", "service-env-collision").code == code


def test_a_patch_that_is_switched_off_is_none_either() -> None:
    write({"kustomization.yaml": "resources: [patched.yaml]\n", "patches/replicas.yaml": PATCH, "patched.yaml": PATCH})
    assert found(".") == [("schema-invalid", "patched.yaml")] * 2


@pytest.mark.parametrize("said", ["patches: more.yaml", "patches: [1, {path: [a]}]", "a: [", "- a", ""])
def test_a_kustomization_that_says_nothing_hides_nothing(said: str) -> None:
    write({"kustomization.yaml": said, "more.yaml": PATCH})
    assert [each for each in found(".") if each[1] == "more.yaml"] == [("schema-invalid", "more.yaml")] * 2


IMAGE_PATCH = PATCH.replace("{replicas: 2}", "{template: {spec: {containers: [{name: web, image: nginx}]}}}")
REPLACEMENT = {
    "source": {"kind": "ConfigMap", "name": "images", "fieldPath": "data.web"},
    "targets": [{"select": {"kind": "Deployment"}, "fieldPaths": ["spec.template.spec.containers.[name=web].image"]}],
}
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
        f"replacements: [{json.dumps(REPLACEMENT)}]",
        "replacements: [{path: replacement.yaml}]",
        "replacements: [{path: replacements.yaml}]",
    ],
)
def test_what_a_kustomization_may_settle_is_not_told(said: str) -> None:
    write({"kustomization.yaml": f"resources: [web.yaml]\n{said}\n", "web.yaml": MOVING})
    write({"patch.yaml": IMAGE_PATCH} if "patch.yaml" in said else {})
    write({"operation.yaml": OPERATION} if "operation.yaml" in said else {})
    write({"replacement.yaml": json.dumps(REPLACEMENT), "replacements.yaml": json.dumps([REPLACEMENT])})
    result = invoke("lint", ".", "--rules", RULES, "--select", "image-moves")
    assert (result.code, "error" in result.out, "warning" in result.out) == (0, False, False)
    assert "a kustomization was not built, and 1 finding that" in " ".join(result.out.split())
    assert found("web.yaml") == []


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
        "replacements: [{source: {kind: ConfigMap}, targets: [{select: {kind: Deployment}}]}]",
        f"replacements: [{json.dumps(REPLACEMENT).replace('Deployment', 'StatefulSet')}]",
        f"replacements: [{json.dumps(REPLACEMENT).replace('.image', '.env.0.value')}]",
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
        assert invoke("lint", "k/kustomization.yaml", "k/web.yaml", "k/hpa.yaml", *rules).code == codes
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


def test_files_that_are_named_one_by_one_are_in_their_kustomizations(monkeypatch: pytest.MonkeyPatch) -> None:
    """As hooks name them: what a run on the whole folder passes over is passed over."""
    write({"app/base/web.yaml": MOVING, "app/base/kustomization.yaml": "resources: [web.yaml]\n"})
    overlay = "resources: [../../base]\nimages: [{name: nginx, newTag: '1'}]\npatches: [{path: cut/web.yaml}]\n"
    write({"app/overlays/prod/kustomization.yaml": overlay, "app/overlays/prod/cut/web.yaml": PATCH})
    write({"other/web.yaml": MOVING, "app/web.yaml": MOVING})
    assert found("app/base/web.yaml", "app/overlays/prod/cut/web.yaml", "other/web.yaml", "app/web.yaml") == [
        ("image-moves", "app/web.yaml"),
        ("image-moves", "other/web.yaml"),
    ]
    monkeypatch.chdir("app/base")
    assert found("web.yaml") == [("image-moves", "web.yaml")]
    Path("../../.git").mkdir()
    assert found("web.yaml") == []
