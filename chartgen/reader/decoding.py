"""Bytes to text."""

from __future__ import annotations

from pathlib import Path

from chartgen.errors import InputError
from chartgen.model.location import Location
from chartgen.reader.limits import LIMITS, Limits
from chartgen.reader.positions import position

_BOM = b"\xef\xbb\xbf"


def decode(data: bytes, file: str, *, limits: Limits = LIMITS) -> str:
    """The UTF-8 text of `data`, without a byte order mark. InputError if it is too large, not UTF-8, or holds NUL."""
    if len(data) > limits.file_bytes:
        raise too_large(file, limits)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(
            "the file cannot be read: it is UTF-16, not UTF-8",
            remedy="Save the file as UTF-8.",
            location=Location(file, 1, 1),
        )
    data = data.removeprefix(_BOM)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        raise InputError(
            f"the file cannot be read: the byte 0x{data[error.start]:02x} is no UTF-8",
            remedy="Save the file as UTF-8. If it is an archive or an image, leave it out.",
            location=position(before, len(before), file),
        ) from error
    if "\0" in text:
        raise InputError(
            "the file cannot be read: it holds the character NUL",
            remedy="Remove it. If the file is no text, leave it out.",
            location=position(text, text.index("\0"), file),
        )
    return text


def read(path: Path, file: str | None = None, *, limits: Limits = LIMITS) -> str:
    """The text of a file; `file` is the name to print for it, by default the path. InputError if it cannot be read."""
    name = str(path) if file is None else file
    try:
        with path.open("rb") as stream:
            data = stream.read(limits.file_bytes + 1)
    except OSError as error:
        raise InputError(
            f"{name} cannot be read: {error.strerror or error}",
            remedy="Check the path and its permissions.",
            location=Location(name, 1, 1),
        ) from error
    return decode(data, name, limits=limits)


def too_large(file: str, limits: Limits) -> InputError:
    """The error for a text of more than `limits.file_bytes`."""
    return InputError(
        f"the file cannot be read: it has more than {limits.file_bytes // 2**20} MiB",
        remedy="Split the file: Kubernetes itself takes no object above 1.5 MiB.",
        location=Location(file, 1, 1),
    )
