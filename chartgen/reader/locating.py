"""Where the values of JSON pointers stand in the text of a document: by its layout, or by a second pass over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from yaml.error import YAMLError

from chartgen.model.location import Location
from chartgen.model.pointer import keys_of
from chartgen.reader.limits import LIMITS
from chartgen.reader.nodes import Kind, Node, json_nodes, yaml_nodes
from chartgen.reader.positions import position
from chartgen.reader.scalars import key


def locate(text: str, start: int, pointers: Iterable[str], file: str) -> dict[str, Location]:
    """The place of each JSON pointer in the document that begins at index `start` of `text` (`Document.start`).

    A map member is placed at its key, a list member at its first character, the root (the empty pointer) at the first
    node. What an alias repeats is placed at the alias, what `<<` merges at the `<<`. A pointer to something that is not
    there gets the place of its nearest ancestor. Total: never raises.
    """
    root = _Wanted()
    wanted = {pointer: root.descend(pointer) for pointer in pointers}
    root.index = start
    walk = _Walk(root, set(wanted.values()), final=not _may_merge(text))
    try:
        for node in _nodes(text, start, walk.enters):
            walk.take(node)
            if walk.final and not walk.missing:
                break
    except (YAMLError, ValueError):
        pass  # what has been placed so far stays: the document was read once before
    return {pointer: position(text, leaf.place(), file) for pointer, leaf in wanted.items()}


def locate_in(
    value: dict[str, Any], layout: Sequence[int], text: str, pointers: Iterable[str], file: str
) -> dict[str, Location]:
    """What `locate` says of a document that is a map, from its value and layout: the text is not read again."""
    root = _Wanted()
    wanted = {pointer: root.descend(pointer) for pointer in pointers}
    root.index = layout[0]
    waiting: list[tuple[_Wanted, Any, int]] = [(root, value, 1)]
    while waiting:
        place, container, at = waiting.pop()
        at += 1
        for name, member in _members(container):
            found = place.children.get(name)
            if found is not None:
                found.index = layout[at]
            at += 1
            if isinstance(member, (dict, list)):
                if found is not None and found.children:
                    waiting.append((found, member, at))
                at = layout[at]
    return {pointer: position(text, leaf.place(), file) for pointer, leaf in wanted.items()}


def _members(container: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(container, dict):
        return container.items()
    return ((str(index), member) for index, member in enumerate(container))


@lru_cache(maxsize=8)
def _may_merge(text: str) -> bool:
    """Whether a place that has been found may still be taken over by a merge after it."""
    return "<<" in text


def _nodes(text: str, start: int, enters: Callable[[], bool]) -> Iterator[Node]:
    """JSON if the document is JSON: libyaml cannot read all of it (`"\\\\ud83d\\\\ude00"`)."""
    if text[start : start + 1] in ("{", "["):
        try:
            nodes = list(json_nodes(text, start, LIMITS.depth))
        except ValueError:
            pass
        else:
            return iter(nodes)
    return yaml_nodes(text, start, enters)


class _Wanted:
    """A place that is looked for, or lies on the way to one: a trie of pointer tokens."""

    __slots__ = ("children", "index", "parent")

    def __init__(self, parent: _Wanted | None = None) -> None:
        self.children: dict[str, _Wanted] = {}
        self.parent = parent
        self.index: int | None = None

    def descend(self, pointer: str) -> _Wanted:
        """The leaf for a pointer, made if need be."""
        node = self
        for name in keys_of(pointer):
            node = node.children.setdefault(name, _Wanted(node))
        return node

    def settle(self, index: int, below: int | None = None) -> None:
        """This stands at `index`; what is below it stands at `below`, or is found later."""
        self.index = index
        for node in self.below():
            node.index = below

    def below(self) -> Iterator[_Wanted]:
        waiting = list(self.children.values())
        while waiting:
            node = waiting.pop()
            yield node
            waiting += node.children.values()

    def place(self) -> int:
        """The index of this, or of the nearest ancestor that was found. The root always has one."""
        node: _Wanted | None = self
        while node is not None:
            if node.index is not None:
                return node.index
            node = node.parent
        return 0


class _Level:
    """An open map or list: what is looked for in it, and the keys (`names`) of a map that may yet be merged.

    One that is `idle` has neither: only its end, and the anchors inside, matter.
    """

    __slots__ = ("idle", "index", "is_map", "key", "merging", "names", "wanted")

    def __init__(self, is_map: bool, wanted: _Wanted | None, merging: bool) -> None:
        self.is_map = is_map
        self.wanted = wanted if wanted is not None and wanted.children else None
        self.merging = merging
        self.names: set[str] | None = set() if merging else None
        self.idle = self.wanted is None and not merging
        self.key: Node | None = None
        self.index = 0


class _Walk:
    """The way through the nodes; `missing` are the places that have not been seen yet.

    They are `final` if no merge can take over one that has been seen.
    """

    def __init__(self, root: _Wanted, missing: set[_Wanted], *, final: bool) -> None:
        self.missing = missing
        self.final = final
        self._root = root
        self._levels: list[_Level] = []
        self._names: dict[str, set[str]] = {}

    def enters(self) -> bool:
        """Whether something in the map or list that was opened last may matter."""
        return not (self.final and self._levels[-1].idle)

    def take(self, node: Node) -> None:
        level = self._levels[-1] if self._levels else None
        if node.kind is Kind.END:
            self._close()
        elif level is None or not level.idle:
            self._take(level, node)
        elif node.kind is Kind.MAP or node.kind is Kind.LIST:
            self._open(_Level(node.kind is Kind.MAP, None, merging=False), node.anchor)

    def _take(self, level: _Level | None, node: Node) -> None:
        """A key, or a value, at a level where something is looked for."""
        if level is not None and level.is_map and level.key is None:
            if node.kind in (Kind.MAP, Kind.LIST):
                raise ValueError("a key that is no text")
            level.key = node  # an alias as key has no text here: what it leads to keeps the place of the map
            return
        merging = level is not None and (_is_merge(level.key) or (level.merging and not level.is_map))
        wanted = None if merging else self._place(level, node)
        if node.kind is Kind.ALIAS:
            if wanted is not None and wanted.index is not None:
                wanted.settle(wanted.index, below=node.start)
            if level is not None and merging:
                self._merge(level, self._names.get(node.anchor or "", set()))
        elif node.kind is not Kind.SCALAR:
            self._open(_Level(node.kind is Kind.MAP, wanted, merging), node.anchor)
            return
        if level is not None:
            level.key = None

    def _place(self, level: _Level | None, node: Node) -> _Wanted | None:
        """Note where a value stands; what is looked for in it, if anything."""
        if level is None:
            self._root.settle(node.start)
            self.missing.discard(self._root)
            return self._root
        token, index = str(level.index), node.start
        if level.key is not None:
            token, index = _name(level.key), level.key.start
            if level.names is not None:
                level.names.add(token)
        else:
            level.index += 1
        wanted = level.wanted.children.get(token) if level.wanted is not None else None
        if wanted is not None:
            wanted.settle(index)
            self.missing.discard(wanted)
        return wanted

    def _merge(self, level: _Level, names: set[str]) -> None:
        """Keys that come from elsewhere stand at the `<<`, also those that were there before it: the merge wins."""
        if level.names is not None:
            level.names |= names
        if level.is_map and level.key is not None and level.wanted is not None:
            for name in names & level.wanted.children.keys():
                level.wanted.children[name].settle(level.key.start, below=level.key.start)

    def _open(self, level: _Level, anchor: str | None) -> None:
        """The names are registered at once, as a node inside may take the anchor over; they are complete at the end."""
        self._levels.append(level)
        if len(self._levels) > LIMITS.depth:
            raise ValueError("too deep")  # `parse` refuses it too, and libyaml takes the square of the depth
        if anchor is not None:
            level.names = self._names[anchor] = set()
            level.idle = False

    def _close(self) -> None:
        level = self._levels.pop()
        if not self._levels:
            return
        parent = self._levels[-1]
        if level.wanted is not None:
            self.missing.difference_update(level.wanted.below())  # what has not been seen is not there
        if level.merging:
            self._merge(parent, level.names or set())
        parent.key = None


def _is_merge(node: Node | None) -> bool:
    return node is not None and node.plain and node.text == "<<"


def _name(node: Node) -> str:
    if node.kind is Kind.SCALAR and node.plain:
        return key(node.text) or ""
    return node.text
