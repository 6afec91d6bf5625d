"""`chartgen lint CHART` of a chart whose dependencies were not fetched: what they hold is not known to be missing."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest
from folders import write
from invocation import invoke

CHART = """\
apiVersion: v2
name: web
version: 0.1.0
dependencies:
- {name: router, version: 1.0.0, repository: "https://example.com/charts"}
- {name: store, version: 1.0.0, repository: "file://../store", alias: cache}
"""
AUTOSCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  maxReplicas: 3
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: router}
"""


def dependency(name: str) -> str:
    return f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n"


@pytest.fixture(autouse=True)
def _chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({"web/Chart.yaml": CHART, "web/templates/autoscaler.yaml": AUTOSCALER})


def lint(*options: str) -> tuple[list[str], list[str]]:
    """The messages of the rule that looks for what an autoscaler scales, and the notes."""
    result = invoke("lint", "web", *options, "--select", "autoscaler-target-missing", "--format", "json")
    report = json.loads(result.out)
    return [each["message"] for each in report["findings"]], report["notes"]


def test_what_lies_in_a_dependency_that_is_not_there_is_not_missing() -> None:
    assert lint() == (
        [],
        [
            "web was linted without router, store, which it depends on and web/charts lacks: "
            "`helm dependency build web` fetches that"
        ],
    )


def test_dependencies_that_are_there_hold_all() -> None:
    write({"web/charts/router/Chart.yaml": dependency("router"), "store/Chart.yaml": dependency("store")})
    with tarfile.open("web/charts/store-1.0.0.tgz", "w:gz") as archive:
        archive.add("store")
    assert lint() == (["there is no Deployment router of apps/v1"], [])


def test_a_folder_is_known_by_the_chart_in_it() -> None:
    write({"web/charts/one/Chart.yaml": dependency("router"), "web/charts/two/Chart.yaml": dependency("store")})
    assert lint() == (["there is no Deployment router of apps/v1"], [])


def test_a_chart_of_the_first_version_lists_them_in_a_file_of_its_own() -> None:
    head, _, listed = CHART.partition("dependencies:")
    write({"web/Chart.yaml": head.replace("v2", "v1"), "web/requirements.yaml": f"dependencies:{listed}"})
    messages, notes = lint()
    assert (messages, len(notes)) == ([], 1)


@pytest.mark.parametrize(
    ("dependency", "values", "missing"),
    [
        ("condition: router.enabled", "router: {enabled: false}", True),
        ("condition: router.enabled", "router: {enabled: true}", False),
        ("condition: router.enabled", "router: {enabled: 'false'}", False),
        ("condition: router.enabled", "", False),
        ("condition: 'other.enabled, router.enabled'", "router: {enabled: false}", True),
        ("condition: 'other.enabled,router.enabled'", "{router: {enabled: false}, other: {enabled: true}}", False),
        ("tags: [a, b]", "tags: {a: false}", True),
        ("tags: [a, b]", "tags: {a: false, b: true}", False),
        ("tags: [a, b]", "tags: {c: false}", False),
        ("{condition: router.enabled, tags: [a]}", "{router: {enabled: true}, tags: {a: false}}", False),
        ("condition: 1", "a: b", False),
    ],
)
def test_what_the_values_switch_off_is_not_needed(dependency: str, values: str, missing: bool) -> None:
    head, _, _ = CHART.partition("dependencies:")
    fields = f"name: router, version: 1.0.0, repository: 'https://example.com/charts', {dependency.strip('{}')}"
    write({"web/Chart.yaml": f"{head}dependencies:\n- {{{fields}}}\n", "web/values.yaml": f"{values}\n"})
    messages, notes = lint()
    assert (bool(messages), not notes) == (missing, missing)


def test_each_set_of_values_has_its_own() -> None:
    chart = CHART.replace('https://example.com/charts"', 'https://example.com/charts", condition: router.used')
    write({"web/Chart.yaml": chart, "web/values.yaml": "router: {used: false}\n", "on.yaml": "router: {used: true}\n"})
    write({"web/charts/store/Chart.yaml": dependency("store")})
    report = json.loads(invoke("lint", "web", "--values", "on.yaml", "--format", "json").out)
    found = [each for each in report["findings"] if each["rule"] == "autoscaler-target-missing"]
    assert [each["valueSets"]["names"] for each in found] == [["web/values.yaml"]]
    assert [each for each in report["notes"] if "router" in each and "store" not in each]


def test_a_chart_that_cannot_do_without_them_says_so() -> None:
    write({"web/templates/autoscaler.yaml": '{{ include "router.labels" . }}'})
    result = invoke("lint", "web")
    assert result.code == 4
    assert "web was not linted: nothing was rendered: " in result.err
    said = "It was rendered without router, store, which it depends on and web/charts lacks: run"
    assert f"{said} `helm dependency build web`." in " ".join(result.err.split())


@pytest.mark.parametrize("listed", ["dependencies: none\n", "dependencies: [none, {name: 1}]\n", "", "a: [\n"])
def test_a_list_that_is_none_is_helms_to_judge(listed: str) -> None:
    write({"web/requirements.yaml": listed, "web/Chart.yaml": "apiVersion: v1\nname: web\nversion: 0.1.0\n"})
    assert invoke("lint", "web").code in (0, 1, 4)
