"""Hypothesis strategies for the keys of a values file, by their schemas."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs
from hypothesis import strategies as st
from loop_axes import Key, Path, Values, put, schema
from loop_keys import install_keys

from chartgen.model.spec import Choices

_MOST_KEYS = 6
_LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="\u2028\u2029\ufeff")


def install_values(choices: Choices) -> st.SearchStrategy[Values]:
    """Values for a few of the keys that are free at install, each as its schema allows."""
    keys = tuple(install_keys(choices))
    some = st.lists(st.sampled_from(keys), min_size=1, max_size=_MOST_KEYS, unique_by=lambda key: key.path)
    return some.flatmap(lambda chosen: st.tuples(*map(_entry, chosen))).map(_together)


def _entry(key: Key) -> st.SearchStrategy[tuple[Path, Any]]:
    return st.tuples(st.just(key.path), of_key(key.dotted, json.dumps(key.node, sort_keys=True)))


def _together(entries: tuple[tuple[Path, Any], ...]) -> Values:
    values: Values = {}
    for path, value in entries:
        put(values, path, value)
    return values


@cache
def of_key(name: str, text: str) -> st.SearchStrategy[Any]:
    """What the key `name` with the schema in `text` may hold."""
    node = json.loads(text)
    valid = jsonschema_rs.Draft202012Validator({**node, "definitions": schema()["definitions"]})
    examples = st.sampled_from(node["examples"])
    found = examples if '"$ref"' in text else st.one_of(_strategy(node), examples)
    return found.filter(valid.is_valid)


def _strategy(node: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "enum" in node:
        return st.sampled_from(node["enum"])
    if "anyOf" in node:
        return st.one_of(*map(_strategy, node["anyOf"]))
    types = node["type"] if isinstance(node["type"], list) else [node["type"]]
    return st.one_of(*(_typed(node, each) for each in types))


def _typed(node: Mapping[str, Any], kind: str) -> st.SearchStrategy[Any]:
    if kind == "string":
        return _text(node)
    if kind == "integer":
        return st.integers(int(node.get("minimum", 0)), int(node.get("maximum", 2**31 - 1)))
    if kind == "number":
        return st.floats(float(node.get("minimum", 0)), float(node.get("maximum", 1e6)))
    if kind == "array":
        return st.lists(_strategy(node["items"]), max_size=3)
    if kind == "object":
        return _object(node)
    return st.booleans()


def _text(node: Mapping[str, Any]) -> st.SearchStrategy[str]:
    pattern = node.get("pattern", "")
    if not pattern or pattern.startswith("^[^"):  # anything but control characters
        return st.text(_LETTERS, min_size=1, max_size=40)
    return st.from_regex(pattern, fullmatch=True).filter(lambda text: len(text) <= node.get("maxLength", 300))


def _object(node: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    properties = node.get("properties", {})
    refused = node.get("x-refused", {})
    required = {name: _strategy(properties[name]) for name in node.get("required", ())}
    optional = {name: _strategy(child) for name, child in properties.items() if name not in {*required, *refused}}
    known = st.fixed_dictionaries(required, optional=optional)
    rest = node.get("additionalProperties")
    if not isinstance(rest, Mapping):
        return known
    names = _text({"pattern": "^[a-z][a-z0-9-]{0,20}$", **node.get("propertyNames", {})})
    return st.dictionaries(names.filter(lambda name: name not in refused), _strategy(rest), max_size=3)
