"""The CEL runtime: one environment for each iterator, and the expressions that are compiled in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Any, NoReturn

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_math, ext_optional, ext_strings

from chartgen.lint import facts
from chartgen.lint.expressions import ExpressionError, Source, paths, uses
from chartgen.lint.facts.registry import FACTS, Fact, FactType
from chartgen.lint.functions import library

RAW = {"container": ("container",), "anyContainer": ("container",), "volume": ("volume",), "env": ("container", "env")}
"""Variables with manifest data that an iterator has besides `object`, `pod` and `element`, which all have."""

_TYPES = {
    FactType.BOOL: cel.Type.BOOL,
    FactType.INT: cel.Type.INT,
    FactType.DOUBLE: cel.Type.DOUBLE,
    FactType.STRING: cel.Type.STRING,
    FactType.STRINGS: cel.Type.List(cel.Type.STRING),
    FactType.INTS: cel.Type.List(cel.Type.INT),
}
_COMPILE_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")


Reads = Mapping[str, "Reads"]
"""Keys, each with the keys below it that are read; none stand for everything."""


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A compiled expression on the elements of an iterator.

    `facts` are those that it refers to, `reads` the other variables, each with the keys that it reads of them.
    """

    iterator: str
    compiled: Any
    facts: tuple[Fact, ...]
    reads: Reads


@cache
def facts_on(iterator: str) -> Mapping[str, Fact]:
    """The facts that have a meaning on an iterator; a pointer pattern also has those declared on `element`."""
    facts.discover()
    names = {iterator, "element"} if iterator.startswith("/") else {iterator}
    return MappingProxyType({name: fact for name, fact in FACTS.items() if fact.on & names})


def _raw_names(iterator: str) -> tuple[str, ...]:
    return ("object", "pod", "element", *RAW.get(iterator, ()))


@cache
def environment(iterator: str) -> Any:
    """The CEL environment of an iterator: manifest data, `provider`, facts and functions."""
    variables = dict.fromkeys(_raw_names(iterator), cel.Type.DYN)
    variables["provider"] = cel.Type.STRING
    variables |= {name: _TYPES[fact.type] for name, fact in facts_on(iterator).items()}
    extensions = [ext_strings.ExtStrings(), ext_math.ExtMath(), ext_optional.ExtOptional(), ext_bindings.ExtBindings()]
    return cel.NewEnv(variables=variables, extensions=[*extensions, library()])


@cache
def compile_expression(iterator: str, source: Source, wanted: str) -> Expression:
    """The compiled expression; `wanted` is the type that it must have: BOOL, STRING or ANY.

    Raises ExpressionError with the field of the rule file, the line and the column.
    """
    field = source.pieces[-1][1]
    try:
        compiled = environment(iterator).compile(source.text)
    except RuntimeError as error:
        _explain(iterator, source, str(error))
    found = compiled.return_type()
    if wanted != "ANY" and found != getattr(cel.Type, wanted):
        hint = "; compare it, `x == true`" if found == cel.Type.DYN and wanted == "BOOL" else ""
        hint = hint or ("; wrap it in string()" if found == cel.Type.DYN else "")
        raise ExpressionError(field, f"the expression is {found.name()}, it must be {wanted}{hint}")
    known = facts_on(iterator)
    used = tuple(known[name] for name in sorted(uses(source.text, known)))
    return Expression(iterator, compiled, used, _reads(paths(source.text, (*_raw_names(iterator), "provider"))))


def _reads(found: Iterable[tuple[str, ...]]) -> Reads:
    tree: dict[str, Any] = {}
    for path in sorted(found, key=len, reverse=True):
        # A shorter path comes later and has all that the longer ones below it have.
        *above, last = path
        node = tree
        for key in above:
            node = node.setdefault(key, {})
        node[last] = {}
    return tree


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
