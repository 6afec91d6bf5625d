"""The values schema: closed, described, with phases, and the same keys as the typed Spec."""

from __future__ import annotations

import dataclasses
import json
import re
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from chartgen import spec
from chartgen.catalogue import gpus
from chartgen.model.spec import Choices, Derived, Spec

SCHEMA = spec.schema()
Node = dict[str, Any]


def keys(node: Node, prefix: str = "") -> Iterator[tuple[str, Node]]:
    """Every key of the file with its schema, sections included; the insides of lists and maps are values."""
    for name, child in node["properties"].items():
        yield prefix + name, child
        if "x-phase" not in child:
            yield from keys(child, f"{prefix}{name}.")


def subschemas(node: Any) -> Iterator[Node]:
    if isinstance(node, dict):
        yield node
        for name, child in node.items():
            if name not in ("examples", "default", "enum", "const"):
                yield from subschemas(child)
    elif isinstance(node, list):
        for child in node:
            yield from subschemas(child)


KEYS = dict(keys(SCHEMA))
VALUES = {key: node for key, node in KEYS.items() if "x-phase" in node}
# What there is none of where the section is missing.
LEFT_OUT = {"model.token", "engine.apiKey"}
SECTIONS = {key: node for key, node in KEYS.items() if "x-phase" not in node}


def test_the_schema_is_a_valid_schema_without_references() -> None:
    Draft202012Validator(SCHEMA)
    references = {node["$ref"] for node in subschemas(SCHEMA) if isinstance(node.get("$ref"), str)}
    assert references == {"#/definitions/value"}
    assert json.loads(spec.schema_text()) == SCHEMA


@pytest.mark.parametrize("key", sorted(SECTIONS))
def test_a_section_is_closed_and_present_by_default(key: str) -> None:
    node = SECTIONS[key]
    assert node["type"] == "object"
    assert node["additionalProperties"] is False
    assert ("default" in node) == (key not in LEFT_OUT)
    assert node.get("default", {}) == {}


@pytest.mark.parametrize("key", sorted(KEYS))
def test_a_key_is_described_with_examples_that_it_accepts(key: str) -> None:
    node = KEYS[key]
    assert re.match(r"[A-Za-z].*\.$", node["description"], re.DOTALL)
    assert node["examples"]
    alone = Draft202012Validator({**node, "definitions": SCHEMA["definitions"]})
    needed = {name: node["properties"][name]["examples"][0] for name in node.get("required", ())}
    defaults = [node["default"]] if "default" in node and not needed else []
    for value in [*node["examples"], *defaults]:
        whole = {**needed, **value} if needed else value
        assert not [error.message for error in alone.iter_errors(whole)]


@pytest.mark.parametrize("key", sorted(VALUES))
def test_a_value_has_a_phase_and_a_choice_is_a_closed_enum_or_a_boolean(key: str) -> None:
    node = VALUES[key]
    assert node["x-phase"] in ("choice", "fixed", "install")
    if node["x-phase"] == "choice" and node["type"] != "boolean":
        assert node["enum"]
        assert set(node["enum"]) == {str(value) for value in node["enum"]}
    if node.get("type") == "object" and key != "derived":
        assert node["additionalProperties"] is not True
        assert "additionalProperties" in node


def test_conditions_name_choices_and_say_why() -> None:
    choices = {field.name for field in dataclasses.fields(Choices)}
    conditional = [node for node in KEYS.values() if "x-when" in node or "x-why-not" in node]
    assert conditional
    for node in conditional:
        assert set(node["x-when"]) <= choices
        assert re.match(r"[a-z].*[a-z]$", node["x-why-not"])
        assert "default" not in node or node.get("type") != "string" or "enum" in node


def test_every_object_inside_a_value_is_closed_or_free_of_control_characters() -> None:
    open_objects = [node for node in subschemas(SCHEMA) if node.get("additionalProperties") is True]
    assert not open_objects
    typed = [node for node in subschemas(SCHEMA) if node.get("type") == "object" and "additionalProperties" not in node]
    assert [node.get("description", "")[:8] for node in typed] == ["Computed"]


def test_every_text_refuses_control_characters() -> None:
    for node in subschemas(SCHEMA):
        kinds = node.get("type", ())
        if "string" not in ([kinds] if isinstance(kinds, str) else kinds) or "enum" in node:
            continue
        for sign in "\x00\x07\x1b\x7f\x85\ufeff\ufffe\uffff":
            assert not re.search(node["pattern"], f"a{sign}b"), node
            assert not re.search(node["pattern"], f"1{sign}"), node


def test_patterns_mean_the_same_to_every_engine() -> None:
    """Go's RE2 knows no look-around, no back references and no \\u; `$` differs only before a final line feed."""
    nodes = [node for node in subschemas(SCHEMA) if isinstance(node.get("pattern"), str) and "say" not in node]
    assert nodes
    for pattern in {node["pattern"] for node in nodes}:
        assert not re.search(r"\(\?[=!<P]|\\[1-9uUZpP]|\\x\{", pattern), pattern
        assert pattern.startswith("^")
        assert pattern.endswith("$")
        assert re.compile(pattern)


def test_every_map_bounds_its_keys() -> None:
    """A key of more than 1,024 characters cannot be written before a colon."""
    for node in subschemas(SCHEMA):
        if isinstance(node.get("additionalProperties"), dict):
            assert node["propertyNames"]["maxLength"] * 6 < 1024 * 2
            assert node["propertyNames"]["pattern"]


def test_gpu_types_and_backends_are_those_of_their_tables() -> None:
    assert KEYS["gpu.type"]["enum"] == [gpu.name for gpu in gpus.gpus()]
    assert KEYS["storage.backend"]["enum"] == sorted(spec.backends())
    for backend in spec.backends().values():
        assert set(backend.required) <= set(backend.properties)
        for key in backend.properties:
            assert backend.name in KEYS[f"storage.{key}"]["x-when"]["backend"]


def test_the_callers_copy_is_its_own() -> None:
    spec.schema()["properties"].clear()
    assert spec.schema() == SCHEMA


def camel(name: str) -> str:
    """The key of a field; one that Python keeps for itself has a `_` behind it."""
    return re.sub(r"_(.)", lambda match: match[1].upper(), name).removesuffix("_")


def same_keys(section: type, node: Node, where: str) -> Iterator[str]:
    """The differences between a dataclass and the schema of its section."""
    hints = typing.get_type_hints(section)
    # What only some storage backends take stands in the map `rest`.
    rest = hints.pop("rest", None)
    fields = {camel(name): hint for name, hint in hints.items()}
    named = [name for name in node["properties"] if rest is None or name in fields]
    if list(fields) != named:
        yield f"{where}: {list(fields)} and {list(node['properties'])}"
    for name, hint in fields.items():
        inner = next((kind for kind in _classes(hint) if kind is not Derived), None)
        child = node["properties"].get(name, {})
        child = child.get("items", child)
        if inner is not None and "properties" in child:
            yield from same_keys(inner, child, f"{where}.{name}")


def _classes(hint: Any) -> Iterator[type]:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        yield hint
    origin = typing.get_origin(hint)
    if origin in (tuple, types.UnionType):
        for argument in typing.get_args(hint):
            yield from _classes(argument)
    assert origin is not dict, "maps are read-only"


def test_the_dataclasses_have_the_keys_of_the_schema() -> None:
    assert list(same_keys(Spec, SCHEMA, "")) == []
    derived = [camel(field.name) for field in dataclasses.fields(Derived)]
    assert derived == list(SCHEMA["properties"]["derived"]["properties"])


def test_every_annotation_of_the_schema_is_known() -> None:
    known = set(re.findall(r"x-[a-z-]+[a-z]", SCHEMA["$comment"]))
    used = {name for node in subschemas(SCHEMA) if isinstance(node, Mapping) for name in node if name.startswith("x-")}
    assert used == known
