"""The CEL rules of CustomResourceDefinitions (`x-kubernetes-validations`), evaluated as the API server does.

What is not sure to mean the same here is passed over: rules about an update (`oldSelf`), functions that only the API
server has, and fields that are times or durations there and texts here. Source:
https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_optional, ext_strings

from chartgen.lint.functions import library
from chartgen.model.pointer import pointer_to

_RULES = "x-kubernetes-validations"
_UPDATE = re.compile(r"\boldSelf\b")
_TYPED = frozenset({"byte", "date", "date-time", "duration"})
"""Formats whose texts are values of another type in the API server."""

_ESCAPES = {"__": "__underscores__", ".": "__dot__", "-": "__dash__", "/": "__slash__"}
_ESCAPED = re.compile("|".join(map(re.escape, _ESCAPES)))
_RESERVED = frozenset(
    {"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop"}
    | {"namespace", "null", "package", "return", "true"}
)
"""What no field can be called in CEL: `self.__namespace__` stands for `namespace`."""

_MISSING = re.compile(r'NOT_FOUND: Key not found in map : "(.*)"')
_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\['([^']+)'\]|\.([A-Za-z0-9_-]+)")


def broken(value: Any, structural: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(pointer, message) of each rule of a place's structural schema, not of those below, that its value breaks.

    The pointer counts from the place. The value is one that the schema accepts, with its defaults.
    """
    rules = structural.get(_RULES)
    for rule in rules if isinstance(rules, list) else ():
        if isinstance(rule, dict) and isinstance(rule.get("rule"), str) and _sure(rule["rule"], structural):
            asked = _spelt(value, structural) if any("__" in str(each) for each in rule.values()) else value
            outcome = _outcome(rule["rule"], asked)
            if outcome is False:
                yield _field(rule), _message(rule, asked)
            elif isinstance(outcome, _Missing):
                yield _field(rule), f"{_message(rule, asked)} (it depends on {outcome.key}, which is missing)"


def _spelt(value: Any, structural: Any) -> Any:
    """The value with its fields called as they are in CEL; keys of maps that are no fields stay."""
    if not isinstance(structural, dict):
        return value
    if isinstance(value, list):
        return [_spelt(each, structural.get("items")) for each in value]
    if not isinstance(value, dict):
        return value
    fields = structural.get("properties")
    fields = fields if isinstance(fields, dict) else {}
    further = structural.get("additionalProperties")
    return {_name(key) if key in fields else key: _spelt(each, fields.get(key, further)) for key, each in value.items()}


def _name(field: str) -> str:
    return f"__{field}__" if field in _RESERVED else _ESCAPED.sub(lambda found: _ESCAPES[found.group()], field)


def _sure(rule: str, structural: Mapping[str, Any]) -> bool:
    if _UPDATE.search(rule) or _format(structural) in _TYPED:
        return False
    return not any(re.search(rf"\b{re.escape(name)}\b", rule) for name in _typed(structural))


def _typed(structural: Mapping[str, Any]) -> Iterator[str]:
    """Names of the fields below a place that are no texts for the API server."""
    fields = structural.get("properties")
    for name, field in (fields if isinstance(fields, dict) else {}).items():
        if isinstance(field, dict):
            if _format(field) in _TYPED:
                yield name
            yield from _typed(field)
    for below in ("items", "additionalProperties"):
        if isinstance(structural.get(below), dict):
            yield from _typed(structural[below])


def _format(field: Mapping[str, Any]) -> str:
    """That of a field, or of the members of a list or map; empty for none."""
    for below in ("items", "additionalProperties"):
        if isinstance(field.get(below), dict):
            return _format(field[below])
    return str(field.get("format") or "")


def _message(rule: Mapping[str, Any], value: Any) -> str:
    told = _outcome(str(rule["messageExpression"]), value) if "messageExpression" in rule else None
    text = told if isinstance(told, str) and told.strip() else str(rule.get("message") or "")
    return " ".join(text.split()) or f"the object breaks the rule {' '.join(str(rule['rule']).split())}"


def _field(rule: Mapping[str, Any]) -> str:
    """The pointer that `fieldPath` (`.spec.size`, `.labels['a']`) leads to, from the place of the rule."""
    path = str(rule.get("fieldPath") or "")
    return pointer_to(next(filter(None, match.groups())) for match in _STEP.finditer(path))


@dataclass(frozen=True, slots=True)
class _Missing:
    """An expression asked for a field that is not there: the API server then refuses the object."""

    key: str


def _outcome(text: str, value: Any) -> Any:
    """What an expression about `self` comes to; None if it cannot be told."""
    compiled = _compiled(text)
    if compiled is None:
        return None
    try:
        found = compiled.eval(_environment().Activation({"self": value}))
        plain = found.plain_value()
    except (RuntimeError, TypeError, ValueError, OverflowError):  # a number that CEL has no place for
        return None
    if found.type() != cel.Type.ERROR:
        return plain
    missing = _MISSING.search(str(plain))
    return _Missing(missing[1]) if missing else None


@cache
def _compiled(text: str) -> Any:
    try:
        return _environment().compile(text)
    except RuntimeError:
        return None


@cache
def _environment() -> Any:
    extensions = [ext_strings.ExtStrings(), ext_optional.ExtOptional(), ext_bindings.ExtBindings(), library()]
    return cel.NewEnv(variables={"self": cel.Type.DYN}, extensions=extensions)
