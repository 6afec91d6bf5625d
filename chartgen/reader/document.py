"""One YAML or JSON document and where it stands in its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """`value` is plain dict, list, str, int, float, bool and None. What an alias repeats is shared: change a copy.

    `start` is the index in the text at which the document begins, `end` where the next one begins or the text ends.
    `layout` is what `locate_in` reads: the index of the value itself and of each member of its maps (where the key
    begins) and lists, in the order of the text; after that of a map or list comes the place in `layout` behind its last
    member. It is None where the value is not of the shape of the text (aliases, merges, dropped nulls), and for JSON.
    """

    value: Any
    start: int
    end: int
    layout: Sequence[int] | None = field(default=None, repr=False)
