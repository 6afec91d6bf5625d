"""What a registry is spoken to for, in the words of its errors."""

from __future__ import annotations

from enum import Enum


class Errand(Enum):
    """The value is what did not happen where the registry does not do as asked."""

    PUSH = "nothing was published"
    COMPARE = "nothing was compared"

    @property
    def or_password(self) -> str:
        """The end of a remedy that begins with a login: only `chartgen publish` takes a password."""
        return ", or give --username and --password-stdin" if self is Errand.PUSH else ""

    @property
    def right(self) -> str:
        """What to ask for where a registry refuses with 403."""
        if self is Errand.PUSH:
            return "ask for the right to push there; some registries want the repository to be made first"
        return "check the path, and ask for the right to pull from there"

    @property
    def path(self) -> str:
        """What to look at where a registry answers 404."""
        made = "; some registries want the repository to be made first" if self is Errand.PUSH else ""
        return f"check the path{made}"
