"""A log is read by many: the lines of a Secret are not for it."""

from __future__ import annotations

import re

_SECRET = re.compile(r"""\bkind["']?\s*:\s*["']?Secret\b""")


def may_hold_secret(text: str) -> bool:
    """Whether the text, which need not be readable, may hold a Secret."""
    return _SECRET.search(text) is not None
