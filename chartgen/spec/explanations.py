"""Schema errors as sentences: what is wrong with a value, and what to write instead."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chartgen.spec.completion import is_section
from chartgen.spec.fault import CONTROL, Fault, path_of, quoted, reason, remedy
from chartgen.spec.layout import Path
from chartgen.spec.schema import Schema, composed
from chartgen.spec.suggestions import elsewhere, nearest

_NAMES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a map of keys",
    "array": "a list",
}
_REFUSED, _CONTROLS, _TYPE = 5, 4, 3


def explained(error: Any, raw: Mapping[Path, str]) -> Iterator[Fault]:
    """The faults behind one error of the schema validator; none where another error of the same key says it better."""
    path: Path = tuple(error.instance_path)
    name = error.kind.name
    node = _node(error.schema_path[:-1])
    if name == "propertyNames":
        inner = error.kind.error
        yield _misnamed((*path, inner.instance), inner, node)
    elif name == "additionalProperties":
        closed = _node(error.schema_path[:-1])
        for key in error.kind.unexpected:
            yield _unknown((*path, key), key, closed)
    elif name == "required":
        yield from _missing((*path, error.kind.property))
    elif name == "const":
        wanted = f"{path[-1]}: {_flow(error.kind.expected_value)}"
        yield Fault(path, f"{quoted(error.instance)} is not {_expected(node)}", f"Write `{wanted}`.", _TYPE)
    elif name == "not":
        if node.get("x-refused-values"):
            why = node["x-refused-values"][error.instance]
            yield Fault(path, f"{quoted(error.instance)} is refused: {why}", _example(path, node), _REFUSED)
    elif name == "anyOf" and isinstance(error.instance, dict | list):
        yield from _alternative(path, error, node, raw)
    elif name == "enum" and _is_refusal(error.schema_path):
        yield _refused(path, error.kind.options[0])
    else:
        yield _invalid(path, error, node, raw)


def _alternative(path: Path, error: Any, node: Schema, raw: Mapping[Path, str]) -> Iterator[Fault]:
    """The faults by the one alternative that has the type of the value."""

    def fits(errors: list[Any]) -> bool:
        return not any(inner.kind.name == "type" and inner.instance == error.instance for inner in errors)

    fitting = [errors for errors in error.kind.context if fits(errors)]
    if len(fitting) != 1:
        yield _invalid(path, error, node, raw)
        return
    for inner in fitting[0]:
        yield from explained(inner, raw)


def _node(schema_path: list[str | int]) -> Schema:
    node: Any = composed()
    for step in schema_path:
        node = node[step]
    return node if isinstance(node, dict) else {}


def _at(path: Path) -> Schema:
    """The schema of the value at `path`; empty where there is none."""
    node: Any = composed()
    for step in path:
        node = node.get("items") if isinstance(step, int) else _member(node, step)
        if not isinstance(node, dict):
            return {}
    return dict(node)


def _member(node: Schema, key: str) -> Any:
    """The schema of a key, also where only one alternative of the value has keys."""
    for alternative in (node, *node.get("anyOf", ())):
        found = alternative.get("properties", {}).get(key, alternative.get("additionalProperties"))
        if isinstance(found, dict):
            return found
    return None


def _is_refusal(schema_path: list[str | int]) -> bool:
    """Whether the enum is a sentence in disguise: beside it stands a `not` that nothing passes."""
    whole = _node(schema_path[:-3]) if len(schema_path) >= 3 else {}
    return schema_path[-3:] == ["allOf", 0, "enum"] and {"not": {}} in whole.get("allOf", [])


def _refused(path: Path, sentence: str) -> Fault:
    return Fault(path, f"the key is refused: {reason(sentence)}", remedy(sentence), _REFUSED)


def _misnamed(path: Path, inner: Any, node: Schema) -> Fault:
    key = str(inner.instance)
    if CONTROL.search(key) or "\n" in key:
        return Fault(path, f"the key {quoted(key)} contains a control character", "Remove it.", _CONTROLS)
    message = f"{quoted(key)} is not {node.get('x-expects', 'a key that can stand here')}"
    if inner.kind.name == "maxLength":
        message = f"the key has {len(key)} characters, and {inner.kind.limit} is the most"
    return Fault(path, message, _hint(key, node) or "Rename the key.")


def _unknown(path: Path, key: str, closed: Schema) -> Fault:
    known = [name for name, child in closed.get("properties", {}).items() if not _is_refused_key(child)]
    parent = path[-2] if len(path) > 1 else "the file"
    where = "the item" if isinstance(parent, int) else f"`{parent}`" if len(path) > 1 else parent
    message = f"{where} has no key {quoted(key)}"
    meant = nearest(key, known)
    if meant:
        return Fault(path, message, f"Did you mean `{meant}`?", meant=((*path[:-1], meant),))
    places = elsewhere(key)
    if places:
        meanings = tuple(path_of(place) for place in places)
        return Fault(path, message, f"Did you mean `{'` or `'.join(places)}`?", meant=meanings)
    return Fault(path, message, f"Remove it; the keys are {', '.join(known)}.", hides=False)


def _is_refused_key(node: Schema) -> bool:
    return {"not": {}} in node.get("allOf", [])


def _missing(path: Path) -> Iterator[Fault]:
    node = _at(path)
    if is_section(node) and "required" in node:
        for key in node["required"]:
            yield from _missing((*path, key))
        return
    description = node.get("description", "")
    written = f"{path[-1]}: {_flow(node['examples'][0])}" if node.get("examples") else f"{path[-1]}"
    under = f" under `{path[-2]}`" if len(path) > 1 and isinstance(path[-2], str) else ""
    yield Fault(path, "the key is missing", f"Add{under} for example `{written}`. {description}".rstrip(), absent=True)


def _invalid(path: Path, error: Any, node: Schema, raw: Mapping[Path, str]) -> Fault:
    value, whole = error.instance, _at(path) or node
    if isinstance(value, str) and CONTROL.search(value):
        return _control(path, value)
    explain = _EXPLAIN.get(error.kind.name)
    if explain is not None:
        fault = explain(path, error, whole, raw)
        if fault is not None:
            return fault
    message = f"{quoted(value)} is not {_expected(node) or _expected(whole) or 'accepted here'}"
    return Fault(path, message, _hint(value, node) or _hint(value, whole) or _example(path, whole))


def _control(path: Path, value: str) -> Fault:
    found = CONTROL.search(value)
    assert found is not None
    message = f"character {found.start() + 1} of the text is the control character U+{ord(found[0]):04X}"
    return Fault(path, message, "Remove it: YAML and Helm lose or garble such characters.", _CONTROLS)


def _type(path: Path, error: Any, node: Schema, raw: Mapping[Path, str]) -> Fault | None:
    value, types = error.instance, _types(node)
    key = path[-1] if path and isinstance(path[-1], str) else ""
    written = f"{key}: " if key else "- "
    text = raw.get(path) or (value if isinstance(value, str) else json.dumps(value))
    if isinstance(value, bool | int | float) and "string" in types:
        what = "true or false" if isinstance(value, bool) else "a number"
        quote = json.dumps(text, ensure_ascii=False)
        message = f"{quoted(text)} without quotes is {what}, and text is wanted"
        return Fault(path, message, f"Write `{written}{quote}`.", _TYPE)
    if isinstance(value, str) and _reads_as(value.strip(), types):
        message = f"{quoted(value)} is a text here, and {_wanted(types)} is wanted"
        return Fault(path, message, f"Remove the quotes: `{written}{value.strip()}`.", _TYPE)
    if isinstance(value, str) and _hint(value, node):
        return Fault(path, f"{quoted(value)} is not {_expected(node) or _wanted(types)}", _hint(value, node), _TYPE)
    what = "a list" if isinstance(value, list) else "a map of keys" if isinstance(value, dict) else quoted(value)
    return Fault(path, f"{what} stands here, and {_wanted(types)} is wanted", _example(path, node), _TYPE)


def _unquoted(path: Path, error: Any, node: Schema, raw: Mapping[Path, str]) -> Fault | None:
    types = _types(node)
    lost = isinstance(error.instance, bool | int | float) and "string" in types and "number" not in types
    return _type(path, error, node, raw) if lost else None


def _types(node: Schema) -> list[str]:
    """The types that the value may have, those of alternatives included."""
    if "anyOf" in node:
        return [name for alternative in node["anyOf"] for name in _types(alternative)]
    types = node.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _wanted(types: list[str]) -> str:
    return " or ".join(_NAMES[name] for name in types) or "something else"


def _reads_as(text: str, types: list[str]) -> bool:
    if "boolean" in types and text in ("true", "false"):
        return True
    whole = "integer" in types and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text)
    return bool(whole or ("number" in types and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]+)?", text)))


def _one_of(path: Path, error: Any, node: Schema, _raw: Mapping[Path, str]) -> Fault | None:
    value, options = error.instance, [str(option) for option in error.kind.options]
    if not isinstance(value, str):
        return None
    meant = nearest(value, options)
    instead = _hint(value, node) or (f"Did you mean `{meant}`?" if meant else _example(path, node))
    only = f"the only value is {options[0]}" if len(options) == 1 else f"the values are {', '.join(options)}"
    return Fault(path, f"{quoted(value)} is unknown: {only}", instead)


def _too_small(path: Path, error: Any, node: Schema, _raw: Mapping[Path, str]) -> Fault:
    message = f"{quoted(error.instance)} is too small: the least is {_plain(error.kind.limit)}"
    return Fault(path, message, _example(path, node))


def _too_large(path: Path, error: Any, node: Schema, _raw: Mapping[Path, str]) -> Fault:
    message = f"{quoted(error.instance)} is too large: the most is {_plain(error.kind.limit)}"
    return Fault(path, message, _example(path, node))


def _too_long(path: Path, error: Any, _node: Schema, _raw: Mapping[Path, str]) -> Fault:
    message = f"the text has {len(error.instance)} characters, and {error.kind.limit} is the most"
    return Fault(path, message, "Shorten it.")


def _too_many(path: Path, error: Any, node: Schema, _raw: Mapping[Path, str]) -> Fault:
    message = f"the list has {len(error.instance)} items, and {error.kind.limit} is the most"
    return Fault(path, message, "Remove items." if error.kind.limit > 1 else "Keep one item.")


def _too_few(path: Path, error: Any, node: Schema, _raw: Mapping[Path, str]) -> Fault:
    message = f"the list has {len(error.instance)} items, and {error.kind.limit} is the least"
    return Fault(path, message, _example(path, node))


def _twice(path: Path, _error: Any, _node: Schema, _raw: Mapping[Path, str]) -> Fault:
    return Fault(path, "the list holds the same item twice", "Remove one of the two.")


_EXPLAIN: dict[str, Callable[[Path, Any, Schema, Mapping[Path, str]], Fault | None]] = {
    "type": _type,
    "anyOf": _unquoted,
    "enum": _one_of,
    "minimum": _too_small,
    "maximum": _too_large,
    "maxLength": _too_long,
    "minItems": _too_few,
    "maxItems": _too_many,
    "uniqueItems": _twice,
}


def _plain(limit: float) -> str:
    return str(int(limit)) if float(limit).is_integer() else str(limit)


def _expected(node: Schema) -> str:
    return str(node.get("x-expects", ""))


def _hint(value: Any, node: Schema) -> str:
    """What the schema says about values that look like this one."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    for hint in node.get("x-hints", ()):
        if re.search(hint["pattern"], text):
            sentence = hint["say"]
            example = f"; for example `{_flow(node['examples'][0])}`" if node.get("examples") else ""
            return f"{sentence[:1].upper()}{sentence[1:]}{example}."
    return ""


def _example(path: Path, node: Schema) -> str:
    if not node.get("examples"):
        return "Change or remove it."
    key = f"{path[-1]}: " if path and isinstance(path[-1], str) else ""
    return f"Write for example `{key}{_flow(node['examples'][0])}`."


def _flow(example: Any) -> str:
    """An example in flow style; a text plain where that is the same text."""
    from chartgen import reader  # noqa: PLC0415 - only errors need it

    if isinstance(example, str) and reader.plain_is_string(example):
        return example
    return json.dumps(example, ensure_ascii=False)
