"""How a fact, an iterator and a related place are declared.

A fact is a dotted, typed CEL variable that Python computes from a subject. It returns None if it cannot be known: the
variable is then not bound, its use is `unknown`, and that composes through `||` and `&&`. Facts never raise, whatever
the input. Every module of this folder is imported and registers what it declares: a new family of facts is one new
file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from chartgen.lint.release import Release, Subject
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

Compute = Callable[[Subject], Any]
Iterate = Callable[[Release, Manifest], Iterable[Subject]]
Locate = Callable[[Subject], Iterable[Place]]


class FactType(Enum):
    """The CEL type of a fact. INT values must fit 64 bits."""

    BOOL = "bool"
    INT = "int"
    DOUBLE = "double"
    STRING = "string"
    STRINGS = "list<string>"
    INTS = "list<int>"


@dataclass(frozen=True, slots=True)
class Fact:
    """`on` names the iterators on which the fact has a meaning; a rule that uses it elsewhere is broken.

    `cel` says the same as `compute` in CEL over the object alone, wherever `known` (empty: always) is true; it is empty
    if that cannot be said. Rules whose facts have it can be exported as admission policies.
    """

    name: str
    type: FactType
    on: frozenset[str]
    compute: Compute
    doc: str
    cel: str = ""
    known: str = ""


FACTS: dict[str, Fact] = {}
ITERATORS: dict[str, Iterate] = {}
RELATED: dict[str, Locate] = {}


def fact(name: str, type: FactType, *, on: str, cel: str = "", known: str = "") -> Callable[[Compute], Compute]:
    """Declare a fact. `on` is a space-separated list of iterators; the docstring of the function documents the fact."""

    def register(compute: Compute) -> Compute:
        if name in FACTS:
            raise ValueError(f"fact {name} is declared twice")
        FACTS[name] = Fact(name, type, frozenset(on.split()), compute, (compute.__doc__ or "").strip(), cel, known)
        return compute

    return register


def iterator(name: str) -> Callable[[Iterate], Iterate]:
    """Declare what `forEach: name` walks over in one manifest."""

    def register(iterate: Iterate) -> Iterate:
        if name in ITERATORS:
            raise ValueError(f"iterator {name} is declared twice")
        ITERATORS[name] = iterate
        return iterate

    return register


def related(name: str) -> Callable[[Locate], Locate]:
    """Declare the places that `related: [name]` adds to a finding."""

    def register(locate: Locate) -> Locate:
        if name in RELATED:
            raise ValueError(f"related place {name} is declared twice")
        RELATED[name] = locate
        return locate

    return register
