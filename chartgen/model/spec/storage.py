"""Where the weights lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Storage:
    """`size` and `storage_class` fall back to `Derived.storage_size` and `Derived.storage_class`.

    `rest` has the keys that only some backends take, by their names of the values file (schemas/storage).
    """

    backend: str
    size: str | None
    storage_class: str | None
    rest: Mapping[str, Any]
