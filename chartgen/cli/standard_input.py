"""What comes in on standard input."""

from __future__ import annotations

import sys
from collections.abc import Collection

from chartgen.errors import UsageError
from chartgen.reader.limits import LIMITS


def standard_input(paths: Collection[str]) -> bytes | None:
    """What stands on standard input if `-` is among the paths, None otherwise; one byte more than is read at most.

    Raises UsageError where there is no standard input.
    """
    if "-" not in paths:
        return None
    if sys.stdin is None:
        raise UsageError("nothing was read: standard input is closed", remedy="pipe something in, or name a file")
    return sys.stdin.buffer.read(LIMITS.file_bytes + 1)
