"""A workload kind is two new files, found by listing, and no edit of an existing one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

FACTS = """\
title = "Throwaway"
api_version = "example.com/v1"
serves = true
count = "workload.replicas"
unscaled = "an autoscaler cannot scale a Throwaway, which has no scale subresource"
unscaled_source = "Made up."
budget = false
claim = "shared"
nodes = true
every_node = false
rollout = ["unavailable"]
container = "thrown"
longest_name = 30

[[misfit]]
when = { spot = ["prefer", "require"] }
key = "spot.policy"
message = "a Throwaway stays where it is"
remedy = "set spot.policy to never"
source = "Made up."
"""
TEMPLATE = """\
[% macro env() %]
- name: THROWN
  value: "yes"
[% endmacro %]
[% macro workload() %]
apiVersion: example.com/v1
kind: Throwaway
[[ part("_metadata.yaml.j2") ]]
spec:
[[ part("_replicas.yaml.j2") | shift(2) ]]
  nodes: {{ int64 $.Values.parallelism.nodes }}
  maxUnavailable: {{ int64 $.Values.derived.maxUnavailable }}
  template:
[[ part("_pod.yaml.j2") | shift(4) ]]
[% endmacro %]
[% macro wait() %]
kubectl wait throwaway/{{ $name }}
[% endmacro %]
"""
VALUES = """\
name: thrown
model: {id: TheBloke/vicuna-7B-v1.5-AWQ}
gpu: {type: nvidia-t4}
parallelism: {pipeline: 2, nodes: 2}
workload: {kind: Throwaway, replicas: 3}
cluster: {provider: aks}
storage: {backend: azure-files}
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout with the two files of the new kind, and nothing else changed."""
    copy = tmp_path_factory.mktemp("checkout")
    for folder in ("chartgen", "schemas", "charts", "rules"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "chartgen" / "catalogue" / "data" / "workloads" / "Throwaway.toml").write_text(FACTS)
    (copy / "charts" / "vllm" / "workload" / "Throwaway.yaml.j2").write_text(TEMPLATE)
    return copy


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`chartgen ARGUMENTS` of that copy, in its folder."""
    return subprocess.run(
        [sys.executable, "-m", "chartgen", *arguments],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_renders_by_what_the_catalogue_says_of_it(checkout: Path) -> None:
    (checkout / "values.yaml").write_text(VALUES)
    first = run(checkout, "render", "values.yaml", "-o", "out", "--manifests", "manifests.yaml")
    assert first.returncode == 0, first.stderr
    found = [item for item in yaml.safe_load_all((checkout / "manifests.yaml").read_text()) if item]
    kinds = {item["kind"] for item in found}
    assert {"Throwaway", "Service", "PersistentVolumeClaim"} <= kinds
    assert "PodDisruptionBudget" not in kinds
    (workload,) = [item for item in found if item["kind"] == "Throwaway"]
    spec = workload["spec"]
    assert (spec["replicas"], spec["nodes"], spec["maxUnavailable"]) == (3, 2, 1)
    (container,) = spec["template"]["spec"]["containers"]
    assert container["name"] == "thrown"
    assert {"name": "THROWN", "value": "yes"} in container["env"]
    assert container["resources"]["limits"]["nvidia.com/gpu"] == 1
    notes = (checkout / "out/thrown/templates/NOTES.txt").read_text()
    assert "kubectl wait throwaway/{{ $name }}" in notes


def test_its_chart_is_a_fixed_point(checkout: Path) -> None:
    (checkout / "values.yaml").write_text(VALUES)
    assert run(checkout, "render", "values.yaml", "-o", "once").returncode == 0
    again = run(checkout, "render", "once/thrown/values.yaml", "-o", "twice")
    assert again.returncode == 0, again.stderr
    files = [path for path in sorted((checkout / "once" / "thrown").rglob("*")) if path.is_file()]
    assert files
    for path in files:
        assert path.read_text() == (checkout / "twice" / path.relative_to(checkout / "once")).read_text()


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("storage:", "autoscaling: {kind: hpa}\nstorage:", "autoscaling.kind", "cannot scale a Throwaway"),
        ("storage:", "spot: {policy: require}\nstorage:", "spot.policy", "a Throwaway stays where it is"),
        ("backend: azure-files", "backend: azure-disk", "workload.replicas", "of 3 replicas of a Throwaway one would"),
        ("kind: Throwaway", "kind: Thrownaway", "workload.kind", "Did you mean `Throwaway`?"),
        ("storage:", "batch: {input: /a, output: /b}\nstorage:", "batch", "only a Job works off a batch"),
    ],
)
def test_its_refusals_come_from_the_catalogue(checkout: Path, old: str, new: str, key: str, words: str) -> None:
    assert old in VALUES
    (checkout / "refused.yaml").write_text(VALUES.replace(old, new))
    result = run(checkout, "render", "refused.yaml", "-o", "refused")
    assert result.returncode == 3, result.stderr
    assert key in result.stderr
    assert words in " ".join(result.stderr.split())


def test_it_stands_in_the_printed_schema(checkout: Path) -> None:
    printed = json.loads(run(checkout, "schema").stdout)["properties"]
    assert "Throwaway" in printed["workload"]["properties"]["kind"]["enum"]
    assert "Throwaway" in printed["parallelism"]["properties"]["nodes"]["x-when"]["kind"]
    assert "Throwaway" not in printed["availability"]["properties"]["disruptionBudget"]["x-when"]["kind"]
