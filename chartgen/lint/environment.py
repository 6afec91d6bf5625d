"""The CEL runtime: one environment for each iterator, compiled expressions, and what an evaluation comes to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, NoReturn

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_math, ext_optional, ext_strings

from chartgen.lint import facts
from chartgen.lint.expressions import ExpressionError, Source
from chartgen.lint.facts.registry import FACTS, Fact, FactType
from chartgen.lint.functions import UNKNOWN, library
from chartgen.lint.release import Subject, at_pointer

RAW = {"container": ("container",), "anyContainer": ("container",), "volume": ("volume",), "env": ("container", "env")}
"""Variables with manifest data that an iterator has besides `object`, `pod` and `element`, which all have."""

GENERIC = "generic"
"""The value of `provider` if neither an option nor evidence names one."""

_TYPES = {
    FactType.BOOL: cel.Type.BOOL,
    FactType.INT: cel.Type.INT,
    FactType.DOUBLE: cel.Type.DOUBLE,
    FactType.STRING: cel.Type.STRING,
    FactType.STRINGS: cel.Type.List(cel.Type.STRING),
    FactType.INTS: cel.Type.List(cel.Type.INT),
}
_COMPILE_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_UNBOUND = re.compile(r'UNKNOWN: No value with name "([^"]+)" found in Activation')
_UNKNOWN = f"OUT_OF_RANGE: {UNKNOWN}"


@dataclass(frozen=True, slots=True)
class Unknown:
    """The evaluation met something that cannot be known; `reason` is a clause without a period."""

    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The expression failed for any other reason: a fault of the rule, or an object that breaks its schema."""

    error: str


Outcome = bool | str | Unknown | Broken


def facts_on(iterator: str) -> dict[str, Fact]:
    """The facts that have a meaning on an iterator; a pointer pattern also has those declared on `element`."""
    facts.discover()
    names = {iterator, "element"} if iterator.startswith("/") else {iterator}
    return {name: fact for name, fact in FACTS.items() if fact.on & names}


def _raw_names(iterator: str) -> tuple[str, ...]:
    return ("object", "pod", "element", *RAW.get(iterator, ()))


@cache
def _environment(iterator: str) -> Any:
    variables = dict.fromkeys(_raw_names(iterator), cel.Type.DYN)
    variables["provider"] = cel.Type.STRING
    variables |= {name: _TYPES[fact.type] for name, fact in facts_on(iterator).items()}
    extensions = [ext_strings.ExtStrings(), ext_math.ExtMath(), ext_optional.ExtOptional(), ext_bindings.ExtBindings()]
    return cel.NewEnv(variables=variables, extensions=[*extensions, library()])


@cache
def compile_expression(iterator: str, source: Source, wanted: str) -> Any:
    """The compiled expression; `wanted` is the type that it must have: BOOL, STRING or ANY.

    Raises ExpressionError with the field of the rule file, the line and the column.
    """
    field = source.pieces[-1][1]
    try:
        expression = _environment(iterator).compile(source.text)
    except RuntimeError as error:
        _explain(iterator, source, str(error))
    found = expression.return_type()
    if wanted != "ANY" and found != getattr(cel.Type, wanted):
        hint = "; compare it, `x == true`" if found == cel.Type.DYN and wanted == "BOOL" else ""
        hint = hint or ("; wrap it in string()" if found == cel.Type.DYN else "")
        raise ExpressionError(field, f"the expression is {found.name()}, it must be {wanted}{hint}")
    return expression


def _explain(iterator: str, source: Source, error: str) -> NoReturn:
    match = _COMPILE_ERROR.search(error)
    if match is None:
        raise ExpressionError(source.pieces[-1][1], error)
    field, line = source.origin(int(match.group(1)))
    message = match.group(3).replace(" (in container '')", "")
    missing = re.search(r"undeclared reference to '([^']+)'", message)
    if missing:
        message += _hint(iterator, missing.group(1))
    raise ExpressionError(field, message, line, int(match.group(2)))


def _hint(iterator: str, name: str) -> str:
    if name in FACTS:
        return f": this fact is known on {', '.join(sorted(FACTS[name].on))}, not on {iterator}"
    raw = get_close_matches(name.split(".", maxsplit=1)[0], _raw_names(iterator), n=1)
    close = raw or get_close_matches(name, facts_on(iterator), n=1, cutoff=0.8)
    return f": did you mean {close[0]}?" if close else ""


class Known:
    """The facts of one element, each computed when it is first asked for."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._values: dict[str, Any] = {}

    def value(self, fact: Fact) -> Any:
        """The value of a fact, None if it cannot be known."""
        if fact.name not in self._values:
            value = fact.compute(self.subject)
            fits = fact.type is not FactType.INT or value is None or -(2**63) <= value < 2**63
            self._values[fact.name] = value if fits else None
        return self._values[fact.name]


def activation(known: Known, wanted: Mapping[str, Fact]) -> Any:
    """The variables of one element: manifest data, the provider, and those of the wanted facts that are known.

    The runtime keeps what evaluations allocate until the activation is dropped, so each element has its own.
    """
    subject = known.subject
    data: dict[str, Any] = {
        "object": subject.manifest.object,
        "provider": subject.release.provider or GENERIC,
    }
    if subject.element is not None:
        data["element"] = subject.element
    if subject.template is not None:
        data["pod"] = {"metadata": subject.template.metadata, "spec": subject.template.spec}
    for name in RAW.get(subject.iterator, ()):
        data[name] = _raw(subject, name)
    for name, fact in wanted.items():
        value = known.value(fact)
        if value is not None:
            data[name] = value
    return _environment(subject.iterator).Activation(data)


def _raw(subject: Subject, name: str) -> Any:
    if name == "container" and subject.iterator == "env":
        pointer = subject.pointer.rsplit("/", 2)[0]
        return at_pointer(subject.manifest.object, pointer)
    return subject.element


def evaluate(expression: Any, activation: Any) -> Outcome:
    """What the expression comes to; never raises but KeyboardInterrupt."""
    try:
        value = expression.eval(activation)
        plain = value.plain_value()
    except (RuntimeError, TypeError) as error:
        return Broken(str(error))
    if isinstance(plain, bool):
        return plain
    if value.type() == cel.Type.STRING:
        return str(plain)
    return _failure(str(plain))


def evaluate_value(expression: Any, activation: Any) -> Any:
    """The plain value that the expression comes to, Unknown or Broken; never raises but KeyboardInterrupt.

    The members of maps are sorted, those that name something first: the runtime gives them in any order.
    """
    try:
        value = expression.eval(activation)
        plain = value.plain_value()
    except (RuntimeError, TypeError) as error:
        return Broken(str(error))
    if value.type() == cel.Type.ERROR:
        return _failure(str(plain))
    try:
        return _sorted(plain)
    except TypeError as error:
        return Broken(str(error))


_NAMING = ("apiVersion", "kind", "metadata", "name", "key", "type", "operator")


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        order = {name: index for index, name in enumerate(_NAMING)}
        keys = sorted(value, key=lambda key: (order.get(key, len(order)), key))
        return {key: _sorted(value[key]) for key in keys}
    if isinstance(value, list):
        return [_sorted(member) for member in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise TypeError(f"a value of type {type(value).__name__} cannot stand in a manifest")


def not_known(fact: str) -> Unknown:
    """What a condition comes to that needs a fact which cannot be known."""
    return Unknown(f"{fact} is not known")


def _failure(error: str) -> Outcome:
    unbound = _UNBOUND.match(error)
    if unbound:
        return not_known(unbound.group(1))
    if error.startswith(_UNKNOWN):
        return Unknown(error.removeprefix(_UNKNOWN))
    if error.startswith("ABORTED"):
        # The runtime turns an interrupt inside one of our functions into an error value.
        raise KeyboardInterrupt
    return Broken(error)
