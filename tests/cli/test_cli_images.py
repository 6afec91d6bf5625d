"""`chartgen images`: what a mirror must hold."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from invocation import invoke

ENGINE, TEST = "docker.io/vllm/vllm-openai:v0.33.0", "docker.io/curlimages/curl:8.10.1"
VALUES = (ROOT / "examples" / "generic-existing-claim.yaml").read_text()
DIGEST = f"sha256:{'0' * 64}"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def listed(*arguments: object, stdin: str = "") -> list[str]:
    result = invoke("images", *arguments, stdin=stdin)
    assert (result.code, result.err) == (0, "")
    return result.out.splitlines()


def test_a_values_file_its_chart_and_its_package_have_the_same_images() -> None:
    Path("values.yaml").write_text(VALUES)
    assert invoke("render", "values.yaml", "-o", "out").code == 0
    with tarfile.open("llama.tgz", "w:gz") as archive:
        archive.add("out/llama", "llama")
    for path in ("values.yaml", "out/llama", "llama.tgz"):
        assert listed(path) == [TEST, ENGINE]
    assert listed("-", stdin=VALUES) == [TEST, ENGINE]


def test_the_device_plugin_and_what_the_user_adds_are_listed() -> None:
    text = (ROOT / "examples" / "aks-daemonset.yaml").read_text()
    Path("values.yaml").write_text(
        f"{text}pod:\n  initContainers: [{{name: a, image: example.com/a@{DIGEST}}}]\n"
        "  extraContainers: [{name: b, image: 'example.com/b:1'}]\n"
    )
    found = listed("values.yaml")
    assert found == sorted(found)
    assert {f"example.com/a@{DIGEST}", "example.com/b:1", ENGINE, TEST} < set(found)
    assert any("k8s-device-plugin" in image for image in found)


def test_a_mirror_stands_in_front_of_every_image_of_ours() -> None:
    mirror = "engine: {image: {registry: 'mirror.example.com:5000'}}\ntest: {image: {registry: mirror.example.com}}\n"
    Path("values.yaml").write_text(VALUES + mirror)
    assert listed("values.yaml") == [
        "mirror.example.com/curlimages/curl:8.10.1",
        "mirror.example.com:5000/vllm/vllm-openai:v0.33.0",
    ]


def test_image_volumes_and_nested_pods_of_manifests_are_found() -> None:
    pod = {"containers": [{"image": "a"}, {"image": ""}, 1], "volumes": [{"image": {"reference": "v"}}, {"image": 1}]}
    manifest = {
        "apiVersion": "leaderworkerset.x-k8s.io/v1",
        "kind": "LeaderWorkerSet",
        "spec": {
            "leaderWorkerTemplate": {"workerTemplate": {"spec": pod}, "leaderTemplate": {"spec": {"containers": 1}}}
        },
    }
    assert listed("-", stdin=yaml.safe_dump(manifest)) == ["a", "v"]


def test_what_cannot_be_rendered_or_read_is_an_error() -> None:
    Path("bad.yaml").write_text("a: [\n")
    Path("refused.yaml").write_text(VALUES.replace("existing-claim", "exsting-claim"))
    for path, code in (("bad.yaml", 3), ("refused.yaml", 3), ("nowhere.yaml", 3)):
        result = invoke("images", path)
        assert (result.code, result.out) == (code, "")
        assert path in result.err


def test_chart_metadata_names_the_images_for_artifact_hub() -> None:
    Path("values.yaml").write_text(f"{VALUES}chart: {{version: 0.2.0-rc.1}}\ntest: {{image: {{digest: '{DIGEST}'}}}}\n")
    assert invoke("render", "values.yaml", "-o", "out").code == 0
    annotations = yaml.safe_load(Path("out/llama/Chart.yaml").read_text())["annotations"]
    assert all(isinstance(text, str) for text in annotations.values())
    images = yaml.safe_load(annotations["artifacthub.io/images"])
    assert images == [{"name": "engine", "image": ENGINE}, {"name": "test", "image": f"{TEST}@{DIGEST}"}]
    assert sorted(image["image"] for image in images) == sorted(listed("out/llama"))
    assert annotations["artifacthub.io/prerelease"] == "true"
