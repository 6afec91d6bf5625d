"""Kubernetes quantities: `16Gi`, `500m`, `1.5e9`."""

from __future__ import annotations

import re
from decimal import Decimal
from math import ceil

_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:([KMGTPE]i|[numkMGTPE])|[eE]([+-]?[0-9]{1,3}))?", re.ASCII)
_BINARY = {f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", start=1)}
_DECIMAL = {"n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "k": Decimal(1000)} | {
    letter: Decimal(1000) ** power for power, letter in enumerate("MGTPE", start=2)
}


def parse(text: str) -> Decimal | None:
    """The number that a quantity means, in its base unit (bytes, cores); None if `text` is none, or negative."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return None
    number, suffix, exponent = match.groups()
    value = Decimal(number)
    if suffix:
        return value * (_BINARY.get(suffix) or _DECIMAL[suffix])
    return value * Decimal(10) ** int(exponent) if exponent else value


def cores(number: Decimal) -> str:
    """`number` of CPU cores as a quantity, rounded up to a millicore."""
    millicores = ceil(number * 1000)
    return f"{millicores}m" if millicores % 1000 else str(millicores // 1000)


def size(number: Decimal) -> str:
    """`number` of bytes as a quantity in Gi or G, whichever it is a multiple of; else in Mi, rounded up."""
    for suffix in ("Gi", "G"):
        unit = _BINARY.get(suffix) or _DECIMAL[suffix]
        if number % unit == 0:
            return f"{int(number / unit)}{suffix}" if number else "0"
    return f"{ceil(number / _BINARY['Mi'])}Mi"


def parse_bytes(text: str) -> int | None:
    """Whole bytes of a quantity, rounded down; None if `text` is no quantity."""
    value = parse(text)
    return None if value is None else int(value)
