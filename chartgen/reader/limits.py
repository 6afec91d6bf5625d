"""How much an input may ask for before it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """`depth`: nested maps and lists; 200 is ten times that of real manifests, a twenty-fifth of what the CEL runtime
    survives. `file_bytes`: size of one text as UTF-8. `directives`: `%TAG` lines of one text, for which libyaml takes
    the square of the time. `aliases`: what the aliases of one text may add, in characters of scalars, where each node
    costs 16: without it ten lines stand for a thousand million nodes.
    """

    depth: int = 200
    file_bytes: int = 64 * 1024 * 1024
    directives: int = 1000
    aliases: int = 16_000_000


LIMITS = Limits()
NODE_WEIGHT = 16
