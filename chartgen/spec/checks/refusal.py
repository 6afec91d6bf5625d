"""What a cross-field check says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """`key` is the dotted key to change; `message` has the numbers, `remedy` is what to do instead.

    If `fatal` is false the values file is accepted, and the message is a warning.
    """

    key: str
    message: str
    remedy: str
    fatal: bool = True
