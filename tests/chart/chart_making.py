"""Values files, charts and releases written down in a test."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import helm_python
import pytest
import yaml

from chartgen import chart, spec
from chartgen.errors import ValuesInvalid
from chartgen.model.chart import Chart

MODEL = "mistralai/Mistral-7B-Instruct-v0.2"
LEAST: dict[str, Any] = {
    "name": "mistral",
    "model": {"id": MODEL},
    "gpu": {"type": "nvidia-a100-80gb"},
    "cluster": {"provider": "generic"},
}
AKS: dict[str, Any] = {"cluster": {"provider": "aks"}}

Object = dict[str, Any]


def merged(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """LEAST with `parts` laid over it, section by section."""
    return laid(copy.deepcopy(LEAST), *parts)


def laid(below: dict[str, Any], *parts: Mapping[str, Any]) -> dict[str, Any]:
    """`below`, changed: every part lies over it, section by section."""
    for part in parts:
        _lay(below, part)
    return below


def _lay(below: dict[str, Any], above: Mapping[str, Any]) -> None:
    for key, value in above.items():
        if isinstance(value, Mapping) and isinstance(below.get(key), dict):
            _lay(below[key], value)
        else:
            below[key] = copy.deepcopy(value)


def loaded(folder: Path, *parts: Mapping[str, Any]) -> Any:
    """What chartgen.spec makes of a values file with the keys of `parts`."""
    file = folder / "values-in.yaml"
    file.write_text(json.dumps(merged(*parts), ensure_ascii=False), encoding="utf-8")
    return spec.load(file)


def refused(folder: Path, *parts: Mapping[str, Any]) -> dict[str, str]:
    """The keys for which a values file with the keys of `parts` is refused, each with its message."""
    with pytest.raises(ValuesInvalid) as caught:
        loaded(folder, *parts)
    return {problem.key: problem.message for problem in caught.value.problems if problem.fatal}


def made(folder: Path, *parts: Mapping[str, Any]) -> Chart:
    """The chart for the keys of `parts`."""
    return assembled(loaded(folder, *parts))


def assembled(file: Any) -> Chart:
    """The chart for what `loaded` gave."""
    return chart.assemble(file.values, file.choices, file.text, _schema(), file.totals)


@cache
def _schema() -> dict[str, Any]:
    return spec.schema()


def written(folder: Path, *parts: Mapping[str, Any]) -> Path:
    """The folder of that chart."""
    return chart.write(made(folder, *parts), folder / "charts")


def texts(
    folder: Path, values: Mapping[str, Any] | None = None, *, release: str = "demo", namespace: str = "llm"
) -> dict[str, str]:
    """What Helm, asked without chartgen, renders from the chart in `folder`, by Helm's path of the template."""
    with helm_python.Chart.load(folder) as loaded_chart:
        return loaded_chart.render(dict(values or {}), name=release, namespace=namespace)


def notes(folder: Path, values: Mapping[str, Any] | None = None) -> str:
    """What Helm prints after an install."""
    return texts(folder, values)[f"{folder.name}/templates/NOTES.txt"]


def objects(folder: Path, values: Mapping[str, Any] | None = None, **options: str) -> list[Object]:
    """The Kubernetes objects of that release."""
    rendered = texts(folder, values, **options)
    return [found for name, text in rendered.items() if not name.endswith("NOTES.txt") for found in _documents(text)]


def _documents(text: str) -> Iterator[Object]:
    return (document for document in yaml.safe_load_all(text) if document)


def one(found: list[Object], kind: str, component: str = "engine") -> Object:
    """The only object of `kind` (and component) in `found`."""
    wanted = [
        item
        for item in found
        if item["kind"] == kind and item["metadata"]["labels"]["app.kubernetes.io/component"] == component
    ]
    (item,) = [item for item in wanted if not item["metadata"]["name"].endswith("-pods")]
    return item


def pod(found: list[Object]) -> Object:
    """The pod spec of the workload in `found`."""
    (workload,) = [item for item in found if item["kind"] in ("Deployment", "StatefulSet", "DaemonSet")]
    spec_of_pod: Object = workload["spec"]["template"]["spec"]
    return spec_of_pod


def engine(found: list[Object]) -> Object:
    """The engine's container."""
    container: Object = pod(found)["containers"][0]
    return container


def delivered(text: str) -> str:
    """What a kubelet makes of an argument or a variable that refers to no variable: `$$` becomes `$`."""
    assert "$(" not in text.replace("$$", ""), f"{text!r} refers to a variable"
    return text.replace("$$", "$")
