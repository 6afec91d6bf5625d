"""Names and labels for every release name that Helm allows, and for charts used twice under one parent."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from chart_making import AKS, Object, made, objects, one, written

from chartgen import chart

DISK = {"storage": {"backend": "azure-disk"}}
SERVICE_NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
LABEL = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")


def names(found: list[Object]) -> set[str]:
    return {item["metadata"]["name"] for item in found}


@pytest.mark.parametrize(
    "release",
    [
        "demo",
        "1abc",
        "a.b",
        "a--b",
        "y",
        "mistral",
        "x-mistral-y",
        "vllm",
        "a" * 53,
        "9." + "b" * 51,
        "mistral" + "c" * 46,
    ],
)
def test_every_release_name_makes_valid_names(tmp_path: Path, release: str) -> None:
    found = objects(written(tmp_path, AKS, DISK), release=release)
    workload = one(found, "StatefulSet")["metadata"]["name"]
    assert len(workload) <= 52
    for item in found:
        assert SERVICE_NAME.fullmatch(item["metadata"]["name"])
        assert len(item["metadata"]["name"]) <= 63
        for value in item["metadata"]["labels"].values():
            assert LABEL.fullmatch(value)
    assert one(found, "Service")["metadata"]["name"] == workload


def test_readable_names_stay_as_they_are(tmp_path: Path) -> None:
    folder = written(tmp_path)
    assert one(objects(folder, release="demo"), "Deployment")["metadata"]["name"] == "demo-mistral"
    assert one(objects(folder, release="my-mistral"), "Deployment")["metadata"]["name"] == "my-mistral"


def test_names_that_had_to_change_stay_apart(tmp_path: Path) -> None:
    folder = written(tmp_path)
    alike = ["a.b", "a-b", "b" * 52, "b" * 53]
    found = [one(objects(folder, release=release), "Deployment")["metadata"]["name"] for release in alike]
    assert len(set(found)) == len(alike)


def test_no_service_is_called_what_the_engine_reads_as_a_port(tmp_path: Path) -> None:
    for name, release in (("ll", "vllm"), ("dp", "vllm-dp-master"), ("nixl", "vllm-nixl-side-channel")):
        found = objects(written(tmp_path, {"name": name}), release=release)
        assert one(found, "Service")["metadata"]["name"] != release


@pytest.mark.parametrize("name", ["y", "no", "on", "null", "true"])
def test_names_that_yaml_reads_as_something_else_stay_texts(tmp_path: Path, name: str) -> None:
    found = objects(written(tmp_path, {"name": name}), release=name)
    assert one(found, "Deployment")["metadata"]["name"] == name


def test_two_aliases_of_one_chart_live_side_by_side(tmp_path: Path) -> None:
    parent = tmp_path / "parent"
    child = chart.write(made(tmp_path, AKS, DISK), parent / "charts").name
    dependencies = "".join(
        f"  - {{name: {child}, version: 0.1.0, alias: {alias}, condition: {alias}.enabled}}\n"
        for alias in ("small", "large", "spare")
    )
    (parent / "Chart.yaml").write_text(f"apiVersion: v2\nname: parent\nversion: 0.1.0\ndependencies:\n{dependencies}")
    replicas = {"workload": {"replicas": 3}}
    values = {
        "global": {},
        "small": {"enabled": True},
        "large": {"enabled": True, **replicas},
        "spare": {"enabled": False},
    }
    (parent / "values.yaml").write_text(json.dumps(values))
    found = objects(parent, release="small-large")
    sets = {item["metadata"]["name"]: item["spec"] for item in found if item["kind"] == "StatefulSet"}
    assert {name: spec["replicas"] for name, spec in sets.items()} == {"small-large-small": 1, "small-large-large": 3}
    selectors = [tuple(sorted(spec["selector"]["matchLabels"].items())) for spec in sets.values()]
    assert len(set(selectors)) == 2
    assert len(found) == len({(item["kind"], item["metadata"]["name"]) for item in found})
