"""Writing of single files."""

from __future__ import annotations

import os
from pathlib import Path

from chartgen.errors import UsageError


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 file whole or not at all: to a sibling first, which is then renamed. Missing folders are made.

    What is no regular file (a terminal, a pipe) is written to as it is. Raises UsageError if that cannot be done.
    """
    write_bytes(path, text.encode("utf-8", "replace"))


def write_bytes(path: Path, data: bytes) -> None:
    """As `write_text`, with bytes."""
    target = Path(os.path.realpath(path))
    sibling = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            sibling.write_bytes(data)
            sibling.replace(target)
        finally:
            sibling.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            f"{path} was not written: {error.strerror}", remedy="name a file that can be written"
        ) from None
