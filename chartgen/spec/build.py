"""From canonical values to the typed Spec, and from the typed Derived to the values' `derived:` block."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from chartgen.model.spec import Derived, SecretReference, Spec

_Section = TypeVar("_Section")

# The field of a section that takes the keys which no other field is named after.
_REST = "rest"


def build(values: Mapping[str, Any]) -> Spec:
    """The Spec of values that pass the schema and have their defaults filled in; `derived` is not read."""
    return _section(Spec, {key: value for key, value in values.items() if key != "derived"})


def derived_values(derived: Derived) -> dict[str, Any]:
    """The `derived:` block: the fields that apply, in their order, under their names of the values file."""
    block: dict[str, Any] = {}
    for field in dataclasses.fields(derived):
        value = getattr(derived, field.name)
        if value is None or value == ():
            continue
        block[key_of(field.name)] = list(value) if isinstance(value, tuple) else value
    return block


def key_of(field: str) -> str:
    """The values key of a dataclass field: `max_length` is `maxLength`."""
    first, *rest = field.split("_")
    return first + "".join(word.capitalize() for word in rest)


@cache
def _hints(section: Callable[..., Any]) -> dict[str, Any]:
    return typing.get_type_hints(section)


def _section(section: Callable[..., _Section], values: Mapping[str, Any]) -> _Section:
    hints = _hints(section)
    fields = {name: _typed(hint, values.get(key_of(name))) for name, hint in hints.items()}
    if _REST in hints:
        named = {key_of(name) for name in hints}
        fields[_REST] = types.MappingProxyType({key: value for key, value in values.items() if key not in named})
    return section(**fields)


def _typed(hint: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType:
        return _alternative(arguments, value)
    if origin is tuple:
        return tuple(_typed(arguments[0], member) for member in value or ())
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return types.MappingProxyType({key: _typed(arguments[1], member) for key, member in (value or {}).items()})
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _section(hint, value or {})
    return float(value) if hint is float else value


def _alternative(kinds: tuple[Any, ...], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, dict) and "secretKeyRef" in value and SecretReference in kinds:
        return SecretReference(secret=value["secretKeyRef"]["name"], key=value["secretKeyRef"]["key"])
    wanted = [kind for kind in kinds if kind is not types.NoneType]
    return _typed(wanted[0], value) if len(wanted) == 1 else value
