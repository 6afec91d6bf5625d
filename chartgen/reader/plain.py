"""Which texts may be written without quotes."""

from __future__ import annotations

import re

from chartgen.reader.scalars import scalar

_SAFE = re.compile(r"(?:[\w/$(.^\\]|-(?=[\w.-]))(?:[^\s:#,\[\]{}?]|:(?=[^\s:])|(?<=\S)#| (?=[^\s#]))*")
_NUMBER_LIKE = re.compile(r"(?:[-+]?(?:[0-9]|\.[0-9_])|[-+]_)[-0-9a-fA-FoOxXtTzZ_.:+ ]*", re.ASCII)
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity"))


def plain_is_string(text: str) -> bool:
    """Whether `text` without quotes, in block or flow style, means this very string in YAML 1.1, YAML 1.2 and Helm.

    Errs towards False: what any reader might take for a number, a date, a boolean, null or syntax is to be quoted.
    """
    if not text or len(text) > 1000 or not text.isprintable() or text.strip() != text:
        return False
    if text.startswith(("---", "...")) or not _SAFE.fullmatch(text):
        return False
    if _NUMBER_LIKE.fullmatch(text) or text.lstrip("+-.").casefold() in _WORDS:
        return False
    return isinstance(scalar(text), str)
