"""Charts of the walk on disk, as Helm takes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import helm_python
import jsonschema_rs
import yaml
from loop_combination import Combination
from loop_judgement import settle
from loop_plan import plan

from chartgen import chart, spec
from chartgen.model.chart import Chart
from chartgen.spec import Loaded

Object = dict[str, Any]


@cache
def sample(count: int) -> tuple[tuple[Combination, Loaded], ...]:
    """Accepted combinations that together have every option of every axis, and some more."""
    accepted = plan(40).accepted
    chosen: list[Combination] = []
    missing = {item for each in accepted for item in each.options.items()}
    while missing or len(chosen) < count:
        best = max(accepted, key=lambda each: (len(missing & set(each.options.items())), each not in chosen))
        chosen.append(best)
        missing -= set(best.options.items())
    return tuple((each, loaded) for each in chosen if (loaded := settle(each.values).loaded) is not None)


def assembled(loaded: Loaded) -> Chart:
    return chart.assemble(loaded.values, loaded.choices, loaded.text, spec.schema(), loaded.totals)


def written(loaded: Loaded, into: Path) -> Path:
    """The folder of the chart."""
    return chart.write(assembled(loaded), into)


class Bare:
    """A chart without its schema, which takes Helm ten times as long as the rest; the schema is asked beside it."""

    def __init__(self, folder: Path) -> None:
        schema = folder / "values.schema.json"
        self._schema = jsonschema_rs.Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))
        schema.unlink()
        self._chart = helm_python.Chart.load(folder)
        self._values = self._chart.values

    def output(self, values: Mapping[str, Any]) -> dict[str, str] | None:
        """What Helm renders; None where the schema or the chart refuses."""
        if not self._schema.is_valid(_laid(self._values, values)):
            return None
        try:
            return output(self._chart, values)
        except helm_python.HelmError:
            return None

    def close(self) -> None:
        self._chart.close()


def _laid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` over `below` as Helm does it: maps are merged, null takes away what has a default."""
    merged = dict(below)
    for key, value in above.items():
        if value is None and key in below:
            del merged[key]
        elif isinstance(value, Mapping) and isinstance(below.get(key), Mapping):
            merged[key] = _laid(below[key], value)
        else:
            merged[key] = value
    return merged


def output(chart: helm_python.Chart, values: Mapping[str, Any] | None = None, release: str = "demo") -> dict[str, str]:
    """What Helm renders, notes included; HelmError where it refuses."""
    return chart.render(dict(values or {}), name=release, namespace="llm")


def objects(texts: Mapping[str, str]) -> Iterator[Object]:
    for name, text in texts.items():
        if not name.endswith("NOTES.txt"):
            yield from (document for document in yaml.safe_load_all(text) if document)


def templates(item: Object) -> Iterator[Object]:
    """The pod templates of an object, wherever they stand."""
    if isinstance(item, dict):
        if isinstance(item.get("spec"), dict) and "containers" in item["spec"] and "metadata" in item:
            yield item
        for member in item.values():
            yield from templates(member)


def selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    return bool(selector) and selector.items() <= labels.items()


def selectors(item: Any) -> Iterator[Mapping[str, str]]:
    """The pod selectors of an object: of its spec, and of constraints inside its pod templates."""
    if isinstance(item, dict):
        selector = item.get("selector")
        if isinstance(selector, dict):
            yield selector.get("matchLabels", selector if all(isinstance(v, str) for v in selector.values()) else {})
        for name in ("labelSelector", "podSelector"):
            if isinstance(item.get(name), dict) and item[name].get("matchLabels"):
                yield item[name]["matchLabels"]
        for member in item.values():
            yield from selectors(member)
    elif isinstance(item, list):
        for member in item:
            yield from selectors(member)


def said(error: helm_python.HelmError) -> str:
    return str(error).replace("\\'", "'").replace("\\n", "\n")


def dumped(values: Any) -> str:
    return json.dumps(values, ensure_ascii=False)
