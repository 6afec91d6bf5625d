"""Where the keys, items and scalars of a values file stand in its text, by key path; read from the parser's events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chartgen.reader.scalars import key as scalar_key

Path = tuple[str | int, ...]


@dataclass(slots=True)
class Node:
    """One value and the key or list position that it stands at.

    `start` is the index of its key (of the value itself for a list item and for the root), `end` that after the
    value, `column` the 0-based column of its key, of its item's dash, or in flow style of its first character.
    `child_column` is the column of the entries of a block collection, the least that they could have
    below a key without a value, else -1.
    """

    path: Path
    start: int
    column: int
    parent: Node | None
    end: int = -1
    flow: bool = False
    collection: bool = False
    child_column: int = -1

    def contains(self, other: Node | None) -> bool:
        """Whether `other` is this node or stands somewhere below it."""
        while other is not None and other is not self:
            other = other.parent
        return other is self


@dataclass(slots=True)
class Layout:
    """`nodes` in the order of the text; `scalars` are the (start, end, block style) of every key and scalar value;
    `touches` are the indexes at which a node starts or ends, with the node, in the order of the text.
    """

    nodes: list[Node] = field(default_factory=list)
    scalars: list[tuple[int, int, bool]] = field(default_factory=list)
    touches: list[tuple[int, Node]] = field(default_factory=list)
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Open:
    """A collection that has begun: a mapping waits for a key, or for the value of the node in `entry`."""

    node: Node
    mapping: bool
    entry: Node | None = None
    count: int = 0


def layout(text: str) -> Layout:
    """The layout of the first document of `text`; empty where the text is no YAML (JSON that YAML cannot read)."""
    import yaml  # noqa: PLC0415 - start-up does not need it
    from yaml._yaml import CParser  # noqa: PLC0415

    found = _Builder(text)
    try:
        parser = CParser(text)
        while not isinstance(event := parser.get_event(), yaml.DocumentEndEvent | yaml.StreamEndEvent):
            found.take(event)
    except yaml.YAMLError:
        return Layout()
    return found.layout


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.layout = Layout()
        self.stack: list[_Open] = []
        self.anchors: dict[str, str] = {}

    def take(self, event: Any) -> None:
        import yaml  # noqa: PLC0415

        if isinstance(event, yaml.CollectionEndEvent):
            self._close(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open(event, isinstance(event, yaml.MappingStartEvent))
        elif isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            self._leaf(event, isinstance(event, yaml.ScalarEvent))

    def _close(self, event: Any) -> None:
        node = self.stack.pop().node
        last = self.layout.touches[-1][0]
        node.end = event.end_mark.index if node.flow else last
        if node.flow:
            self.layout.touches.append((node.end, node))

    def _open(self, event: Any, mapping: bool) -> None:
        node = self._place(event)
        node.collection, node.flow = True, bool(event.flow_style)
        if not node.flow:
            node.child_column = event.start_mark.column
        self.layout.touches.append((event.start_mark.index, node))
        self.stack.append(_Open(node, mapping))

    def _leaf(self, event: Any, scalar: bool) -> None:
        top = self.stack[-1] if self.stack else None
        start, end = event.start_mark.index, event.end_mark.index
        if scalar:
            block = event.style in ("|", ">")
            if block:  # the parser counts the line breaks below, and the indentation of what follows
                end = start + len(self.text[start:end].rstrip())
            self.layout.scalars.append((start, end, block))
            if event.anchor:
                self.anchors[event.anchor] = event.value
        if top is not None and top.mapping and top.entry is None:
            top.entry = self._node((*top.node.path, self._key(event, scalar)), event, top.node)
            self.layout.touches.append((end, top.entry))
            return
        node = self._place(event)
        node.end = end
        if scalar and start == end and node.parent is not None and not node.parent.flow:
            node.child_column = node.column + 1
        self.layout.values[node.path] = (start, end)
        self.layout.touches += [(start, node), (end, node)]

    def _key(self, event: Any, scalar: bool) -> str:
        text = str(event.value) if scalar else self.anchors.get(event.anchor, "")
        plain = scalar and not event.style and event.tag is None
        return (scalar_key(text) or text) if plain else text

    def _place(self, event: Any) -> Node:
        """The node for a value that begins with `event`: its key's, the next item of a list, or the root."""
        if not self.stack:
            return self._node((), event, None)
        top = self.stack[-1]
        if top.mapping and top.entry is not None:
            node, top.entry = top.entry, None
            return node
        path = (*top.node.path, top.count)
        top.count += 1
        node = self._node(path, event, top.node)
        if top.node.child_column >= 0:
            node.column = top.node.child_column
        return node

    def _node(self, path: Path, event: Any, parent: Node | None) -> Node:
        node = Node(path=path, start=event.start_mark.index, column=event.start_mark.column, parent=parent)
        self.layout.nodes.append(node)
        return node
