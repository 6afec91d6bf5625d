"""What a schema error means, in the words of a manifest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

import jsonschema_rs

from chartgen.model.pointer import pointer_to

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a map",
    "string": "a text",
}


PLACEHOLDER = "${"
"""What begins a place that is filled in later (`${REPLICAS:-1}`, by envsubst or Flux)."""


def explain(error: jsonschema_rs.ValidationError, neighbours: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(pointer, message) of each field at fault; `neighbours` are the fields that the schema knows at that place.

    None for a text with a placeholder: what it will be is not known.
    """
    if isinstance(error.instance, str) and PLACEHOLDER in error.instance:
        return
    pointer = pointer_to(error.instance_path)
    details = error.kind.as_dict()
    match error.kind.name:
        case "additionalProperties":
            for field in details["unexpected"]:
                yield (
                    pointer_to([*error.instance_path, field]),
                    f"unknown field {_quoted(field)}{_suggestion(field, neighbours)}",
                )
        case "required":
            field = details["property"]
            yield pointer_to([*error.instance_path, field]), f"{field} is missing"
        case "type":
            yield pointer, f"{_field(error)} must be {_either(details['types'])}, it is {_described(error.instance)}"
        case "enum":
            options = " or ".join(_quoted(option) for option in details["options"])
            yield pointer, f"{_field(error)} must be {options}, it is {_described(error.instance)}"
        case "oneOf" | "anyOf":
            yield from _closest(error, pointer)
        case _:
            yield pointer, f"{_field(error)}: {error.message}"


def _closest(error: jsonschema_rs.ValidationError, pointer: str) -> Iterator[tuple[str, str]]:
    """Of a choice: what is wrong deepest inside the value, else the types that the value might have."""
    branches: list[list[jsonschema_rs.ValidationError]] = error.kind.as_dict().get("context", [])
    errors = [inner for branch in branches for inner in branch]
    deeper = [inner for inner in errors if len(inner.instance_path) > len(error.instance_path)]
    types = [name for inner in errors if inner.kind.name == "type" for name in inner.kind.as_dict()["types"]]
    if deeper:
        yield from explain(max(deeper, key=lambda inner: len(inner.instance_path)), ())
    elif types:
        yield pointer, f"{_field(error)} must be {_either(types)}, it is {_described(error.instance)}"
    else:
        yield pointer, f"{_field(error)} fits none of the forms that are allowed here"


def _field(error: jsonschema_rs.ValidationError) -> str:
    """The last name on the way to the value, with the index if it is a list member: `containers[0]`."""
    name = ""
    for token in error.instance_path:
        name = f"{name}[{token}]" if isinstance(token, int) else token
    return name or "the object"


def _suggestion(field: str, neighbours: Sequence[str]) -> str:
    folded = {name.casefold(): name for name in reversed(neighbours)}
    close = get_close_matches(field.casefold(), folded, n=1, cutoff=0.7)
    return f", did you mean {folded[close[0]]}" if close else ""


def _either(types: Sequence[str]) -> str:
    names = dict.fromkeys(_TYPES.get(name, name) for name in types if name != "null")
    return " or ".join(names) or "null"


def _described(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {_quoted(value)}"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    return "null" if value is None else "a list" if isinstance(value, list) else "a map"


def _quoted(value: Any) -> str:
    text = str(value)
    shown = text if len(text) <= 60 else f"{text[:57]}..."
    return f"`{shown}`"
