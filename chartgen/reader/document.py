"""One YAML or JSON document and where it stands in its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Document:
    """`value` is plain dict, list, str, int, float, bool and None. What an alias repeats is shared: change a copy.

    `start` is the index in the text at which the document begins, `end` where the next one begins or the text ends.
    """

    value: Any
    start: int
    end: int
