"""Loops around a rule's expression: from the object to its pods, their containers, volumes and variables.

The loop variables have the names that rules use, so that nothing in an expression has to be renamed.
"""

from __future__ import annotations

from collections.abc import Sequence

Level = tuple[str, str]
"""(CEL of a list, loop variable)."""

_POD = {
    "pod": (),
    "container": (("pod.spec.?containers.orValue([])", "container"),),
    "anyContainer": (("(pod.spec.?containers.orValue([]) + pod.spec.?initContainers.orValue([]))", "container"),),
    "volume": (("pod.spec.?volumes.orValue([])", "volume"),),
    "env": (
        ("(pod.spec.?containers.orValue([]) + pod.spec.?initContainers.orValue([]))", "container"),
        ("container.?env.orValue([])", "env"),
    ),
}

ITERATORS = frozenset({"object", *_POD})
"""What a rule may walk over to be exported."""


def levels(iterator: str, pattern: str) -> list[Level]:
    """The loops from the object to what a rule looks at; `pattern` leads to the pod template, empty for a Pod."""
    return [*pods(pattern), *_POD.get(iterator, ())]


def pods(pattern: str) -> list[Level]:
    """The loops over the pods that a pointer pattern reaches. Each pod has metadata and spec, as it has in a rule."""
    if not pattern:
        return [(f"[{_pod('object')}]", "pod")]
    found: list[Level] = []
    base = "object"
    *ways, last = pattern.split("*")
    for number, way in enumerate(ways):
        found.append((f"{_path(base, way)}.orValue([])", f"group{number}"))
        base = f"group{number}"
    template = _path(base, last)
    return [*found, (f"({template}.hasValue() ? [{_pod(template)}] : [])", "pod")]


def _pod(template: str) -> str:
    return f"{{'metadata': {template}.?metadata.orValue({{}}), 'spec': {template}.?spec.orValue({{}})}}"


def holds(levels: Sequence[Level], expression: str) -> str:
    """Whether the expression is true of everything that the loops reach."""
    for values, name in reversed(levels):
        expression = f"{values}.all({name}, {expression})"
    return expression


def told(levels: Sequence[Level], expression: str, message: str) -> str:
    """The messages of everything of which the expression is not true, as one text; empty without a message."""
    if not levels or not message:
        return message
    (values, name), *inner = levels
    bad = f"!({holds(inner, expression)})"
    return f"{values}.filter({name}, {bad}).map({name}, {told(inner, expression, message)}).join('; ')"


def _path(base: str, way: str) -> str:
    return base + "".join(f".?{part}" for part in way.strip("/").split("/") if part)
