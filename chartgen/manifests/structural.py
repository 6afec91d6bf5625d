"""The structural schemas of CustomResourceDefinitions (OpenAPI 3.0) as JSON Schemas that say what the API server says.

What is no field of theirs is refused, as `kubectl apply` does (the API server by itself would drop it). Defaults are
filled in before anything is asked. Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chartgen.model.pointer import escape, keys_of

_OBJECT_META = "https://kubernetes.io/api/_definitions.json#/$defs/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_KEPT = frozenset(
    {
        "enum",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "pattern",
        "type",
        "uniqueItems",
    }
)
_FORMATS = ("ipv4", "ipv6")
"""Those that mean the same here as in the API server; it knows more of them (`date-time`, `duration`, `uri`)."""

_PRESERVES = "x-kubernetes-preserve-unknown-fields"
_INT_OR_STRING = "x-kubernetes-int-or-string"
_LIST_TYPE = "x-kubernetes-list-type"
_LIST_KEYS = "x-kubernetes-list-map-keys"
_EMBEDS = "x-kubernetes-embedded-resource"


def json_schema(address: str, structural: Mapping[str, Any], *, preserves: bool = False) -> dict[str, Any]:
    """The JSON Schema (2020-12, `$id` is the address) of the objects that `openAPIV3Schema` describes.

    `preserves` says that unknown fields are kept everywhere (`spec.preserveUnknownFields`).
    """
    schema = _field({**structural, "type": "object"}, preserves=preserves, embeds=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": address, **schema}


def defaulted(value: Any, structural: Any) -> Any:
    """The value with the defaults of all that it leaves out."""
    if not isinstance(structural, dict):
        return value
    if isinstance(value, list):
        return [defaulted(each, structural.get("items")) for each in value]
    if not isinstance(value, dict):
        return value
    fields, further = _members(structural)
    filled = {key: defaulted(each, fields.get(key, further)) for key, each in value.items()}
    for key, field in fields.items():
        if key not in value and isinstance(field, dict) and "default" in field:
            filled[key] = defaulted(field["default"], field)
    return filled


def _members(structural: Mapping[str, Any]) -> tuple[Mapping[str, Any], Any]:
    """The schemas of the fields by name, and what is said of all further ones."""
    fields = structural.get("properties")
    return fields if isinstance(fields, dict) else {}, structural.get("additionalProperties")


def places(value: Any, structural: Any, pointer: str = "") -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """(pointer, value, schema) of each place of a value that a structural schema describes, from the top."""
    if not isinstance(structural, dict):
        return
    yield pointer, value, structural
    if isinstance(value, dict):
        fields, further = _members(structural)
        for key, each in value.items():
            yield from places(each, fields.get(key, further), f"{pointer}/{escape(key)}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from places(each, structural.get("items"), f"{pointer}/{index}")


def repeated(value: Any, structural: Any) -> Iterator[tuple[str, str]]:
    """(pointer, message) of each member that a list may hold once only, as a set or by some keys, and holds before.

    The value is one that the schema accepts, with its defaults.
    """
    for pointer, place, described in places(value, structural):
        if isinstance(place, list):
            yield from _doubles(place, described, pointer)


def _doubles(members: Sequence[Any], structural: Mapping[str, Any], pointer: str) -> Iterator[tuple[str, str]]:
    kind, keys = structural.get(_LIST_TYPE), structural.get(_LIST_KEYS)
    name = keys_of(pointer)[-1]
    seen: dict[str, int] = {}
    for index, member in enumerate(members):
        if kind == "map" and isinstance(keys, list) and isinstance(member, dict):
            identity = {str(key): member[key] for key in keys if isinstance(key, str) and key in member}
            said = " and ".join(f"{key} {each}" for key, each in identity.items())
        elif kind == "set":
            identity, said = member, str(member)
        else:
            return
        first = seen.setdefault(json.dumps(identity, sort_keys=True), index)
        if first != index:
            yield f"{pointer}/{index}", f"{name}[{index}] is there twice: {name}[{first}] has {said} too"


def _field(structural: Any, *, preserves: bool, embeds: bool = False) -> dict[str, Any]:
    """A place of an object: what it may hold, and that it holds nothing else."""
    if not isinstance(structural, dict):
        return {}
    schema = _condition(structural)
    fields, further = _members(structural)
    schema["properties"] = {name: _field(each, preserves=preserves) for name, each in fields.items()}
    if embeds or structural.get(_EMBEDS) is True:
        schema["properties"] |= {"apiVersion": {"type": "string"}, "kind": {"type": "string"}}
        schema["properties"]["metadata"] = {"$ref": _OBJECT_META}
    if "items" in structural:
        schema["items"] = _field(structural["items"], preserves=preserves)
    if isinstance(further, dict):
        schema["additionalProperties"] = _field(further, preserves=preserves)
    elif further is not True and not preserves and structural.get(_PRESERVES) is not True:
        schema["additionalProperties"] = False
    return schema


def _condition(structural: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked of a value besides its fields; below `not` and in alternatives this is all that a schema says."""
    schema = {key: value for key, value in structural.items() if key in _KEPT}
    if structural.get("format") in _FORMATS:
        schema["format"] = structural["format"]
    for bound, strict in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        # OpenAPI 3.0 has a flag beside the bound, JSON Schema a bound of its own.
        if structural.get(strict) is True and bound in schema:
            schema[strict] = schema.pop(bound)
    if structural.get(_INT_OR_STRING) is True:
        schema["type"] = ["integer", "string"]
    if structural.get("nullable") is True:
        schema = _or_null(schema)
    if isinstance(structural.get("required"), list):
        schema["required"] = structural["required"]
    for key in ("allOf", "anyOf", "oneOf"):
        if isinstance(structural.get(key), list):
            schema[key] = [_alternative(each) for each in structural[key]]
    if "not" in structural:
        schema["not"] = _alternative(structural["not"])
    return schema


def _alternative(structural: Any) -> dict[str, Any]:
    if not isinstance(structural, dict):
        return {}
    schema = _condition(structural)
    if isinstance(structural.get("properties"), dict):
        schema["properties"] = {name: _alternative(each) for name, each in structural["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(structural.get(key), dict):
            schema[key] = _alternative(structural[key])
    return schema


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    wider: dict[str, Any] = {}
    if isinstance(schema.get("type"), str | list):
        wider["type"] = [*([schema["type"]] if isinstance(schema["type"], str) else schema["type"]), "null"]
    if isinstance(schema.get("enum"), list):
        wider["enum"] = [*schema["enum"], None]
    return {**schema, **wider}
