"""JSON pointers, and patterns of them in which `*` stands for every member of a list or map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartgen.model.change import ABSENT
from chartgen.model.pointer import keys_of


def at(value: Any, pointer: str) -> Any:
    """The value at a pointer, or ABSENT."""
    for part in keys_of(pointer):
        if isinstance(value, dict):
            value = value.get(part, ABSENT)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return ABSENT
    return value


def walk(value: Any, pattern: str) -> Iterator[Any]:
    """Everything that a pattern reaches; what is absent, or of another shape, is skipped."""
    head, slash, rest = pattern[1:].partition("/")
    if not pattern:
        yield value
        return
    members: list[Any] = []
    if head == "*":
        members = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    elif (found := at(value, f"/{head}")) is not ABSENT:
        members = [found]
    for member in members:
        yield from walk(member, slash + rest)


def within(pointer: str, pattern: str) -> bool:
    """Whether what a pointer leads to is what the pattern reaches, or lies in it."""
    wanted, found = pattern.split("/"), pointer.split("/")
    return len(found) >= len(wanted) and all(part in ("*", other) for part, other in zip(wanted, found, strict=False))


def as_map(value: Any) -> dict[str, Any]:
    """The value if it is a map, else an empty one."""
    return value if isinstance(value, dict) else {}


def maps(value: Any) -> list[dict[str, Any]]:
    """The maps among the members of a list."""
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []
