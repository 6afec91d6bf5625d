"""The configuration file: found, read, verified, and its places for what turns out to be wrong later."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from chartgen import reader
from chartgen.errors import ChartgenError, InputError, UsageError
from chartgen.model.finding import Severity
from chartgen.model.location import Location
from chartgen.model.pointer import escape, keys_of, pointer_to
from chartgen.model.settings import RuleSetting, Settings

NAMES = (".chartgen.yaml", "pyproject.toml")
_TABLE = ("tool", "chartgen")
_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")
_REMEDY = "`chartgen schema config` describes every key."
_TYPES = {
    "string": "a text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list",
    "object": "a map",
}


@dataclass(frozen=True, slots=True, eq=False)
class Configuration:
    """`value` follows the schema. Paths in it are relative to the folder of `file`."""

    file: Path
    text: str
    value: Mapping[str, Any]

    def section(self, *names: str) -> Mapping[str, Any]:
        """What the file says about one command; empty if nothing."""
        found: Any = self.value
        for name in names:
            found = found.get(name, {})
        return found if isinstance(found, dict) else {}

    def place(self, pointer: str) -> Location:
        """Where a JSON pointer stands in the file; what is absent stands at its nearest ancestor."""
        return _place(self.file, self.text, pointer)


def find(folder: Path) -> Path | None:
    """The nearest configuration at or above `folder`, up to the root of the repository.

    A pyproject.toml without [tool.chartgen] is none, and `.chartgen.yaml` goes before one beside it.
    """
    for each in (folder, *folder.parents):
        for name in NAMES:
            if (each / name).is_file() and (not _is_toml(each / name) or _has_table(each / name)):
                return each / name
        if (each / ".git").exists():
            return None
    return None


def read(file: Path, schema: Mapping[str, Any]) -> Configuration:
    """One configuration file, checked against the schema of all commands.

    Raises UsageError, with line and key, for a file that cannot be read or that the schema does not allow.
    """
    try:
        text = reader.read(file)
        value = _toml(text, file) if _is_toml(file) else _yaml(text, file)
    except InputError as error:
        raise UsageError(
            f"the configuration cannot be read: {error.message}", remedy=error.remedy, location=error.location
        ) from None
    _verify(value, schema, text, file)
    return Configuration(file, text, value)


def settings(configuration: Configuration) -> Settings:
    """What the section of `lint` says beyond the options of the command."""
    lint = configuration.section("lint")
    rules = lint.get("rules", {})
    listed = [
        (name, f"/lint/{key}/{index}") for key in ("select", "ignore") for index, name in enumerate(lint.get(key, ()))
    ]
    return Settings(
        rules={name: _setting(value) for name, value in rules.items()},
        pod_templates=tuple((each["kind"], each["path"]) for each in lint.get("podTemplates", ())),
        rule_folders=tuple(configuration.file.parent / each for each in lint.get("ruleFolders", ())),
        ignore_paths=tuple(lint.get("ignorePaths", ())),
        folder=configuration.file.parent,
        named=(*((name, f"/lint/rules/{escape(name)}") for name in rules), *listed),
        place=configuration.place,
    )


def _setting(value: Mapping[str, Any]) -> RuleSetting:
    severity = value.get("severity")
    off = severity in ("off", False) and severity is not None
    return RuleSetting(
        severity=None if off or severity is None else Severity[severity],
        off=off,
        parameters=value.get("params", {}),
        locked=value.get("locked", False),
    )


def _is_toml(file: Path) -> bool:
    return file.suffix == ".toml"


def _has_table(file: Path) -> bool:
    """Whether [tool.chartgen] is there, or may be: a file that cannot be read is refused later, with its place."""
    try:
        text = reader.read(file)
        return _TABLE[1] in text and _TABLE[1] in tomllib.loads(text).get(_TABLE[0], {})
    except tomllib.TOMLDecodeError:
        return True
    except (ChartgenError, AttributeError, TypeError):
        return False


def _yaml(text: str, file: Path) -> Any:
    documents = reader.parse(text, str(file), single=True)
    value = documents[0].value if documents else None
    return {} if value is None else value


def _toml(text: str, file: Path) -> Any:
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = _PLACE.search(str(error))
        place = Location(str(file), int(match[1]), int(match[2])) if match else Location(str(file), 1, 1)
        message = _PLACE.sub("", str(error))
        raise InputError(f"{file} is no TOML: {message}", remedy="Correct the line.", location=place) from None
    tools = whole.get(_TABLE[0])
    if not isinstance(tools, dict) or _TABLE[1] not in tools:
        raise InputError(f"{file} has no table [tool.chartgen]", remedy="Add it, or name another file.")
    # TOML has dates, JSON has not.
    return json.loads(json.dumps(tools[_TABLE[1]], default=str))


def _place(file: Path, text: str, pointer: str) -> Location:
    if _is_toml(file):
        return _toml_place(file, text, pointer)
    return reader.locate(text, 0, [pointer], str(file))[pointer]


def _toml_place(file: Path, text: str, pointer: str) -> Location:
    """The first line with which the beginning of the file, as TOML, holds the key; tomllib itself tells no places.

    A statement of several lines can only be read whole, so that the key stands behind the last beginning that could be
    read without it.
    """
    keys = [*_TABLE, *keys_of(pointer)]
    lines = text.splitlines(keepends=True)
    best = (0, 0)
    # What stands above the first mention of the table need not be read line by line.
    before = next((number for number, line in enumerate(lines) if _TABLE[1] in line), 0)
    for number in range(before + 1, len(lines) + 1):
        with suppress(tomllib.TOMLDecodeError):
            depth = _depth(tomllib.loads("".join(lines[:number])), keys)
            if depth > best[0]:
                best = (depth, before)
            before = number
            if depth == len(keys):
                break
    line = lines[best[1]] if lines else ""
    return Location(str(file), best[1] + 1, len(line) - len(line.lstrip()) + 1)


def _depth(value: Any, keys: list[str]) -> int:
    """How many of the keys lead to something."""
    for depth, key in enumerate(keys):
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return depth
    return len(keys)


def _verify(value: Any, schema: Mapping[str, Any], text: str, file: Path) -> None:
    import jsonschema_rs  # noqa: PLC0415 - only a run with a configuration needs it

    errors = [
        (list(error.instance_path), error) for error in jsonschema_rs.validator_for(dict(schema)).iter_errors(value)
    ]
    if not errors:
        return
    path, error = min(errors, key=lambda each: [str(part) for part in each[0]])
    unexpected = list(getattr(error.kind, "unexpected", ()))
    if unexpected:
        path = [*path, unexpected[0]]
    pointer = pointer_to(path)
    key = ".".join(map(str, path)) or "the file"
    what, remedy = _told(error, unexpected, _at(schema, path[: -1 if unexpected else None]))
    raise UsageError(
        f"the configuration is not valid: {key} {what}",
        remedy=f"{remedy} {_REMEDY}".strip(),
        location=_place(file, text, pointer),
    )


def _told(error: Any, unexpected: list[str], schema: Mapping[str, Any]) -> tuple[str, str]:
    """(what is wrong with the key, what to do)."""
    if unexpected:
        close = get_close_matches(unexpected[0].replace("-", ""), schema.get("properties", {}), n=1)
        return "is no key", f"Did you mean {close[0]}?" if close else ""
    options = getattr(error.kind, "options", None)
    if options is not None:
        known = [each for each in json.loads(options) if each] if isinstance(options, str) else [*filter(None, options)]
        return f"is {error.instance!r}, not one of {', '.join(map(str, known))}", ""
    types = getattr(error.kind, "types", None)
    if types is not None:
        wanted = " or ".join(_TYPES.get(each, each) for each in types)
        quotes = "Put it in quotes." if types == ["string"] and isinstance(error.instance, int | float) else ""
        return f"must be {wanted}", quotes
    return f"is wrong: {error.message}", ""


def _at(schema: Mapping[str, Any], path: list[Any]) -> Mapping[str, Any]:
    """The part of the schema that describes what stands at a path."""
    found: Any = schema
    for part in path:
        inner = found.get("items") if isinstance(part, int) else found.get("properties", {}).get(part)
        found = inner or found.get("additionalProperties") or {}
        reference = found.get("$ref", "") if isinstance(found, dict) else ""
        found = schema["$defs"][reference.rpartition("/")[2]] if reference else found
    return found if isinstance(found, dict) else {}
