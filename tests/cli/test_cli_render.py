"""`chartgen render` as a user sees it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, RULES
from invocation import invoke

EXAMPLE = ROOT / "examples" / "aks-daemonset.yaml"
GENERIC = ROOT / "examples" / "generic-existing-claim.yaml"
TWICE = """\
name: twice
model: {id: TheBloke/vicuna-7B-v1.5-AWQ, quantization: awq}
gpu: {type: nvidia-t4}
cluster: {provider: generic}
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def with_container(container: dict[str, Any]) -> None:
    """Write values.yaml: an example with one more container."""
    values = yaml.safe_load(GENERIC.read_text())
    values["pod"] = {"extraContainers": [container]}
    Path("values.yaml").write_text(yaml.safe_dump(values))


def below(folder: str) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in Path(folder).rglob("*"))


def test_it_writes_the_charts_and_says_in_a_few_lines_what_it_did() -> None:
    result = invoke("render", EXAMPLE, "-o", "out", "--set", "model.revision=v1")
    assert (result.code, result.out) == (0, ""), result.err
    said = result.err.splitlines()
    assert said[0] == f"rendered {EXAMPLE} to out/mistral and out/mistral-device-plugin"
    assert said[1].startswith("checked ")
    assert said[1].endswith(": no findings")
    assert said[2:] == [
        "takes of quotas, on each node: 1 pod with 1 nvidia.com/gpu, 3 CPU, 18Gi memory",
        "to have beforehand: Secret vllm-huggingface-token",
        "to install: helm install mistral-device-plugin out/mistral-device-plugin",
        "to install: helm install mistral out/mistral --timeout 1500s",
    ]
    assert sorted(path.name for path in Path("out").iterdir()) == ["mistral", "mistral-device-plugin"]


def test_the_time_out_follows_the_start_that_the_user_allows() -> None:
    said = invoke("render", GENERIC, "-o", "out", "--set", "lifecycle.startupSeconds=5000").err.splitlines()
    assert said[-1].endswith("--timeout 5900s")


def test_manifests_go_to_standard_output_alone() -> None:
    result = invoke("render", EXAMPLE, "--manifests", "-")
    kinds = [item["kind"] for item in yaml.safe_load_all(result.out)]
    assert kinds.count("DaemonSet") == 2
    assert result.out.startswith("---\n# Source: mistral/templates/")


def test_manifests_go_to_a_file_with_the_same_text() -> None:
    invoke("render", EXAMPLE, "--manifests", "deep/er/m.yaml")
    assert Path("deep/er/m.yaml").read_text() == invoke("render", EXAMPLE, "--manifests", "-").out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--set", "gpu.type=nvidia-t5"], 3, "error[gpu.type]"),
        (["--set", "nonsense"], 2, "--set"),
        (["--kube-version", "1.3"], 2, "1.37"),
        (["--kube-version", "1.25"], 4, "kubeVersion"),
        (["--helm-engine", "none"], 2, "--helm-engine"),
    ],
    ids=lambda value: value[-1][:30] if isinstance(value, list) else None,
)
def test_a_failure_leaves_nothing_behind(arguments: list[str], code: int, said: str) -> None:
    result = invoke("render", GENERIC, "-o", "out", "--manifests", "m.yaml", *arguments)
    assert result.code == code, result.err
    assert said in result.err
    assert below(".") == []


def test_what_kubernetes_would_refuse_is_not_written() -> None:
    with_container({"name": "side", "image": "busybox:1.36", "imagePulPolicy": "Always"})
    result = invoke("render", "values.yaml", "-o", "out")
    assert result.code == 4
    assert "imagePulPolicy" in result.err
    assert below(".") == ["values.yaml"]


def test_a_failure_leaves_the_older_chart_as_it_was() -> None:
    invoke("render", GENERIC, "-o", "out")
    before = {path: Path("out", path).read_bytes() for path in below("out") if Path("out", path).is_file()}
    assert invoke("render", GENERIC, "-o", "out", "--set", "gpu.type=nvidia-t5").code == 3
    assert {path: Path("out", path).read_bytes() for path in below("out") if Path("out", path).is_file()} == before


def test_a_foreign_folder_is_refused_before_any_of_the_charts_is_written() -> None:
    mine = Path("out/mistral-device-plugin/mine.txt")
    mine.parent.mkdir(parents=True)
    mine.write_text("keep")
    result = invoke("render", EXAMPLE, "-o", "out", "--manifests", "m.yaml")
    assert result.code == 2
    assert "--force" in result.err
    assert below(".") == ["out", "out/mistral-device-plugin", "out/mistral-device-plugin/mine.txt"]
    assert invoke("render", EXAMPLE, "-o", "out", "--force").code == 0
    assert not mine.exists()


def test_one_bad_file_does_not_stop_the_others() -> None:
    Path("bad.yaml").write_text(GENERIC.read_text().replace("model:", "modle:"))
    result = invoke("render", "bad.yaml", GENERIC, "-o", "out", "--manifests", "m.yaml")
    assert result.code == 3
    assert [path.name for path in Path("out").iterdir()] == ["llama"]
    assert not Path("m.yaml").exists()


def test_two_files_of_one_name_are_refused() -> None:
    Path("a.yaml").write_text(TWICE)
    Path("b.yaml").write_text(TWICE)
    result = invoke("render", "a.yaml", "b.yaml", "-o", "out")
    assert result.code == 2
    assert "out/twice has just been written from another values file" in result.err


def test_findings_are_shown_with_what_helm_rendered() -> None:
    Path("policies/testing").mkdir(parents=True)
    shutil.copy(RULES / "testing" / "grace-short.yaml", "policies/testing")
    setting = {"severity": "info", "params": {"leastSeconds": 9999}}
    configuration = {"lint": {"ruleFolders": ["policies"], "rules": {"grace-short": setting}}}
    Path(".chartgen.yaml").write_text(yaml.safe_dump(configuration))
    result = invoke("render", GENERIC, "-o", "out")
    assert result.code == 0, result.err
    assert result.err.startswith("info[grace-short]: ended after ")
    assert "--> out/llama/templates/workload.yaml:" in result.err
    assert "(rendered)" in result.err
    assert "rules: 2 findings\n" in result.err
    assert "grace-short" not in invoke("render", GENERIC, "-o", "out", "--no-lint").err
