"""The keys of one chart that are free at install, and values to try for each, by what the schema says of it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from loop_axes import Key, Path, Values, at, keys, put

from chartgen.model.spec import Choices

# Texts of several shapes, so that one fits every pattern; the version is of an old engine.
_TEXTS = ("other", "other/x", "7Gi", "9999Gi", "0.5", "7%", "v0.10.0", "1.33", "https://other.example.com/x.jsonl")


def install_keys(choices: Choices) -> Iterator[Key]:
    """The keys that the choices use and that are free at install."""
    made = asdict(choices)
    return (key for key in keys() if key.node.get("x-phase") == "install" and key.used(made))


def frozen_keys(choices: Choices) -> Iterator[Key]:
    """The keys that the choices use and that are not."""
    made = asdict(choices)
    return (key for key in keys() if key.node.get("x-phase") in ("choice", "fixed") and key.used(made))


def unused_keys(choices: Choices) -> Iterator[Key]:
    """The keys that the choices do not use."""
    made = asdict(choices)
    return (key for key in keys() if not key.used(made))


def candidates(node: Mapping[str, Any]) -> Iterator[Any]:
    """Values that the key may have, each once; some may be refused all the same."""
    seen: set[str] = set()
    for value in itertools.chain(node.get("examples", ()), node.get("enum", ()), _made_up(node)):
        text = json.dumps(value, sort_keys=True)
        if text not in seen:
            seen.add(text)
            yield value


def _made_up(node: Mapping[str, Any]) -> Iterator[Any]:
    yield from (f"{example}0" for example in node.get("examples", ()) if isinstance(example, str))
    for part in (node, *node.get("anyOf", ())):
        types = part.get("type", ())
        if "boolean" in types:
            yield from (True, False)
        if "integer" in types or "number" in types:
            least = part.get("minimum", 0)
            yield from (value for value in (least, least + 1, 7, 3601, part.get("maximum", 7)) if value >= least)
        if "string" in types and "enum" not in part:
            yield from _TEXTS
        if "array" in types:
            yield []
            yield from ([*example, *example] for example in node.get("examples", ()))
            yield from ([value] for value in _members(part.get("items", {})))
        if "object" in types:
            yield from _objects(part)
    yield None


def _members(node: Mapping[str, Any]) -> Iterator[Any]:
    """Examples of a list's items, with each of their keys left out or changed in turn."""
    yield from _objects(node)
    for example in node.get("examples", ()):
        yield example
        if isinstance(example, dict):
            for name, child in node.get("properties", {}).items():
                yield from ({**example, name: value} for value in child.get("examples", ()))
                yield from ({**example, name: value} for value in child.get("enum", ()))


def _objects(node: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Objects with the required keys only, then with all."""
    properties = node.get("properties", {})
    required = {name: properties[name]["examples"][0] for name in node.get("required", ()) if name in properties}
    if required:
        yield required
        yield {name: child["examples"][0] for name, child in properties.items() if child.get("examples")}
        yield {name: None for name in properties if name not in required}  # what Helm takes out of a map below
    rest = node.get("additionalProperties")
    if isinstance(rest, Mapping):
        for example in node.get("examples", ()):
            name = next(iter(example), "other")
            yield from ({name: value} for value in itertools.chain(rest.get("examples", ()), _scalars(rest)))


def _scalars(node: Mapping[str, Any]) -> Iterator[Any]:
    yield from ("other", 7, True, False)
    for part in node.get("anyOf", ()):
        yield from _objects(part)


def overlay(path: Path, value: Any, base: Mapping[str, Any] | None = None) -> Values:
    """`base`, copied, with `value` at `path`."""
    values: Values = json.loads(json.dumps(base or {}))
    return put(values, path, value)


def most(choices: Choices, defaults: Mapping[str, Any], which: int = 0) -> Values:
    """Every install key that has no value yet, with an example: the first, or another (-1: the last)."""
    values: Values = {}
    for key in install_keys(choices):
        if at(defaults, key.path) in (None, [], {}) and key.node.get("examples"):
            put(values, key.path, key.node["examples"][which])
    return values


def instead(key: Key, choices: Choices, defaults: Mapping[str, Any]) -> Values:
    """What takes away the other optional keys of the section: some keys exclude each other.

    In a section that is not there some keys need each other, and they all come.
    """
    values: Values = {}
    if len(key.path) > 1 and at(defaults, key.path[:-1]) is None:
        for other in install_keys(choices):
            if other.path[:-1] == key.path[:-1]:
                put(values, other.path, other.node["examples"][0])
        return values
    for other in install_keys(choices):
        optional = "default" not in other.node and at(defaults, other.path) is not None
        if optional and other.path[:-1] == key.path[:-1] and other.path != key.path:
            put(values, other.path, None)
    return values


def set_expressions(path: Sequence[str], value: Any) -> Iterator[str]:
    """What `helm install --set` needs for a value: one expression for each of its scalars."""
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from set_expressions((*path, name), member)
    elif isinstance(value, list) and value:
        for index, member in enumerate(value):
            yield from set_expressions((*path[:-1], f"{path[-1]}\0[{index}]"), member)
    else:
        yield f"{'.'.join(map(_name, path))}={_scalar(value)}"


def _name(step: str) -> str:
    name, *indexes = step.split("\0")
    escaped = "".join(f"\\{letter}" if letter in r".,=\[]{}" else letter for letter in name)
    return escaped + "".join(indexes)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return "".join(f"\\{letter}" if letter in r",\{}" else letter for letter in value)
    return json.dumps(value)


def sayable(value: Any) -> bool:
    """Whether `--set` has words for a value: it has none for an empty map or list."""
    if isinstance(value, dict | list):
        return bool(value) and all(map(sayable, value.values() if isinstance(value, dict) else value))
    return True
