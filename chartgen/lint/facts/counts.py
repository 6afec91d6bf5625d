"""Counts as the Kubernetes API takes them: whole numbers, and percentages of a total."""

from __future__ import annotations

import re
from typing import Any

_PERCENT = re.compile(r"(\d{1,9})%", re.ASCII)


def whole(value: Any, default: int | None = None) -> int | None:
    """A count: `default` if absent, None if it is no whole number of zero or more."""
    if value is None:
        return default
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def share(value: Any, total: int, *, up: bool) -> int | None:
    """A count, or a percentage (`25%`) of `total` rounded up or down; None if the value is neither."""
    if not isinstance(value, str):
        return whole(value)
    percent = _PERCENT.fullmatch(value)
    if percent is None:
        return None
    hundredths = int(percent.group(1)) * total
    return -(-hundredths // 100) if up else hundredths // 100
