"""API versions that Kubernetes no longer serves, and what took their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from chartgen.catalogue.tables import pair, table

Minor = tuple[int, int]


@dataclass(frozen=True, slots=True)
class RemovedApi:
    """`removed` is the first minor version without it; `since` the first one with `instead` (both None: nothing is).

    `same` says that only the apiVersion need be changed.
    """

    removed: Minor
    instead: str | None
    since: Minor | None
    same: bool


@cache
def removed_apis() -> Mapping[tuple[str, str], RemovedApi]:
    """By apiVersion and kind. Source: see data/apis.toml."""
    return {
        (row["version"], kind): RemovedApi(
            pair(row["removed"]),
            row.get("instead"),
            pair(row["since"]) if "since" in row else None,
            row.get("same", False),
        )
        for row in table("apis")["api"]
        for kind in row["kinds"]
    }
