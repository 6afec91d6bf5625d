"""A map or a list that is still being read."""

from __future__ import annotations

from typing import Any, Final

MERGE: Final = "\0merge"
"""Stands in `Frame.key` after an unquoted `<<`. No real key can equal it: NUL is refused."""


class MergeError(Exception):
    """The value of `<<` is neither a map nor a list of maps."""


class Frame:
    """`key` is the map key whose value comes next (None: a key comes next).

    `raw` says that null values must be kept, since the container is about to be merged. `height` is the number of
    levels below, known when the container ends. `ticket` is that of its anchor, if it has one. `at` is the place in the
    layout of the document that says where the container ends there.
    """

    __slots__ = ("anchor", "at", "container", "height", "is_list", "key", "merged", "nulls", "raw", "ticket", "weight")

    def __init__(self, container: Any, anchor: str | None, weight: int, raw: bool = False) -> None:
        self.container = container
        self.is_list = isinstance(container, list)
        self.anchor = anchor
        self.weight = weight
        self.raw = raw
        self.key: str | None = None
        self.height = 0
        self.nulls = False
        self.ticket = 0
        self.at = 0
        self.merged: set[str] = set()

    def overrides(self, name: str) -> bool:
        """Whether a key that is already there came from a merge, which a key written after it overrides once."""
        if name in self.merged:
            self.merged.remove(name)
            return True
        return False

    def merge(self, value: Any) -> None:
        """Take over the keys of `value`, also those that are already there: a merge written after a key wins.

        In a list of maps the first one wins.
        """
        self.key = None
        for source in reversed(value) if isinstance(value, list) else [value]:
            if not isinstance(source, dict):
                raise MergeError
            self.merged.update(name for name in source if name not in self.container)
            self.container.update(source)
        self.nulls = True

    def finished(self, drop_nulls: bool) -> Any:
        """The container as it goes into the document."""
        if drop_nulls and self.nulls:
            return {name: value for name, value in self.container.items() if value is not None}
        return self.container
