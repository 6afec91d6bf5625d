"""Writing of single files."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from chartgen.errors import UsageError

_BOM = "\ufeff"


def rewrite(path: Path, text: str) -> None:
    """Put a new text into a file that is there; a byte order mark at its beginning stays. Raises as `write_text`."""
    with path.open("rb") as stream:
        marked = stream.read(3).decode("utf-8", "replace") == _BOM
    write_text(path, _BOM + text if marked else text)


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 file whole or not at all: to a sibling first, which is then renamed. Missing folders are made,
    and a file that is there keeps its mode.

    What is no regular file (a terminal, a pipe) is written to as it is. Raises UsageError if that cannot be done, also
    where a file is protected from writing and its folder is not.
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
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            sibling.write_bytes(data)
            if target.exists():
                shutil.copymode(target, sibling)
            sibling.replace(target)
        finally:
            sibling.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            f"{path} was not written: {error.strerror}", remedy="name a file that can be written"
        ) from None
