"""Every file of examples/: rendered by the command line, by Helm alone, and rendered again from its own values.yaml."""

from __future__ import annotations

import filecmp
from pathlib import Path
from typing import Any

import helm_python
import pytest
import yaml
from conftest import ROOT, Run
from syrupy.assertion import SnapshotAssertion

from chartgen import helm, manifests
from chartgen.manifests import schema

EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


@pytest.fixture(params=EXAMPLES, ids=lambda path: path.stem)
def example(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def charts(out: Path) -> list[Path]:
    return sorted(path.parent for path in out.glob("*/Chart.yaml"))


def objects(text: str) -> list[Any]:
    return sorted(
        (item for item in yaml.safe_load_all(text) if item),
        key=lambda item: (item["kind"], item["metadata"]["name"]),
    )


def test_says_what_it_is_and_what_must_be_there(example: Path) -> None:
    text = example.read_text()
    schema, *header = text.partition("\n\n")[0].splitlines()
    assert schema == "# yaml-language-server: $schema=../schemas/values.schema.json"
    assert header[0] == "#"
    assert len(header) >= 3
    assert all(line.startswith("#") for line in header)
    words = " ".join(line.removeprefix("#").strip() for line in header)
    beforehand = words[words.index("Beforehand: ") :]
    values = yaml.safe_load(text)
    storage = values["storage"]
    taken = [storage[key] for key in ("claim", "volume", "snapshot", "bucket") if key in storage]
    taken += [values["model"]["token"]["secret"]] if "token" in values["model"] else []
    assert [name for name in taken if name not in beforehand] == []


def test_renders_without_warnings(chartgen: Run, example: Path, tmp_path: Path) -> None:
    result = chartgen("render", example, "-o", "out", "--manifests", "out/manifests.yaml")
    assert result.returncode == 0, result.stderr
    assert charts(tmp_path / "out")
    linted = chartgen("lint", "out/manifests.yaml", "--fail-on", "warning")
    assert linted.returncode == 0, linted.stdout


def test_helm_alone_gives_the_same_objects(chartgen: Run, example: Path, tmp_path: Path) -> None:
    chartgen("render", example, "-o", "out", "--manifests", "manifests.yaml")
    alone: list[Any] = []
    for folder in charts(tmp_path / "out"):
        with helm_python.Chart.load(folder) as chart:
            rendered = chart.render(name=folder.name, namespace="default")
        for template, text in rendered.items():
            if not template.endswith("NOTES.txt"):
                alone += objects(text)
    alone.sort(key=lambda item: (item["kind"], item["metadata"]["name"]))
    assert alone == objects((tmp_path / "manifests.yaml").read_text())


def test_is_valid_on_every_kubernetes_of_its_range(chartgen: Run, example: Path, tmp_path: Path) -> None:
    chartgen("render", example, "-o", "out")
    engine = helm.engine("embedded")
    for folder in charts(tmp_path / "out"):
        assert engine.lint(folder) == []
        asked = yaml.safe_load((folder / "Chart.yaml").read_text())["kubeVersion"]
        versions = schema.versions()
        supported = versions[versions.index(asked.removeprefix(">=").removesuffix(".0-0")) :]
        assert len(supported) >= 2
        rendered = engine.render(folder, release="a", namespace="b", values=None, kube_version=None)
        for version in supported:
            for file in rendered:
                if file.template.endswith(".yaml"):
                    made = manifests.from_text(file.text, file.template)
                    assert [(version, each.pointer, each.message) for each in schema.check(made, version)] == []
                    assert schema.unchecked(made, version) == ()


def test_its_own_values_give_the_same_chart(chartgen: Run, example: Path, tmp_path: Path) -> None:
    chartgen("render", example, "-o", "out")
    for folder in charts(tmp_path / "out"):
        if folder.name.endswith("-device-plugin"):
            continue
        again = chartgen("render", folder / "values.yaml", "-o", "out2")
        assert again.returncode == 0, again.stderr
    compare(tmp_path / "out", tmp_path / "out2")


def compare(left: Path, right: Path) -> None:
    left_files = sorted(path.relative_to(left) for path in left.rglob("*") if path.is_file())
    right_files = sorted(path.relative_to(right) for path in right.rglob("*") if path.is_file())
    assert left_files == right_files
    _, different, errors = filecmp.cmpfiles(left, right, [str(path) for path in left_files], shallow=False)
    assert (different, errors) == ([], [])


def test_chart_and_manifests_are_as_before(
    chartgen: Run, example: Path, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    chartgen("render", example, "-o", "out", "--manifests", "manifests.yaml")
    for folder in charts(tmp_path / "out"):
        for path in sorted(folder.rglob("*")):
            # The schemas are long and differ by little: one of them shows what changes.
            if path.is_file() and (path.name != "values.schema.json" or example.stem == "generic-existing-claim"):
                assert path.read_text() == snapshot(name=str(path.relative_to(tmp_path / "out")))
    assert (tmp_path / "manifests.yaml").read_text() == snapshot(name="manifests")
