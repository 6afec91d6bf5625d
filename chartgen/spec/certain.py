"""Checks between keys for a file that the schema refuses: so that a first run tells as much as can be told.

A key that is misspelt or has an impossible value could mean anything. A refusal is told only if it stays the same,
word for word, whatever that key is.
"""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chartgen.spec.build import build
from chartgen.spec.checks import Refusal, check
from chartgen.spec.choices import chosen
from chartgen.spec.completion import completed, is_section
from chartgen.spec.derive import derive
from chartgen.spec.fault import Fault
from chartgen.spec.layout import Path
from chartgen.spec.schema import Schema, composed

# With more tries than this the file is too far from a valid one to say more about it.
_MOST_TRIES = 150
_ABSENT = object()
# Texts of several shapes; those that fit a key's pattern stand for all that could be written there.
_TEXTS = ("x", "x/x", "/models/x", "v0.1.0", "v999.0.0", "1.30", "1", "1Gi", "9999Gi", "100%")


def certain_refusals(values: Mapping[str, Any], faults: Iterable[Fault]) -> list[Refusal]:
    """The fatal refusals that hold whatever the keys lost to `faults` mean."""
    places = [_leaf(path) for fault in faults if fault.hides for path in fault.meant or (fault.path,)]
    lost = list(dict.fromkeys(place for place in places if place is not None))
    options = [list(_options(path)) for path in lost]
    if None in places or not all(options) or sum(map(len, options)) > _MOST_TRIES:
        return []
    base = copy.deepcopy(dict(values))
    for path, first in zip(lost, options, strict=True):
        _put(base, path, first[0])
    common: list[Refusal] | None = None
    for path, tries in zip(lost, options, strict=True):
        for value in tries:
            variant = copy.deepcopy(base)
            _put(variant, path, value)
            found = _refusals(variant)
            common = found if common is None else [refusal for refusal in common if refusal in found]
            if not common:
                return []
    return common or []


def _refusals(values: Mapping[str, Any]) -> list[Refusal]:
    made = chosen(values)
    spec = build(completed(composed(), values, made))
    derived = derive(spec)
    return [refusal for refusal in check(dataclasses.replace(spec, derived=derived), derived, made) if refusal.fatal]


def _leaf(path: Path) -> Path | None:
    """The key with a value of its own at or around `path`; None if `path` is a whole section."""
    node = composed()
    for depth, step in enumerate(path, 1):
        node = node["properties"].get(step, {}) if isinstance(step, str) else {}
        if not is_section(node):
            return path[:depth]
    return None


def _options(path: Path) -> Iterator[Any]:
    """Values that the key at `path` may have, for every value that makes a difference as far as the schema knows."""
    node, parent = composed(), composed()
    for step in path:
        node, parent = node["properties"][step], node
    if path[-1] not in parent.get("required", ()):
        yield _ABSENT
    if "enum" in node:
        yield from node["enum"]
        return
    yield from node.get("examples", ())
    yield from _extremes(node)


def _extremes(node: Schema) -> Iterator[Any]:
    types = node.get("type", ())
    if "boolean" in types:
        yield from (True, False)
    if "integer" in types or "number" in types:
        yield from (node[bound] for bound in ("minimum", "maximum") if bound in node)
    if "string" in types:
        pattern = node.get("pattern", "")
        yield from (text for text in _TEXTS if re.search(pattern, text))


def _put(values: dict[str, Any], path: Path, value: Any) -> None:
    section: Any = values
    for step in path[:-1]:
        section = section.setdefault(step, {})
    if value is _ABSENT:
        section.pop(path[-1], None)
    else:
        section[path[-1]] = copy.deepcopy(value)
