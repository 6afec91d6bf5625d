"""A first values file, written for somebody: the keys that were chosen with what they mean, and what else there is."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from chartgen.spec.canonical import descriptions
from chartgen.spec.choices import chosen, unmet
from chartgen.spec.comments import Comments
from chartgen.spec.completion import is_section, normal
from chartgen.spec.fault import path_of
from chartgen.spec.layout import Path
from chartgen.spec.schema import Schema, composed
from chartgen.spec.writer import write

SCHEMA_FILE = "values.schema.json"
SCHEMA_LINE = f"# yaml-language-server: $schema={SCHEMA_FILE}"
"""Editors complete keys by this line; `chartgen schema` prints the file."""

_HEADER = (
    SCHEMA_LINE,
    f"# For completion in an editor put the schema beside this file: chartgen schema > {SCHEMA_FILE}",
)
_MORE = "More keys, with a usual value; `chartgen schema` describes them all."
# What people change first, in no more lines than one reads.
_SUGGESTED = (
    "model.servedName",
    "model.token",
    "engine.apiKey",
    "parallelism.tensor",
    "workload.replicas",
    "spot.policy",
    "storage.backend",
    "storage.size",
    "availability.antiAffinity",
    "lifecycle.hangDetection",
    "autoscaling.kind",
    "networking.service.type",
    "monitoring.kind",
)
_WIDTH = 100


def plain(values: Mapping[str, Any]) -> str:
    """`values`, which have at least one key, as text without any comment."""
    return write(values, Comments(), {})


def draft(values: Mapping[str, Any]) -> str:
    """The text of a values file that holds `values`, which pass the schema.

    Every key has its description above it. Keys that are often set stand there as comments, ready to be uncommented.
    """
    written = _ordered(composed(), values)
    comments = Comments(header=list(_HEADER))
    for owner, (suggested, notes) in _suggestions(written).items():
        lines = [f"# {line}" for line in write(suggested, Comments(), notes).splitlines() if line]
        comments.closing[owner] = lines if owner else [f"# {_MORE}", *lines]
    return write(written, comments, descriptions(composed(), written, {}, ()))


def _ordered(node: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` of a section, in the order of its schema, each as it is written."""
    return {
        key: _ordered(child, values[key]) if is_section(child) else normal(child, values[key])
        for key, child in node["properties"].items()
        if values.get(key) is not None
    }


def _suggestions(values: Mapping[str, Any]) -> dict[Path, tuple[dict[str, Any], dict[Path, list[str]]]]:
    """Keys that these values use and do not set: usual values and descriptions, by the section to stand in.

    That is the innermost section which the values have, so that nobody uncomments one that is there already.
    """
    made = chosen(values)
    found: dict[Path, tuple[dict[str, Any], dict[Path, list[str]]]] = {}
    for path in map(path_of, _SUGGESTED):
        node = _live(path, made)
        owner = max((path[:length] for length in range(len(path)) if _at(values, path[:length])), key=len)
        if node is None or _at(values, path) is not None:
            continue
        section, notes = found.setdefault(owner, ({}, {}))
        below = path[len(owner) :]
        for step in below[:-1]:
            section = section.setdefault(str(step), {})
        section[str(below[-1])] = node.get("default", node.get("examples", [None])[0])
        notes[below] = textwrap.wrap(node["description"], _WIDTH)
    return found


def _live(path: Path, made: Mapping[str, str]) -> Schema | None:
    """The schema of the key at `path`, if these choices use it."""
    node = composed()
    for step in path:
        node = node["properties"].get(step, {})
        if not node or unmet(node, made):
            return None
    return node


def _at(values: Any, path: Path) -> Any:
    for step in path:
        values = values.get(step) if isinstance(values, Mapping) else None
    return values
