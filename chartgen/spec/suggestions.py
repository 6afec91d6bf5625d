"""What a misspelt or misplaced key was probably meant to be."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from functools import cache

from chartgen.spec.completion import is_section
from chartgen.spec.schema import Schema, composed

_MOST = 3


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `word` was probably meant to be; case, `-` and `_` do not count."""
    by_letters = {_letters(name): name for name in known}
    if _letters(word) in by_letters:
        return by_letters[_letters(word)]
    close = difflib.get_close_matches(_letters(word), by_letters, n=1, cutoff=0.7)
    return by_letters[close[0]] if close else None


def elsewhere(word: str) -> list[str]:
    """Dotted keys of the whole file whose last part is `word`, at most three, shortest first."""
    found = [key for key in _keys() if _letters(key.rsplit(".", 1)[-1]) == _letters(word)]
    return sorted(found, key=lambda key: (key.count("."), key))[:_MOST]


def _letters(word: str) -> str:
    return re.sub(r"[-_ ]", "", word).lower()


@cache
def _keys() -> tuple[str, ...]:
    return tuple(_walk(composed(), ""))


def _walk(node: Schema, prefix: str) -> Iterator[str]:
    for key, child in node["properties"].items():
        if prefix + key == "derived":
            continue
        yield prefix + key
        if is_section(child):
            yield from _walk(child, f"{prefix}{key}.")
