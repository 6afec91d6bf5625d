"""JSON pointers (RFC 6901), in which every room names places of an object: `/spec/template/metadata/labels/a~1b`."""

from __future__ import annotations

from collections.abc import Iterable


def pointer_to(path: Iterable[object]) -> str:
    """The pointer of the keys and indices that lead to a place; keys that are no texts become texts."""
    return "".join(f"/{escape(str(step))}" for step in path)


def keys_of(pointer: str) -> list[str]:
    """The keys, and indices as texts, that a pointer leads through."""
    return [unescape(part) for part in pointer.split("/")[1:]]


def escape(key: str) -> str:
    """A map key as one part of a pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def unescape(part: str) -> str:
    """One part of a pointer as a map key."""
    return part.replace("~1", "/").replace("~0", "~") if "~" in part else part
