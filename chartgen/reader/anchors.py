"""What anchors stand for, and what aliases have added so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Anchor:
    """`value` is what an alias stands for; `raw` is the same with its null values, which a merge needs.

    `weight` counts the node with everything that its own aliases repeat; `height` is the number of levels it adds.
    """

    value: Any
    raw: Any
    weight: int
    height: int


class AliasesTooLargeError(Exception):
    """The aliases of one text would repeat more than the limit."""


class Anchors:
    """The anchors of one document and the account of all documents of a text."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._spent = 0
        self._known: dict[str, Anchor] = {}
        self._latest: dict[str, int] = {}

    def clear(self) -> None:
        """A new document knows none of the anchors of the one before."""
        self._known.clear()
        self._latest.clear()

    def open(self, name: str) -> int:
        """A node with this anchor begins: until it ends, the name stands for nothing (not for an older node).

        Returns the ticket to give back when the node ends.
        """
        self._known.pop(name, None)
        self._latest[name] = self._latest.get(name, 0) + 1
        return self._latest[name]

    def close(self, name: str, ticket: int, anchor: Anchor) -> None:
        """The node ends. If one that began later took the name, the name stays with that one."""
        if ticket == self._latest[name]:
            self._known[name] = anchor

    def scalar(self, name: str, value: Any, weight: int) -> None:
        """A scalar with this anchor: it begins and ends at once."""
        self.close(name, self.open(name), Anchor(value, value, weight, 0))

    def spend(self, name: str) -> Anchor | None:
        """What `*name` stands for, charged to the account; None if nothing of that name has ended yet."""
        anchor = self._known.get(name)
        if anchor is not None:
            self._spent += anchor.weight
            if self._spent > self._limit:
                raise AliasesTooLargeError
        return anchor
