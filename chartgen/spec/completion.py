"""Values in canonical form: the schema's order, its defaults filled in, unused keys that say nothing new left out."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from chartgen.spec.choices import unmet
from chartgen.spec.schema import Schema


def completed(node: Schema, values: Mapping[str, Any], made: Mapping[str, str]) -> dict[str, Any]:
    """`values` of the section with schema `node`, in the schema's order, with the defaults of every used key."""
    result: dict[str, Any] = {}
    for key, child in node["properties"].items():
        if unmet(child, made):
            continue
        if key in values:
            result[key] = _filled(child, values[key], made)
        elif "default" in child:
            result[key] = _filled(child, copy.deepcopy(child["default"]), made)
    return result


def idle(node: Schema, value: Any) -> bool:
    """Whether `value` says no more than the defaults of its schema `node`, so that dropping it changes nothing."""
    if "default" not in node:
        return False
    return bool(_filled(node, value, {}) == _filled(node, copy.deepcopy(node["default"]), {}))


def is_section(node: Schema) -> bool:
    """Whether `node` groups keys with phases of their own, and is no value itself."""
    return node.get("type") == "object" and "x-phase" not in node and "properties" in node


def _filled(node: Schema, value: Any, made: Mapping[str, str]) -> Any:
    if is_section(node) and isinstance(value, dict):
        return completed(node, value, made)
    return normal(node, value)


def normal(node: Schema, value: Any) -> Any:
    """`value` as it is written: listed keys in the schema's order, one form for each number."""
    if isinstance(value, dict):
        listed = node.get("properties", {})
        rest = node.get("additionalProperties")
        keys = [key for key in listed if key in value] + [key for key in value if key not in listed]
        return {key: normal(_schema(listed.get(key, rest)), value[key]) for key in keys}
    if isinstance(value, list):
        return [normal(_schema(node.get("items")), member) for member in value]
    if node.get("x-number") and isinstance(value, str):
        return _number(float(value))
    if isinstance(value, float):
        value = _number(value)
    if node.get("x-quantity") and isinstance(value, int | float):
        return str(value)
    return value


def _schema(node: Any) -> Schema:
    return node if isinstance(node, dict) else {}


def _number(value: float) -> int | float:
    """Integral numbers as integers, up to where a float counts exactly: 8.0 and 8 are one number to Kubernetes."""
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
