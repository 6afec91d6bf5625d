"""A node of the input schema in the dialect that every Helm 3 and 4 reads: JSON Schema draft-07, without our x- keys.

Only an `enum` can print a sentence of ours, so a refused key or value becomes one beside a `not` that nothing passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Node = dict[str, Any]

DIALECT = "http://json-schema.org/draft-07/schema#"
_POINTER = "#/definitions/"
_DROPPED = ("default", "examples", "readOnly", "$comment", "$schema", "definitions")
_NODES = ("additionalProperties", "propertyNames", "items", "not", "if", "then", "else", "contains")
_LISTS = ("allOf", "anyOf", "oneOf")
_MAPS = ("properties", "patternProperties")


class Translator:
    """Translates nodes, and remembers which definitions the result refers to (`definitions`)."""

    def __init__(self, definitions: Mapping[str, Node]) -> None:
        self._source = definitions
        self.definitions: dict[str, Node] = {}

    def node(self, node: Mapping[str, Any]) -> Node:
        """`node` translated. Beside a `$ref` nothing counts in draft-07, so nothing is kept there."""
        if "$ref" in node:
            self._define(node["$ref"].removeprefix(_POINTER))
            return {"$ref": node["$ref"]}
        return _with_refusals({key: self._value(key, value) for key, value in node.items() if _stays(key)}, node)

    def _value(self, key: str, value: Any) -> Any:
        if key in _NODES and isinstance(value, dict):
            return self.node(value)
        if key in _LISTS:
            return [self.node(member) for member in value]
        if key in _MAPS:
            return {name: self.node(member) for name, member in value.items()}
        return value

    def _define(self, name: str) -> None:
        if name not in self.definitions:
            self.definitions[name] = {}  # so that a definition that refers to itself is translated once
            self.definitions[name] = self.node(self._source[name])


def refused(sentence: str) -> Node:
    """A schema that nothing meets and whose error is `sentence`."""
    return {"allOf": [{"enum": [sentence]}, {"not": {}}]}


def nullable(node: Node) -> Node:
    """`node`, or null: what `--set key=null` leaves behind for a key without a default."""
    if "type" in node:
        types = node["type"] if isinstance(node["type"], list) else [node["type"]]
        out = {**node, "type": [*types, "null"]}
        return {**out, "enum": [*node["enum"], None]} if "enum" in node else out
    if "anyOf" in node:
        return {**node, "anyOf": [*node["anyOf"], {"type": "null"}]}
    return {"anyOf": [node, {"type": "null"}]}


def _stays(key: str) -> bool:
    return not key.startswith("x-") and key not in _DROPPED


def _with_refusals(out: Node, node: Mapping[str, Any]) -> Node:
    """Say why a key or value is refused (`x-refused`, `x-refused-values`); keys with one reason share a pattern."""
    names: Mapping[str, str] = node.get("x-refused", {})
    if names:
        groups: dict[str, list[str]] = {}
        for name, sentence in names.items():
            groups.setdefault(sentence, []).append(name.replace(".", "[.]"))
        patterns = {f"^({'|'.join(group)})$": refused(sentence) for sentence, group in groups.items()}
        kept = {name: member for name, member in out.pop("properties", {}).items() if name not in names}
        out = {**out, **({"properties": kept} if kept else {}), "patternProperties": patterns}
    values: Mapping[str, str] = node.get("x-refused-values", {})
    if values:
        out.pop("not", None)
        rules = [{"if": {"const": value}, "then": refused(sentence)} for value, sentence in values.items()]
        out = {**out, "allOf": [*out.get("allOf", []), *rules]}
    return out
