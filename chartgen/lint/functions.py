"""The CEL functions beyond the standard ones: Kubernetes quantities, sorted labels, and `unknown`.

An overload with a parameter of type DYN never matches at run time, so each accepted type has an overload of its own.
What a function raises becomes an error value in CEL, which `||` and `&&` absorb as they absorb any other.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cel_expr_python import cel

from chartgen.reader.quantities import amount, is_quantity

__all__ = ["UNKNOWN", "amount", "library"]

UNKNOWN = "unknown: "
"""How the error that `unknown(reason)` makes begins."""

Quantity = dict[str, str]
"""A map and no number, so that `<` and `+` on quantities are compile errors here as they are in Kubernetes.

It holds the exact number as text (`3/10`), so that equal quantities are equal maps.
"""

_INT64 = 2**63


def _quantity(value: str | float) -> Quantity:
    return _of(amount(value) if isinstance(value, str) else Fraction(str(value)))


def _of(number: Fraction) -> Quantity:
    return {"q": str(number)}


def _number(quantity: Quantity) -> Fraction:
    return Fraction(quantity["q"])


def _is_integer(quantity: Quantity) -> bool:
    number = _number(quantity)
    return number.denominator == 1 and -_INT64 <= number < _INT64


def _as_integer(quantity: Quantity) -> int:
    if not _is_integer(quantity):
        raise ValueError(f"{quantity['q']} is not an integer")
    return int(_number(quantity))


def _compare(one: Quantity, other: Quantity) -> int:
    first, second = _number(one), _number(other)
    return (first > second) - (first < second)


def _unknown(reason: str) -> Any:
    raise ValueError(UNKNOWN + reason)


def _labels(labels: dict[Any, Any]) -> str:
    """`a=1,b=2`, sorted, for the order of a CEL map differs from run to run."""
    return ",".join(sorted(f"{key}={value}" for key, value in labels.items()))


def library() -> cel.CelExtension:
    """The functions, as an extension of a CEL environment."""
    kind = cel.Type
    quantity = kind.Map(kind.STRING, kind.STRING)
    two = [quantity, quantity]
    functions: dict[str, list[tuple[str, Any, list[Any], bool, Any]]] = {
        # name: overloads of (id, result, parameters, is a member function, implementation)
        "unknown": [("unknown_string", kind.DYN, [kind.STRING], False, _unknown)],
        "labels": [("labels_map", kind.STRING, [kind.Map(kind.DYN, kind.DYN)], False, _labels)],
        "quantity": [
            ("quantity_string", quantity, [kind.STRING], False, _quantity),
            ("quantity_int", quantity, [kind.INT], False, _quantity),
            ("quantity_double", quantity, [kind.DOUBLE], False, _quantity),
        ],
        "isQuantity": [("is_quantity_string", kind.BOOL, [kind.STRING], False, is_quantity)],
        "isInteger": [("quantity_is_integer", kind.BOOL, [quantity], True, _is_integer)],
        "asInteger": [("quantity_as_integer", kind.INT, [quantity], True, _as_integer)],
        "asApproximateFloat": [("quantity_as_float", kind.DOUBLE, [quantity], True, lambda one: float(_number(one)))],
        "sign": [("quantity_sign", kind.INT, [quantity], True, lambda one: _compare(one, _of(Fraction(0))))],
        "add": [("quantity_add", quantity, two, True, lambda a, b: _of(_number(a) + _number(b)))],
        "sub": [("quantity_sub", quantity, two, True, lambda a, b: _of(_number(a) - _number(b)))],
        "compareTo": [("quantity_compare", kind.INT, two, True, _compare)],
        "isLessThan": [("quantity_less", kind.BOOL, two, True, lambda a, b: _number(a) < _number(b))],
        "isGreaterThan": [("quantity_more", kind.BOOL, two, True, lambda a, b: _number(a) > _number(b))],
    }
    declarations = []
    for name, overloads in functions.items():
        declarations.append(cel.FunctionDecl(name, [cel.Overload(*overload) for overload in overloads]))
    return cel.CelExtension("chartgen", declarations)
