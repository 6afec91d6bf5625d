"""The schema of a generated chart: the input schema, narrowed to one values file and its choices.

What the templates or the derived figures hang on is frozen, with a sentence; what the choices leave unused is refused,
with the reason; what is free at install stays as it is. So `helm install --set` cannot bend a chart into one that
chartgen would not have made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chartgen.chart.draft7 import DIALECT, Node, Translator, nullable, refused
from chartgen.model.spec import Choices

_FROZEN = (
    "fixed when the chart was generated; change it in the values file and run chartgen render again, "
    "or upgrade with --reset-then-reuse-values in the place of --reuse-values"
)
_ABSENT = "not set when the chart was generated, and now fixed; set it in the values file and run chartgen render again"
_GLOBAL = {"type": "object", "description": "What a parent chart hands to all its subcharts; not used by this chart."}
_ENABLED = {"type": "boolean", "description": "For the `condition` of a parent chart; not used by this chart."}


def narrow(schema: Mapping[str, Any], values: Mapping[str, Any], choices: Choices) -> Node:
    """The draft-07 schema for the chart whose values.yaml holds `values`, from the composed input `schema`."""
    translator = Translator(schema.get("definitions", {}))
    root = _Narrower(translator, choices).section(schema, values)
    root["properties"] = {**root["properties"], "global": _GLOBAL, "enabled": _ENABLED}
    if translator.definitions:
        root["definitions"] = translator.definitions
    return {"$schema": DIALECT, **root}


def live(node: Mapping[str, Any], choices: Choices) -> bool:
    """Whether the choices use the key that `node` describes."""
    return all(getattr(choices, choice) in allowed for choice, allowed in node.get("x-when", {}).items())


def required(name: str, section: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether templates count on a key of `section`.

    It has a default, is frozen, is required by the input schema, or is a section that makes an unusual choice.
    """
    node = section["properties"][name]
    frozen = node.get("x-phase") in ("choice", "fixed")
    return "default" in node or frozen or name in _demanded(section, values) or _chooses(node, values.get(name))


def _chooses(node: Mapping[str, Any], value: Any) -> bool:
    """Whether `value`, of a section, makes another choice than the usual one, for which it could be left out."""
    return isinstance(value, Mapping) and any(
        child.get("x-phase") == "choice" and value.get(name) != child.get("default")
        for name, child in node.get("properties", {}).items()
    )


def _demanded(section: Mapping[str, Any], values: Mapping[str, Any]) -> set[str]:
    """The keys that the input schema requires of a section with these values, conditions included."""
    demanded = set(section.get("required", ()))
    for rule in section.get("allOf", ()):
        wanted = {name: node["const"] for name, node in rule["if"]["properties"].items()}
        if all(values.get(name) == value for name, value in wanted.items()):
            demanded.update(rule["then"].get("required", ()))
    return demanded


class _Narrower:
    def __init__(self, translator: Translator, choices: Choices) -> None:
        self._translator = translator
        self._choices = choices

    def section(self, node: Mapping[str, Any], values: Mapping[str, Any] | None) -> Node:
        """An object whose keys have phases of their own; without values one that may be given at install."""
        given = _usual(node) if values is None else values
        members = {name: self._key(node, name, given) for name in node["properties"]}
        out = {key: node[key] for key in ("title", "description") if key in node}
        if values is None:
            needed = [name for name in node["properties"] if name in _demanded(node, given)]
        else:
            needed = [name for name in node["properties"] if name in values and required(name, node, values)]
        return {
            **out,
            "type": "object",
            "additionalProperties": False,
            **({"required": needed} if needed else {}),
            "properties": members,
        }

    def _key(self, parent: Mapping[str, Any], name: str, values: Mapping[str, Any]) -> Node:
        node = parent["properties"][name]
        if not live(node, self._choices):
            return refused(f"not used by this chart: {node['x-why-not']}")
        phase = node.get("x-phase")
        if phase in ("choice", "fixed"):
            return _fixed(node, values[name]) if name in values else refused(_ABSENT)
        if phase is None and "properties" in node:
            section = self.section(node, values.get(name))
            return section if name in values and required(name, parent, values) else nullable(section)
        free = self._translator.node(node)
        return free if name in values and required(name, parent, values) else nullable(free)


def _usual(node: Mapping[str, Any]) -> dict[str, Any]:
    """The choices that a section makes by being left out."""
    choices = {name: child for name, child in node["properties"].items() if child.get("x-phase") == "choice"}
    return {name: child["default"] for name, child in choices.items()}


def _fixed(node: Mapping[str, Any], value: Any) -> Node:
    """Only `value`, part by part, so that an error names the part; const says what it must be, the enum says why.

    Errors print the members of an enum only if all are scalars: beside a list the sentence has to stand alone.
    """
    described = {"description": node["description"]} if "description" in node else {}
    if isinstance(value, dict):
        children = node.get("properties", {})
        members = {name: _fixed(children.get(name, {}), member) for name, member in value.items()}
        closed = {"type": "object", "additionalProperties": False, "required": list(value), "properties": members}
        return {**described, **closed}
    if isinstance(value, list):
        return {**described, "if": {"not": {"const": value}}, "then": refused(_FROZEN)}
    return {**described, "allOf": [{"const": value}, {"enum": [value, _FROZEN]}]}
