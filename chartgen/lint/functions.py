"""The CEL functions beyond the standard ones: Kubernetes quantities, sorted labels, and `unknown`.

An overload with a parameter of type DYN never matches at run time, so each accepted type has an overload of its own.
What a function raises becomes an error value in CEL, which `||` and `&&` absorb as they absorb any other.
"""

from __future__ import annotations

from typing import Any

from cel_expr_python import cel

from chartgen.reader.quantities import amount, is_quantity

__all__ = ["UNKNOWN", "amount", "library"]

UNKNOWN = "unknown: "
"""How the error that `unknown(reason)` makes begins."""

Quantity = dict[str, float]
"""A map and no number, so that `<` and `+` on quantities are compile errors here as they are in Kubernetes."""


def _quantity(value: str | float) -> Quantity:
    return {"q": float(amount(value)) if isinstance(value, str) else float(value)}


def _as_integer(quantity: Quantity) -> int:
    if not quantity["q"].is_integer():
        raise ValueError(f"{quantity['q']} is not an integer")
    return int(quantity["q"])


def _compare(one: Quantity, other: Quantity) -> int:
    return (one["q"] > other["q"]) - (one["q"] < other["q"])


def _unknown(reason: str) -> Any:
    raise ValueError(UNKNOWN + reason)


def _labels(labels: dict[Any, Any]) -> str:
    """`a=1,b=2`, sorted, for the order of a CEL map differs from run to run."""
    return ",".join(sorted(f"{key}={value}" for key, value in labels.items()))


def library() -> cel.CelExtension:
    """The functions, as an extension of a CEL environment."""
    kind = cel.Type
    quantity = kind.Map(kind.STRING, kind.DOUBLE)
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
        "isInteger": [("quantity_is_integer", kind.BOOL, [quantity], True, lambda one: one["q"].is_integer())],
        "asInteger": [("quantity_as_integer", kind.INT, [quantity], True, _as_integer)],
        "asApproximateFloat": [("quantity_as_float", kind.DOUBLE, [quantity], True, lambda one: one["q"])],
        "sign": [("quantity_sign", kind.INT, [quantity], True, lambda one: _compare(one, {"q": 0.0}))],
        "add": [("quantity_add", quantity, [quantity, quantity], True, lambda a, b: {"q": a["q"] + b["q"]})],
        "sub": [("quantity_sub", quantity, [quantity, quantity], True, lambda a, b: {"q": a["q"] - b["q"]})],
        "compareTo": [("quantity_compare", kind.INT, [quantity, quantity], True, _compare)],
        "isLessThan": [("quantity_less", kind.BOOL, [quantity, quantity], True, lambda a, b: a["q"] < b["q"])],
        "isGreaterThan": [("quantity_more", kind.BOOL, [quantity, quantity], True, lambda a, b: a["q"] > b["q"])],
    }
    declarations = []
    for name, overloads in functions.items():
        declarations.append(cel.FunctionDecl(name, [cel.Overload(*overload) for overload in overloads]))
    return cel.CelExtension("chartgen", declarations)
