"""The nodes of one document with the span of text of each, so that a node can be replaced in place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from yaml._yaml import CParser
from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from chartgen.reader import map_key

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


class Shape(Enum):
    MAP = auto()
    LIST = auto()
    SCALAR = auto()
    ALIAS = auto()


@dataclass(slots=True)
class Node:
    """`start` and `end` are indexes of the text; `end` is just behind the last character.

    `flow` is set for `{...}` and `[...]`. The members of a map are its keys' texts with key and value nodes; those of a
    list have no key. `text` is that of a scalar; `plain` says that it has neither quotes nor tag.
    """

    shape: Shape
    start: int
    end: int
    flow: bool = False
    text: str = ""
    plain: bool = False
    members: list[tuple[str, Node | None, Node]] = field(default_factory=list)

    @property
    def keys(self) -> dict[str, tuple[Node, Node]]:
        return {name: (key, value) for name, key, value in self.members if key is not None}


def tree(text: str) -> Node | None:
    """The root of the first document of `text`; None if there is none or it cannot be read."""
    # JSON may hold halves of surrogate pairs, which libyaml refuses; only the spans matter here.
    readable = _SURROGATE.sub(r"\\u0041", text)
    try:
        return _read(_events(readable), readable)
    except (YAMLError, ValueError):
        return None


def _events(text: str) -> Iterator[Any]:
    parser = CParser(text)
    while (event := parser.get_event()) is not None:
        if isinstance(event, DocumentEndEvent):
            return
        yield event


def _read(events: Iterator[Any], text: str) -> Node | None:
    root: Node | None = None
    stack: list[tuple[Node, list[Node]]] = []
    for event in events:
        if isinstance(event, MappingEndEvent | SequenceEndEvent):
            node, children = stack.pop()
            _close(node, children, event)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            shape = Shape.MAP if isinstance(event, MappingStartEvent) else Shape.LIST
            stack.append((Node(shape, *_span(event), bool(event.flow_style)), []))
            continue
        elif isinstance(event, ScalarEvent | AliasEvent):
            node = _leaf(event, text)
        else:
            continue
        if stack:
            stack[-1][1].append(node)
        else:
            root = node
    return root


def _span(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def _leaf(event: Any, text: str) -> Node:
    start, end = _span(event)
    if isinstance(event, AliasEvent):
        return Node(Shape.ALIAS, start, end)
    if event.style in ("|", ">"):
        end = start + len(text[start:end].rstrip())
    plain = bool(event.implicit[0]) and event.tag is None
    return Node(Shape.SCALAR, start, end, text=event.value, plain=plain)


def _close(node: Node, children: list[Node], event: Any) -> None:
    if node.flow:
        node.end = event.end_mark.index
    else:
        node.end = max([child.end for child in children], default=node.end)
    if node.shape is Shape.LIST:
        node.members = [("", None, child) for child in children]
        return
    pairs = zip(children[::2], children[1::2], strict=True)
    node.members = [(_name(key), key, value) for key, value in pairs]


def _name(key: Node) -> str:
    if key.plain and key.text == "<<":
        return "\0merge"
    return (map_key(key.text) if key.plain else key.text) or ""
