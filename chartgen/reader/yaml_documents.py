"""YAML text to plain values, built from libyaml's events.

Never `compose` or `load`: both recurse on the C stack, and a hundred thousand nested lists end the process. Here the
nesting lives in a list, an anchor is known only after its node has ended (so nothing can contain itself), and every
alias is charged with what it repeats.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, NoReturn

from yaml._yaml import CParser
from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from chartgen.reader.anchors import AliasesTooLargeError, Anchor, Anchors
from chartgen.reader.document import Document
from chartgen.reader.frames import MERGE, Frame, MergeError
from chartgen.reader.limits import NODE_WEIGHT, Limits
from chartgen.reader.scalars import key, key_of, scalar, tagged
from chartgen.reader.syntax_errors import refused, unreadable

_UNKNOWN: Final = object()


def yaml_documents(text: str, file: str, limits: Limits, drop_nulls: bool) -> Iterator[Document]:
    """The documents of `text`, each built as it is asked for. InputError, with a location, for what cannot be read."""
    builder = _Builder(text, file, limits, drop_nulls)
    waiting: _Root | None = None
    for root in builder.roots():
        if waiting is not None:
            yield Document(waiting.value, waiting.start, root.start, waiting.layout)
        waiting = root
    if waiting is not None:
        yield Document(waiting.value, waiting.start, len(text), waiting.layout)


def document_start(text: str, index: int) -> int:
    """The start of a document whose first token is at `index`: indentation before it belongs to it."""
    while index and text[index - 1] == " ":
        index -= 1
    return index


class _Root(NamedTuple):
    """A document whose end is not known yet."""

    value: Any
    start: int
    layout: array[int] | None


class _Builder:
    def __init__(self, text: str, file: str, limits: Limits, drop_nulls: bool) -> None:
        self._text = text
        self._file = file
        self._limits = limits
        self._drop_nulls = drop_nulls
        self._offset = 1 if text.startswith("\ufeff") else 0
        self._plain: dict[str, Any] = {}
        self._keys: dict[str, str] = {}
        self._anchors = Anchors(limits.aliases)
        self._weighing = "*" in text
        self._weight = 0
        self._stack: list[Frame] = []
        self._begin()
        self._steps: dict[type[Event], Callable[[Any], None]] = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._open_map,
            SequenceStartEvent: self._open_list,
            MappingEndEvent: self._close_map,
            SequenceEndEvent: self._close_list,
            AliasEvent: self._alias,
        }

    def _begin(self) -> None:
        """A new document."""
        self._frame = Frame([], None, 0)
        self._anchors.clear()
        self._layout = array("I")
        # So far: a layout is of use while the value has the shape of the text, and counts from the text's beginning.
        self._as_written = not self._offset

    def roots(self) -> Iterator[_Root]:
        steps = self._steps
        start = 0
        if self._text.count("%TAG") > self._limits.directives:
            place = self._text.index("%TAG")
            raise refused("there are too many %TAG directives", "Remove them.", self._text, place, self._file)
        try:
            next_event: Callable[[], Any] = CParser(self._text[self._offset :]).get_event
            while (event := next_event()) is not None:
                kind = type(event)
                step = steps.get(kind)
                if step is not None:
                    step(event)
                elif kind is DocumentStartEvent:
                    start = document_start(self._text, _index(event) + self._offset)
                    self._begin()
                elif kind is DocumentEndEvent:
                    yield _Root(self._frame.container[0], start, self._layout if self._as_written else None)
        except (YAMLError, UnicodeEncodeError) as error:
            raise unreadable(error, self._text, self._offset, self._file) from error

    def _scalar(self, event: ScalarEvent) -> None:
        text = event.value
        frame = self._frame
        if self._weighing:
            self._weight += NODE_WEIGHT + len(text)
        plain = event.implicit[0] and event.tag is None
        if frame.key is None:
            self._layout.append(_index(event))
            if plain and not frame.is_list:
                self._plain_key(frame, text, event)
                return
        if plain:
            value = self._plain.get(text, _UNKNOWN)
            if value is _UNKNOWN:
                value = self._plain_value(text, event)
        else:
            value = self._marked_value(text, event)
        if event.anchor is not None:
            self._anchors.scalar(event.anchor, value, NODE_WEIGHT + len(text))
        self._add(frame, value, event)

    def _plain_key(self, frame: Frame, text: str, event: ScalarEvent) -> None:
        if text == "<<":
            frame.key = MERGE
            return
        if event.anchor is not None:
            self._anchors.scalar(event.anchor, scalar(text), NODE_WEIGHT + len(text))
        name = self._keys.get(text)
        if name is None:
            name = key(text)
            if name is None:
                self._refuse_key(event)
            self._keys[text] = name
        self._set_key(frame, name, event)

    def _set_key(self, frame: Frame, name: str, event: Event) -> None:
        if name in frame.container and not frame.overrides(name):
            remedy = "Keep one of the two: readers disagree about which one counts."
            self._fail(f"the key {name!r} stands twice in this map", event, remedy)
        frame.key = name

    def _plain_value(self, text: str, event: ScalarEvent) -> Any:
        value = scalar(text)
        self._refuse_unwritable(value, text, event)
        self._plain[text] = value
        return value

    def _marked_value(self, text: str, event: ScalarEvent) -> Any:
        """The value of a scalar that is quoted, a block, or tagged."""
        try:
            value = text if event.tag is None else tagged(text, event.tag)
        except ValueError as error:
            self._fail(str(error), event, "Correct the value, or remove its tag.")
        self._refuse_unwritable(value, text, event)
        return value

    def _refuse_unwritable(self, value: Any, text: str, event: ScalarEvent) -> None:
        """What JSON, or a program's argument, cannot hold."""
        if isinstance(value, float) and not math.isfinite(value):
            self._fail(f"{text} has no form in JSON", event, "Write a number, or put the text in quotes.")
        if isinstance(value, str) and "\0" in value:
            self._fail("a text holds the character NUL", event, "Remove it: no manifest can hold NUL.")

    def _add(self, frame: Frame, value: Any, event: Event) -> None:
        """Put a node that has been read where it belongs: into a list, after a key, or as a key."""
        if frame.is_list:
            frame.container.append(value)
        elif frame.key is None:
            name = key_of(value)
            if name is None:
                self._refuse_key(event)
            self._set_key(frame, name, event)
        elif frame.key is MERGE:
            try:
                frame.merge(value)
            except MergeError:
                self._refuse_merge(event)
        else:
            frame.container[frame.key] = value
            if value is None:
                frame.nulls = True
            frame.key = None

    def _open_map(self, event: MappingStartEvent) -> None:
        self._open(event, {})

    def _open_list(self, event: SequenceStartEvent) -> None:
        self._open(event, [])

    def _open(self, event: MappingStartEvent | SequenceStartEvent, container: Any) -> None:
        parent = self._frame
        if parent.key is None and not parent.is_list:
            self._refuse_key(event)
        if len(self._stack) >= self._limits.depth:
            self._too_deep(event)
        ticket = 0
        if event.anchor is not None:
            ticket = self._anchors.open(event.anchor)
        self._stack.append(parent)
        merging = parent.key is MERGE or (parent.raw and parent.is_list)
        self._frame = Frame(container, event.anchor, self._weight, merging)
        self._frame.ticket = ticket
        if parent.key is None:
            self._layout.append(_index(event))
        self._frame.at = len(self._layout)
        self._layout.append(0)
        self._weight += NODE_WEIGHT

    def _close_map(self, event: MappingEndEvent) -> None:
        frame = self._frame
        self._close(event, frame, frame.finished(self._drop_nulls))

    def _close_list(self, event: SequenceEndEvent) -> None:
        self._close(event, self._frame, self._frame.container)

    def _close(self, event: Event, frame: Frame, value: Any) -> None:
        self._layout[frame.at] = len(self._layout)
        if frame.nulls:
            self._as_written = False
        parent = self._frame = self._stack.pop()
        parent.height = max(parent.height, frame.height + 1)
        if frame.anchor is not None:
            weight = self._weight - frame.weight
            self._anchors.close(frame.anchor, frame.ticket, Anchor(value, frame.container, weight, frame.height + 1))
        self._add(parent, frame.container if frame.raw else value, event)

    def _alias(self, event: AliasEvent) -> None:
        frame = self._frame
        self._as_written = False
        try:
            anchor = self._anchors.spend(event.anchor or "")
        except AliasesTooLargeError:
            self._fail("the aliases of this file repeat too much", event, "Split the file, or use fewer aliases.")
        if anchor is None:
            self._unknown_alias(event)
        if len(self._stack) + anchor.height > self._limits.depth:
            self._too_deep(event)
        self._weight += anchor.weight
        frame.height = max(frame.height, anchor.height)
        if frame.key is MERGE and not isinstance(anchor.raw, dict):
            self._refuse_merge(event)
        self._add(frame, anchor.raw if frame.key is MERGE or (frame.raw and frame.is_list) else anchor.value, event)

    def _unknown_alias(self, event: AliasEvent) -> NoReturn:
        name = event.anchor
        if any(frame.anchor == name for frame in (*self._stack, self._frame)):
            self._fail(f"the node with the anchor {name!r} contains itself", event, "Remove the alias.")
        remedy = f"Write &{name} on a node before this place, or correct the name."
        self._fail(f"nothing before this place has the anchor {name!r}", event, remedy)

    def _refuse_merge(self, event: Event) -> NoReturn:
        self._fail("`<<` needs a map, or a list of maps", event, "Write `<<: *name`, where &name stands on a map.")

    def _refuse_key(self, event: Event) -> NoReturn:
        self._fail("a map key must be a text", event, "Put the key in quotes, or give the value a key.")

    def _too_deep(self, event: Event) -> NoReturn:
        problem = f"maps and lists are nested more than {self._limits.depth} levels deep"
        self._fail(problem, event, "Flatten the document: no manifest is that deep.")

    def _fail(self, problem: str, event: Event, remedy: str) -> NoReturn:
        raise refused(problem, remedy, self._text, _index(event) + self._offset, self._file)


def _index(event: Event) -> int:
    return event.start_mark.index if event.start_mark else 0
