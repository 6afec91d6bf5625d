"""The canonical text of a values file."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from chartgen.spec.comments import read_comments
from chartgen.spec.completion import is_section
from chartgen.spec.layout import Path
from chartgen.spec.schema import Schema, composed
from chartgen.spec.writer import write

_WIDTH = 100


def canonical_text(values: Mapping[str, Any], source: str, written: Mapping[str, Any]) -> str:
    """`values` (complete, in canonical order) as text, with the comments of `source`.

    `written` is what `source` holds; a key that is not in it gets its description as a comment.
    """
    return write(values, read_comments(source), descriptions(composed(), values, written, ()))


def descriptions(node: Schema, values: Mapping[str, Any], written: Any, path: Path) -> dict[Path, list[str]]:
    """Comment lines for the keys of the section with schema `node` at `path` that `written` does not have."""
    found: dict[Path, list[str]] = {}
    for key, value in values.items():
        child = node["properties"][key]
        before = written.get(key) if isinstance(written, Mapping) else None
        here = (*path, key)
        if before is None:
            found[here] = textwrap.wrap(
                child["description"], _WIDTH - 2 * len(path), break_long_words=False, break_on_hyphens=False
            )
        if is_section(child):
            found |= descriptions(child, value, before, here)
    return found
