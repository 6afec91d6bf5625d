"""Text of an input made safe for a terminal: it can neither move the cursor nor reorder what is shown."""

from __future__ import annotations

import unicodedata

_DELETE = 0x7F
_CONTROL_PICTURES = 0x2400
_REPLACEMENT = "\ufffd"
_HIDDEN = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
_JOINERS = {"\u200c", "\u200d"}


def printable(text: str) -> str:
    """`text` with every control, format, surrogate and unassigned character replaced by one visible character."""
    return text if text.isascii() and text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == _DELETE:
        return chr(_CONTROL_PICTURES + 0x21)
    if character in _JOINERS or unicodedata.category(character) not in _HIDDEN:
        return character
    return _REPLACEMENT


def width(text: str) -> int:
    """The number of terminal cells that `text` takes."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(character: str) -> int:
    if character in _JOINERS or unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
