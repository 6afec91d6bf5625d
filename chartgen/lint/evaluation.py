"""What an expression comes to on one element: the facts and the manifest data that it reads, and its outcome."""

from __future__ import annotations

import marshal
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from cel_expr_python import cel

from chartgen.lint.environment import Expression, Reads, environment
from chartgen.lint.facts.registry import FACTS, Fact, FactType
from chartgen.lint.functions import UNKNOWN
from chartgen.lint.release import Subject, at_pointer

GENERIC = "generic"
"""The value of `provider` if neither an option nor evidence names one."""

_KEPT = 8192
_LONGEST = 2048
"""At most 16 MB are kept: so many outcomes, each of an expression that reads so many bytes."""
_WITHOUT_REFERENCES = 2
"""The version of marshal's format in which equal values are equal bytes, whether or not they share members."""

_CLAUSE = re.compile(r"(?:`[^`]*`|\([^()]*\)|[^;:`(])+")
"""Words up to a colon or semicolon that does not stand in quotes or brackets."""
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


def outcome(expression: Expression, known: Known) -> Outcome:
    """What a condition or a text comes to; never raises but KeyboardInterrupt.

    Most of what is linted together is alike in all that an expression reads, so outcomes are kept.
    """
    read = marshal.dumps(_variables(expression, known), _WITHOUT_REFERENCES)
    return _outcome(expression, read) if len(read) <= _LONGEST else _outcome.__wrapped__(expression, read)


@lru_cache(maxsize=_KEPT)
def _outcome(expression: Expression, read: bytes) -> Outcome:
    value, plain = _evaluated(expression, marshal.loads(read))
    if isinstance(plain, bool | Broken):
        return plain
    return str(plain) if value.type() == cel.Type.STRING else _failure(str(plain))


def forget() -> None:
    """Drop the outcomes that are kept, so that everything is evaluated anew."""
    _outcome.cache_clear()


def plain_value(expression: Expression, known: Known) -> Any:
    """The plain value that the expression comes to, Unknown or Broken; never raises but KeyboardInterrupt.

    The members of maps are sorted, those that name something first: the runtime gives them in any order.
    """
    value, plain = _evaluated(expression, _variables(expression, known))
    if isinstance(plain, Broken):
        return plain
    if value.type() == cel.Type.ERROR:
        return _failure(str(plain))
    try:
        return _sorted(plain)
    except TypeError as error:
        return Broken(str(error))


@cache
def not_known(fact: str) -> Unknown:
    """What a condition comes to that needs a fact which cannot be known: what that is and when, as documented."""
    doc = " ".join(FACTS[fact].doc.split()) if fact in FACTS else ""
    first, *others = re.split(r"\.(?: |$)", doc)
    what, _, when = first.partition("; unknown ")
    when = when or next((each.removeprefix("Unknown ") for each in others if each.startswith("Unknown ")), "")
    clause = _CLAUSE.match(what)
    what = clause[0].removesuffix(", sorted") if clause else ""
    if what[1:2].islower():
        what = what[0].lower() + what[1:]
    told = f"{fact} is not known" + (f": {what}" if what else "") + (f"; unknown {when}" if when else "")
    return Unknown(told.replace("(open world)", "(with --closed none does)"))


def _variables(expression: Expression, known: Known) -> dict[str, Any]:
    """Those variables that the expression uses and that are known.

    The runtime converts the whole of a value at its first use, so they hold no more of a manifest than is read.
    """
    data: dict[str, Any] = {}
    for name, below in expression.reads.items():
        raw = _raw(known.subject, name)
        if raw is not None:
            data[name] = _read(raw, below)
    for fact in expression.facts:
        value = known.value(fact)
        if value is not None:
            data[fact.name] = value
    return data


def _raw(subject: Subject, name: str) -> Any:
    """The value of a variable that is no fact, None if the element has none such."""
    if name == "object":
        return subject.manifest.object
    if name == "pod":
        template = subject.template
        return None if template is None else {"metadata": template.metadata, "spec": template.spec}
    if name == "provider":
        return subject.release.provider or GENERIC
    if name == "container" and subject.iterator == "env":
        return at_pointer(subject.manifest.object, subject.pointer.rsplit("/", 2)[0])
    return subject.element


def _read(value: Any, keys: Mapping[str, Reads]) -> Any:
    """The value with those of its keys that are read."""
    if not keys or not isinstance(value, dict):
        return value
    return {key: _read(value[key], below) for key, below in keys.items() if key in value}


def _evaluated(expression: Expression, variables: Mapping[str, Any]) -> tuple[Any, Any]:
    """The value as the runtime has it, and as a plain one or Broken."""
    try:
        value = expression.compiled.eval(environment(expression.iterator).Activation(variables))
        return value, value.plain_value()
    except (RuntimeError, TypeError) as error:
        return None, Broken(str(error))


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
