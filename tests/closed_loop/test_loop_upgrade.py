"""Upgrades from one generated chart to the next, with Helm's ways of keeping values."""

from __future__ import annotations

import copy
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import helm_python
import pytest
import yaml
from conftest import ROOT
from loop_axes import at, put
from loop_charts import Bare, objects, output, said, sample, written
from loop_keys import install_keys, most

from chartgen import resources, spec
from chartgen.spec import Loaded

COUNT = 1
PARTS = 2


def coalesced(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a release as Helm keeps them: the user's over the chart's."""
    merged = copy.deepcopy(dict(below))
    for key, value in above.items():
        kept = merged.get(key)
        merged[key] = coalesced(kept, value) if isinstance(kept, dict) and isinstance(value, Mapping) else value
    return merged


def reused(old: Path, new: Path, config: Mapping[str, Any], into: Path) -> Path:
    """The new chart as `helm upgrade --reuse-values` sees it: the old release's values stand for its values.yaml."""
    with helm_python.Chart.load(old) as chart:
        values = coalesced(chart.values, config)
    for path in new.rglob("*"):
        if path.is_file():
            copied = into / path.relative_to(new)
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.write_bytes(path.read_bytes())
    (into / "values.yaml").write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    return into


def newer(loaded: Loaded) -> Loaded:
    """The same values file with the next version of the chart, and a change that moves derived figures."""
    values = yaml.safe_load(loaded.text)
    values["chart"]["version"] = "0.2.0"
    values["engine"]["image"]["tag"] = "v0.32.0"
    return spec.load_text(json.dumps(values), "values.yaml")


def config(folder: Path, loaded: Loaded) -> dict[str, Any]:
    """What a user may have set at install: as much as the chart takes at once."""
    chart = Bare(folder)
    values: dict[str, Any] = {}
    for key in install_keys(loaded.choices):
        example = at(most(loaded.choices, loaded.values), key.path)
        if example is not None and chart.output(put(copy.deepcopy(values), key.path, example)) is not None:
            put(values, key.path, example)
    chart.close()
    return values


@pytest.mark.parametrize("part", range(PARTS))
def test_values_of_the_old_chart_over_the_new_one(part: int, tmp_path: Path) -> None:
    for number, (combination, loaded) in enumerate(sample(COUNT)[part::PARTS]):
        here = tmp_path / str(number)
        old, new = written(loaded, here / "old"), written(newer(loaded), here / "new")
        user = config(written(loaded, here / "bare"), loaded)
        kept = reused(old, new, user, here / "reused")
        with helm_python.Chart.load(kept) as chart, pytest.raises(helm_python.HelmError) as caught:
            output(chart)
        assert "run chartgen render again" in said(caught.value), combination.name
        assert "--reset-then-reuse-values" in said(caught.value), combination.name
        assert upgraded(old, new, user) == [], combination.name


def upgraded(old: Path, new: Path, user: Mapping[str, Any]) -> list[str]:
    """What `helm upgrade --reset-then-reuse-values` would break: fields that Kubernetes does not let change."""
    found = []
    for folder in (old, new):
        with helm_python.Chart.load(folder) as chart:
            found.append({(item["kind"], item["metadata"]["name"]): item for item in objects(output(chart, user))})
    before, after = found
    return [
        f"{' '.join(key)}: {path}"
        for key, item in before.items()
        if key in after
        for path in (("spec", "selector"), ("spec", "serviceName"), ("spec", "podManagementPolicy"))
        if key[0] not in ("Service", "PodMonitor") and at(item, path) != at(after[key], path)
    ]


def earlier(folder: Path) -> Path | None:
    """The sources of the previous commit: of the last one if the tree differs from it; None without a history."""
    git = ["git", "-C", str(ROOT)]
    try:
        changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, check=True).stdout.strip()
        archive = subprocess.run(
            [*git, "archive", "HEAD" if changed else "HEAD~1"], capture_output=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


def test_charts_of_the_previous_commit(tmp_path: Path) -> None:
    sources = earlier(tmp_path / "sources")
    if sources is None:
        pytest.skip("there is no previous commit here")
    examples = sorted((sources / "examples").glob("*.yaml"))
    names = [path for path in examples if (resources.folder("examples") / path.name).is_file()]
    assert names
    for path in names:
        out = tmp_path / path.stem
        ran = subprocess.run(
            [sys.executable, "-m", "chartgen", "render", str(path), "-o", str(out / "old")],
            env={**os.environ, "PYTHONPATH": str(sources)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        loaded = spec.load(resources.folder("examples") / path.name)
        old = out / "old" / loaded.values["derived"]["name"]
        assert (old / "Chart.yaml").is_file()
        assert upgraded(old, written(loaded, out / "new"), {"pod": {"annotations": {"team": "ml"}}}) == []
