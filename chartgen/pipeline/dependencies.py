"""Charts that a chart depends on and that nobody fetched, which the embedded Helm renders without a word."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from chartgen import reader
from chartgen.errors import InputError
from chartgen.pipeline import values_trees
from chartgen.pipeline.charts import ValueSet

_LISTS = ("Chart.yaml", "requirements.yaml")
"""Where dependencies are listed: the second in charts with apiVersion v1."""


def absent(chart: Path, sets: Sequence[ValueSet]) -> list[list[str]]:
    """For each set of values the names of the dependencies that it takes and the chart's folder lacks, sorted.

    The first of the sets is the chart's own.
    """
    listed = [_read(chart / name).get("dependencies") for name in _LISTS]
    entries = [entry for each in listed if isinstance(each, list) for entry in each if isinstance(entry, dict)]
    wanted = {name for entry in entries if isinstance(name := entry.get("name"), str)}
    there = _there(wanted, chart / "charts") if wanted else set()
    lacking = [entry for entry in entries if entry.get("name") in wanted - there]
    given = [_merged(sets[0], each) if lacking else {} for each in sets]
    return [sorted({entry["name"] for entry in lacking if _taken(entry, values)}) for values in given]


def _merged(own: ValueSet, other: ValueSet) -> dict[str, Any]:
    values: dict[str, Any] = {}
    with suppress(InputError):
        values = values_trees.merged(values_trees.read(own.text, own.name), other.values or {})
    return values


def _taken(entry: dict[str, Any], values: dict[str, Any]) -> bool:
    """Whether Helm takes a dependency: the first condition that the values have decides, then tags, one of them on.

    https://helm.sh/docs/topics/charts/#tags-and-condition-fields-in-dependencies
    """
    conditions = str(entry.get("condition") or "").split(",")
    found = [values_trees.at(values, tuple(each.strip().split("."))) for each in conditions]
    tags, named = values.get("tags"), entry.get("tags")
    keys = [each for each in named if isinstance(each, str)] if isinstance(named, list) else []
    said = [tags.get(each) for each in keys] if isinstance(tags, dict) else []
    first = [each for each in found if isinstance(each, bool)][:1]
    decided = first or [each for each in said if isinstance(each, bool)]
    return any(decided) if decided else True


def _there(wanted: set[str], folder: Path) -> set[str]:
    """Those that lie in the folder: as a chart, or packed by Helm, which names the archive after chart and version."""
    members = list(folder.iterdir()) if folder.is_dir() else []
    names = {_read(member / "Chart.yaml").get("name") for member in members if member.is_dir()}
    packed = [member.name for member in members if member.name.endswith(".tgz")]
    return {name for name in wanted if name in names or any(each.startswith(f"{name}-") for each in packed)}


def _read(file: Path) -> dict[str, Any]:
    """The map that a file holds; empty if there is none, which Helm itself complains of where it matters."""
    with suppress(InputError):
        documents = reader.parse(reader.read(file), file.name) if file.is_file() else []
        if documents and isinstance(documents[0].value, dict):
            return documents[0].value
    return {}
