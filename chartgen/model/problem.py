"""One reason to refuse, or to warn about, a values file."""

from __future__ import annotations

from dataclasses import dataclass

from chartgen.model.location import Location


@dataclass(frozen=True, slots=True)
class Problem:
    """`key` is the dotted path (`storage.backend`, `model.lora[0].name`); `remedy` says what to change."""

    location: Location
    key: str
    message: str
    remedy: str = ""
    fatal: bool = True
