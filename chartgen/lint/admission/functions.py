"""The CEL functions and macros that the API server has, by the Kubernetes version that brought them.

Source: staging/src/k8s.io/apiserver/pkg/cel/environment/base.go of Kubernetes (which library came with which version)
and https://kubernetes.io/docs/reference/using-api/cel/ (what is in each library). Left out is what rules cannot use
anyway, since the runtime here does not have it. ValidatingAdmissionPolicy v1 itself is there since 1.30.
"""

from __future__ import annotations

import re

from chartgen.lint.expressions import mask

OLDEST = (1, 30)

_STANDARD = (
    "all exists exists_one map filter has size contains startsWith endsWith matches type dyn int uint double string "
    "bool bytes duration timestamp"
)
_STRINGS = "charAt indexOf join lastIndexOf lowerAscii replace split substring trim upperAscii"
_QUANTITY = "quantity isQuantity isInteger asInteger asApproximateFloat sign add sub compareTo isLessThan isGreaterThan"
_OPTIONAL = "hasValue value orValue or optMap optFlatMap of ofNonZeroValue none"

FUNCTIONS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(_STANDARD.split(), (1, 0)),
    **dict.fromkeys(_STRINGS.split(), (1, 0)),
    **dict.fromkeys(_QUANTITY.split(), (1, 28)),
    **dict.fromkeys(_OPTIONAL.split(), (1, 28)),
    **dict.fromkeys(("format", "quote"), (1, 29)),
}

_CALL = re.compile(r"(?<!\w)([A-Za-z_]\w*)\s*\(")
_WORDS = frozenset({"in"})


def called(text: str) -> set[str]:
    """The names of all functions and macros that an expression calls."""
    return set(_CALL.findall(mask(text))) - _WORDS


def missing(text: str) -> list[str]:
    """Those functions of an expression that the API server does not have, sorted."""
    names = {name for name in called(text) if name not in FUNCTIONS}
    names |= {prefix for prefix in ("math", "cel", "lists", "sets") if re.search(rf"(?<![\w.]){prefix}\.", mask(text))}
    return sorted(names)


def needed(text: str) -> tuple[int, int]:
    """The oldest Kubernetes that has all functions of an expression."""
    return max([OLDEST, *(FUNCTIONS[name] for name in called(text) if name in FUNCTIONS)])
