"""action.yml, the recipes and the README: run and read as their users do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import helm_python
import pytest
import yaml
from conftest import ROOT, Run
from registries import PASSWORD, USER, Running, registry
from small_charts import small_chart

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
GITLAB = yaml.safe_load((ROOT / "recipes" / "gitlab-ci.yml").read_text())
README = (ROOT / "README.md").read_text()
EXAMPLE = ROOT / "examples" / "aks-spot-azure-disk.yaml"
_BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
"""As GitHub runs a step with `shell: bash`."""


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with registry(tmp_path_factory.mktemp("plain") / "registry", login=True) as running:
        yield running


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """This one, with chartgen and its Python on PATH."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "NO_COLOR": "1", **given}


def act(folder: Path, **given: str) -> tuple[list[subprocess.CompletedProcess[str]], dict[str, str]]:
    """Run the steps of the action after the installation, and return them with its outputs."""
    inputs = {name: str(each.get("default", "")) for name, each in ACTION["inputs"].items()}
    inputs |= {name.replace("_", "-"): text for name, text in given.items()}
    assert inputs.keys() == ACTION["inputs"].keys()
    (folder / "output").touch()
    results = []
    for step in ACTION["runs"]["steps"]:
        if step.get("name") not in ("Lint", "Render", "Publish") or not wanted(step.get("if", ""), inputs):
            continue
        env = {
            name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda found: inputs[found[1]], text)
            for name, text in step["env"].items()
        }
        assert not re.search(r"\$\{\{", step["run"])
        env |= {"RUNNER_TEMP": str(folder), "GITHUB_OUTPUT": str(folder / "output")}
        command = [*_BASH, step["run"]]
        results.append(
            subprocess.run(command, cwd=folder, env=environment(env), capture_output=True, text=True, check=False)
        )
        if results[-1].returncode:
            break
    lines = (folder / "output").read_text().splitlines()
    return results, dict(line.split("=", 1) for line in lines)


def wanted(condition: str, inputs: Mapping[str, str]) -> bool:
    found = re.fullmatch(r"inputs\.([a-z-]+) != ''", condition)
    assert found or not condition
    return not found or inputs[found[1]] != ""


def test_the_action_lints_renders_and_publishes(plain: Running, tmp_path: Path) -> None:
    results, outputs = act(
        tmp_path,
        source=str(EXAMPLE),
        output="out",
        registry=plain.at("action"),
        version="1.2.0",
        username=USER,
        password=PASSWORD,
        publish_options="--plain-http --settle 0 --verify",
    )
    assert [result.returncode for result in results] == [0, 0, 0], results[-1].stderr
    assert "kind: StatefulSet" in (tmp_path / "out" / "manifests.yaml").read_text()
    (chart,) = json.loads(outputs["charts"])
    assert chart["pushed"]
    assert (outputs["reference"], outputs["digest"]) == (chart["reference"], chart["digest"])
    assert outputs["reference"] == f"oci://{plain.host}/action/vicuna:1.2.0"
    assert {*re.findall(r"steps\.publish\.outputs\.(\w+)", str(ACTION["outputs"]))} == {*outputs}


def test_the_action_stops_at_findings_and_passes_text_on_as_it_is(plain: Running, tmp_path: Path) -> None:
    chart = small_chart(tmp_path, text="$(touch broken)")
    (chart / "templates" / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {image: b}\n")
    results, outputs = act(tmp_path, source=str(chart), registry=plain.at("stopped"), version="1.0.0$(touch broken)")
    assert ([result.returncode for result in results], outputs) == ([1], {})
    assert "::error" in results[0].stdout
    results, _ = act(tmp_path, source=str(chart), fail_on="never", registry=plain.at("x"), version="$(touch broken)")
    assert [result.returncode for result in results] == [0, 2]
    assert not list(tmp_path.rglob("broken"))


def test_gitlab_lints_and_publishes(plain: Running, tmp_path: Path) -> None:
    assert GITLAB["variables"]["CHARTGEN_SOURCE"] == "vllm.yaml"
    (tmp_path / "vllm.yaml").write_text(EXAMPLE.read_text())
    variables = {
        **GITLAB["variables"],
        "CI_REGISTRY_IMAGE": f"{plain.host}/acme/models",
        "CI_REGISTRY_USER": USER,
        "CI_REGISTRY_PASSWORD": PASSWORD,
        "CI_COMMIT_TAG": "v1.3.0",
        "CHARTGEN_PUBLISH_PLAIN_HTTP": "1",
        "CHARTGEN_PUBLISH_SETTLE": "0",
    }
    for job in ("chartgen-lint", "chartgen-publish"):
        script = "\n".join(GITLAB[job]["script"])
        done = subprocess.run(
            [*_BASH, script], cwd=tmp_path, env=environment(variables), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    (chart,) = json.loads((tmp_path / "published.json").read_text())["charts"]
    assert chart["reference"] == f"oci://{plain.host}/acme/models/charts/vicuna:1.3.0"
    assert isinstance(json.loads((tmp_path / "codequality.json").read_text()), list)


def deployed(kind: str) -> dict[str, Any]:
    """The `spec` of one object of the recipes."""
    objects = [
        each for name in ("argo-cd", "flux") for each in yaml.safe_load_all((ROOT / f"recipes/{name}.yaml").read_text())
    ]
    (found,) = (each["spec"] for each in objects if each["kind"] == kind)
    return dict(found)


def test_argo_cd_and_flux_name_what_publish_prints(chartgen: Run, tmp_path: Path) -> None:
    assert chartgen("package", EXAMPLE, "-o", tmp_path, "--no-lint").returncode == 0
    source, release = deployed("Application")["source"], deployed("HelmRelease")
    archive = tmp_path / f"{source['chart']}-{source['targetRevision']}.tgz"
    with helm_python.Chart.load(archive) as chart:
        for values in (source["helm"]["valuesObject"], release["values"]):
            assert chart.render(values, name="vicuna", namespace="llm")
        seconds = chart.values["derived"]["timeToReady"]
    assert int(release["timeout"].removesuffix("m")) * 60 >= seconds
    reference = f"{source['repoURL']}/{source['chart']}"
    assert deployed("OCIRepository")["url"] == f"oci://{reference}"
    assert deployed("OCIRepository")["layerSelector"]["mediaType"].endswith(".chart.content.v1.tar+gzip")


def test_the_recipes_have_no_findings(chartgen: Run) -> None:
    result = chartgen("lint", ROOT / "recipes" / "argo-cd.yaml", ROOT / "recipes" / "flux.yaml")
    assert (result.returncode, "no findings in 3 objects" in result.stdout) == (0, True)


@pytest.mark.parametrize("command", ["package", "publish"])
def test_the_readme_shows_what_the_command_prints(
    command: str, chartgen: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARTGEN_PUBLISH_SETTLE", "0")
    (block,) = re.findall(rf"```console\n\$ chartgen ({command}[^\n]*)\n(.*?)```", README, re.DOTALL)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    with registry(tmp_path / "registry") as running:
        arguments = block[0].replace("127.0.0.1:5000", running.host).split()
        result = chartgen(*arguments, cwd=tmp_path)
    told = re.sub("sha256:[0-9a-f]{64}", "sha256:...", result.stdout).replace(running.host, "127.0.0.1:5000")
    assert told == block[1]
