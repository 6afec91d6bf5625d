"""Kubernetes quantities: `16Gi`, `500m`, `1.5e9`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

_NUMBER = re.compile(r"([+-]?)(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?|[eE][+-]?\d{1,3})", re.ASCII)
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_FINEST = 10**9
_MOST_BINARY = 2**63 - 1


def amount(text: str) -> Fraction:
    """The number that a Kubernetes quantity means (`1.5Gi` is 1610612736); ValueError if it is none.

    As `ParseQuantity` of k8s.io/apimachinery keeps it: whole nanos, rounded away from zero, and an amount with a binary
    suffix is no more than a 64-bit integer.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a quantity")
    sign, digits, suffix = match.groups()
    number = Fraction(digits)
    if suffix in _BINARY:
        number = min(number * (1 << 10 * _BINARY[suffix]), Fraction(_MOST_BINARY))
    else:
        power = _DECIMAL[suffix] if suffix in _DECIMAL else int(suffix[1:])
        scale = Fraction(int(f"1{'0' * abs(power)}"))
        number = number * scale if power >= 0 else number / scale
    if _FINEST % number.denominator:
        number = Fraction(-(-number.numerator * _FINEST // number.denominator), _FINEST)
    return -number if sign == "-" else number


def of_pod(containers: Iterable[int], starting: Iterable[tuple[int, bool]]) -> int:
    """How many of a resource a pod asks for: what runs together, or ran at a moment of its start, if that is more.

    `starting` are the init containers in their order, each with whether it keeps running as a sidecar (restartPolicy
    Always). As `PodRequests` of k8s.io/component-helpers counts.
    """
    most = staying = 0
    for count, stays in starting:
        most = max(most, staying + count)
        staying += count if stays else 0
    return max(most, staying + sum(containers))


def is_quantity(text: str) -> bool:
    """Whether `amount` takes the text."""
    return _NUMBER.fullmatch(text) is not None
