"""What a values file can choose, read off the composed schema: no choice is listed here by its value.

An axis is a place of the values file where different values lead to different `Choices`: a key with x-phase `choice`,
a key whose examples do so (model.id), or a section that is there or not (networking.ingress).
"""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from chartgen import spec
from chartgen.errors import ValuesInvalid
from chartgen.spec.checks import rows
from chartgen.spec.choices import chosen, unmet
from chartgen.spec.completion import is_section

Path = tuple[str, ...]
Values = dict[str, Any]

CORE = ("kind", "backend", "provider", "spot", "autoscaler")
"""The fields of Choices that whole charts are walked over exhaustively."""

ABSENT = "(absent)"
_AUTO = "auto"


@dataclass(frozen=True)
class Axis:
    """`options` maps the name of each option to what it puts into the values file, by path.

    `fields` are the fields of Choices that the options tell apart.
    """

    name: str
    fields: tuple[str, ...]
    options: Mapping[str, Mapping[Path, Any]]


@dataclass(frozen=True)
class Key:
    """A key with a value of its own; `live` are the x-when of it and of the sections around it."""

    path: Path
    node: Mapping[str, Any]
    live: tuple[Mapping[str, Any], ...]

    @property
    def dotted(self) -> str:
        return ".".join(self.path)

    def used(self, made: Mapping[str, str]) -> bool:
        return not any(unmet(node, made) for node in self.live)


@cache
def schema() -> Mapping[str, Any]:
    return spec.schema()


@cache
def keys() -> tuple[Key, ...]:
    """Every key of the values file with a value of its own, in the schema's order."""
    return tuple(_keys(schema(), (), ()))


def _keys(node: Mapping[str, Any], path: Path, around: tuple[Mapping[str, Any], ...]) -> Iterator[Key]:
    for name, child in node["properties"].items():
        here, live = (*path, name), (*around, child)
        if is_section(child):
            yield from _keys(child, here, live)
        else:
            yield Key(here, child, live)


def put(values: Values, path: Path, value: Any) -> Values:
    """`values`, changed: `value` stands at `path`."""
    section = values
    for step in path[:-1]:
        section = section.setdefault(step, {})
    section[path[-1]] = copy.deepcopy(value)
    return values


def at(values: Mapping[str, Any], path: Path) -> Any:
    """What stands at `path`, or None."""
    found: Any = values
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def drop(values: Values, path: Path) -> None:
    """Take `path` out of `values`, with the sections that it leaves empty."""
    above = at(values, path[:-1]) if path[:-1] else values
    if isinstance(above, dict) and path[-1] in above:
        del above[path[-1]]
        if not above and path[:-1]:
            drop(values, path[:-1])


def least() -> Values:
    """A values file with the required keys only, each with the first of its examples."""
    values: Values = {}
    for section in schema()["required"]:
        node = schema()["properties"][section]
        for name in node["required"]:
            put(values, (section, name), node["properties"][name]["examples"][0])
    return values


@cache
def gpu(provider: str, sharing: str) -> str:
    """The first GPU type for which the table alone may refuse a file that says no more than it must and shares so."""
    section = schema()["properties"]["gpu"]
    asked = [
        rule["then"]["required"] for rule in section["allOf"] if rule["if"]["properties"]["sharing"]["const"] == sharing
    ]
    examples = [[(key, value) for value in section["properties"][key]["examples"]] for keys in asked for key in keys]
    for name in section["properties"]["type"]["enum"]:
        for given in itertools.product(*examples):
            values = put(least(), ("cluster", "provider"), provider)
            put(values, ("gpu",), {"type": name, "sharing": sharing, **dict(given)})
            try:
                spec.load_text(json.dumps(values), "values.yaml")
            except ValuesInvalid as error:
                told = {problem.message for problem in error.problems if problem.fatal}
                if not told <= {row.message for row in rows()}:
                    continue
            return str(name)
    raise AssertionError(f"no GPU is accepted on {provider} with sharing {sharing}")


@cache
def axes() -> tuple[Axis, ...]:
    """All axes, those of the exhaustive walk first."""
    found = [*_section_axes(), *_choice_axes(), *_telling_axes()]  # a section before what lies in it
    return tuple(sorted(found, key=lambda axis: not set(axis.fields) & set(CORE)))


def core() -> tuple[Axis, ...]:
    return tuple(axis for axis in axes() if set(axis.fields) & set(CORE))


def _choice_axes() -> Iterator[Axis]:
    for key in keys():
        if key.node.get("x-phase") == "choice":
            values = key.node.get("enum", [False, True])
            options = {json.dumps(value).strip('"'): {key.path: value} for value in values}
            fields = _fields(options, _setting(key))
            if set(fields) & set(CORE):  # `auto` stands for another option, and is walked by itself
                options.pop(_AUTO, None)
            if len(key.path) > 2 and "default" not in key.live[-2]:  # its section may be left out
                options = {ABSENT: {}, **options}
            yield Axis(key.dotted, fields, options)


def _telling_axes() -> Iterator[Axis]:
    """Keys that are no choices themselves, but some of whose examples make one that their section alone does not."""
    for key in keys():
        if key.node.get("x-phase") in ("fixed", "install") and "enum" not in key.node:
            options = {json.dumps(value): {key.path: value} for value in key.node.get("examples", ())}
            if at(least(), key.path) is None:
                options = {ABSENT: {}, **options}
            fields = _fields(options, _setting(key))
            if fields:
                yield Axis(key.dotted, fields, _distinct(options))


def _section_axes() -> Iterator[Axis]:
    """Sections whose presence is a choice; those that make the same choice exclude each other."""
    groups: dict[tuple[str, ...], dict[str, Mapping[Path, Any]]] = {}
    for path, node in _sections(schema(), ()):
        demanded = {name: node["properties"][name]["examples"][0] for name in node.get("required", ())}
        options: dict[str, Mapping[Path, Any]] = {ABSENT: {}, ".".join(path): {path: demanded}}
        fields = _fields(options, _explicit())
        if fields:
            groups.setdefault(fields, {}).update(options)
    for fields, group in groups.items():
        yield Axis(" | ".join(name for name in group if name != ABSENT), fields, group)


def _sections(node: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for name, child in node["properties"].items():
        if is_section(child):
            if path:
                yield (*path, name), child
            yield from _sections(child, (*path, name))


def _setting(key: Key) -> Values:
    """A file without `auto` in which the sections around `key` are there, if they make a choice."""
    values = _explicit()
    for depth in range(1, len(key.path)):
        if "x-when" in key.live[depth - 1] and at(values, key.path[:depth]) is None:
            put(values, key.path[:depth], {})
    return values


def _explicit() -> Values:
    """The least file, with one of the others in the place of every default `auto`."""
    values = least()
    for key in keys():
        if key.node.get("default") == _AUTO and not any("x-when" in node for node in key.live):
            put(values, key.path, next(value for value in key.node["enum"] if value != _AUTO))
    return values


def _made(options: Mapping[str, Mapping[Path, Any]], base: Values) -> list[dict[str, str]]:
    return [chosen(applied(base, patch)) for patch in options.values()]


def _fields(options: Mapping[str, Mapping[Path, Any]], base: Values) -> tuple[str, ...]:
    """The choices that differ between the options."""
    made = _made(options, base)
    names = sorted({name for each in made for name in each})
    return tuple(name for name in names if len({each.get(name) for each in made}) > 1)


def _distinct(options: Mapping[str, Mapping[Path, Any]]) -> dict[str, Mapping[Path, Any]]:
    """One option for each set of choices."""
    seen: dict[tuple[tuple[str, str], ...], tuple[str, Mapping[Path, Any]]] = {}
    for (name, patch), made in zip(options.items(), _made(options, least()), strict=True):
        seen.setdefault(tuple(sorted(made.items())), (name, patch))
    return dict(seen.values())


def applied(values: Mapping[str, Any], patch: Mapping[Path, Any]) -> Values:
    """A copy of `values` with `patch` in it."""
    changed = copy.deepcopy(dict(values))
    for path, value in patch.items():
        put(changed, path, value)
    return changed
