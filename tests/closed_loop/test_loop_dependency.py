"""The chart as a part of others: below a parent, twice below one under two names, and two releases side by side."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import helm_python
import pytest
from loop_charts import objects, output, sample, selectors, selects, templates, written

from chartgen.spec import Loaded

COUNT = 1
PARTS = 2
_PARENT = """apiVersion: v2
name: parent
version: 0.1.0
dependencies:
"""


def parent(loaded: Loaded, folder: Path, aliases: tuple[str, ...]) -> Path:
    """A chart that depends on the chart of `loaded` once for each alias; an empty one means none."""
    chart = written(loaded, folder / "made")
    above = folder / "parent"
    (above / "charts").mkdir(parents=True)
    shutil.copytree(chart, above / "charts" / chart.name)
    lines = ""
    for alias in aliases:
        lines += f"  - name: {chart.name}\n    version: {loaded.values['chart']['version']}\n"
        lines += f"    condition: {alias or chart.name}.enabled\n" + (f"    alias: {alias}\n" if alias else "")
    (above / "Chart.yaml").write_text(_PARENT + lines, encoding="utf-8")
    return above


def rendered(folder: Path, release: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    with helm_python.Chart.load(folder) as chart:
        return list(objects(output(chart, values, release)))


def names(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(item["kind"], item["metadata"]["name"]) for item in found]


def apart(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> list[str]:
    """What the objects of one installation do to the pods of the other."""
    labels = [pod["metadata"].get("labels", {}) for item in other for pod in templates(item)]
    assert labels
    return [
        f"{item['kind']} {item['metadata']['name']}: {dict(selector)}"
        for item in one
        for selector in selectors(item)
        if any(selects(selector, each) for each in labels)
    ]


@pytest.mark.parametrize("part", range(PARTS))
def test_below_a_parent_once_and_twice(part: int, tmp_path: Path) -> None:
    for number, (combination, loaded) in enumerate(sample(COUNT)[part::PARTS]):
        here = tmp_path / str(number)
        alone = rendered(parent(loaded, here / "alone", ("",)), "demo")
        assert alone, combination.name
        assert len(set(names(alone))) == len(alone)
        both = rendered(parent(loaded, here / "both", ("chat", "embed")), "demo")
        assert len(set(names(both))) == len(both) == 2 * len(alone), (combination.name, sorted(names(both)))
        one = [item for item in both if "chat" in item["metadata"]["name"]]
        other = [item for item in both if "embed" in item["metadata"]["name"]]
        assert len(one) == len(other) == len(alone)
        assert apart(one, other) == apart(other, one) == [], combination.name
        off = rendered(here / "both" / "parent", "demo", {"chat": {"enabled": False}})
        assert sorted(names(off)) == sorted(names(other))


@pytest.mark.parametrize("part", range(PARTS))
def test_two_releases_leave_each_other_alone(part: int, tmp_path: Path) -> None:
    for number, (combination, loaded) in enumerate(sample(COUNT)[part::PARTS]):
        folder = written(loaded, tmp_path / str(number))
        releases = ("demo", "demo-2", loaded.values["derived"]["name"])
        found = {release: rendered(folder, release) for release in releases}
        for one, other in itertools.permutations(releases, 2):
            assert not set(names(found[one])) & set(names(found[other])), combination.name
            assert apart(found[one], found[other]) == [], combination.name
