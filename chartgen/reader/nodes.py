"""The nodes of one document in the order of its text, with the index of each: the same shape for YAML and for JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import Any, NamedTuple

from yaml._yaml import CParser
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from chartgen.reader.limits import LIMITS

_CHUNK = 1024


class Kind(Enum):
    MAP = auto()
    LIST = auto()
    END = auto()
    SCALAR = auto()
    ALIAS = auto()


class Node(NamedTuple):
    """`start` counts characters of the whole text. `text` is that of a scalar.

    `plain` says that it stood without quotes or tag, so that it may mean something else than its text. `anchor` is the
    name that a node defines, or that an alias uses.
    """

    kind: Kind
    start: int
    text: str = ""
    plain: bool = False
    anchor: str | None = None


class _Tail:
    """The text from an index on, as a stream: a long text is not copied for the sake of one document in its middle."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._next = start

    def read(self, size: int = _CHUNK) -> str:
        # libyaml asks for 16 KB and decodes all that it is given, of which the document may be a tenth.
        chunk = self._text[self._next : self._next + min(size, _CHUNK)]
        self._next += len(chunk)
        return chunk


def yaml_nodes(text: str, start: int, enters: Callable[[], bool] = lambda: True) -> Iterator[Node]:
    """The nodes of the YAML document that begins at `start`. Raises yaml.YAMLError where the text cannot be read.

    `enters` is asked behind the beginning of each map and list whether what is inside is wanted, up to its end.
    """
    start += text.startswith("\ufeff", start)
    next_event: Callable[[], Any] = CParser(_Tail(text, start)).get_event
    while (event := next_event()) is not None:
        kind = type(event)
        if kind is ScalarEvent:
            plain = event.implicit[0] and event.tag is None
            yield Node(Kind.SCALAR, event.start_mark.index + start, event.value, plain, event.anchor)
        elif kind in _STARTS:
            yield Node(_STARTS[kind], event.start_mark.index + start, "", False, event.anchor)
            if kind is not AliasEvent and not enters():
                yield Node(Kind.END, _end(next_event) + start)
        elif kind in _ENDS:
            yield Node(Kind.END, event.end_mark.index + start)
        elif kind is DocumentEndEvent:
            return


def _end(next_event: Callable[[], Any]) -> int:
    """The index of the end of the map or list that has just begun. ValueError if it is nested too deep.

    Most of a document is passed over like this: nodes would cost more than all else.
    """
    depth = 1
    while True:
        event = next_event()
        depth += _DEPTHS.get(type(event), 0)
        if depth == 0:
            return int(event.end_mark.index)
        if depth > LIMITS.depth:
            raise ValueError("too deep")


_STARTS = {MappingStartEvent: Kind.MAP, SequenceStartEvent: Kind.LIST, AliasEvent: Kind.ALIAS}
_ENDS = {MappingEndEvent, SequenceEndEvent}
_DEPTHS = {MappingStartEvent: 1, SequenceStartEvent: 1, MappingEndEvent: -1, SequenceEndEvent: -1}

_TOKEN = re.compile(r'[ \t\r\n]*(?:([{\[])|([}\]])|([,:])|"([^"\\]*(?:\\.[^"\\]*)*)"|([-+.0-9A-Za-z]+))', re.DOTALL)


def json_nodes(text: str, start: int, depth_limit: int) -> Iterator[Node]:
    """The nodes of the JSON document that begins at `start`.

    ValueError where it turns out not to be JSON, or just after the node that is nested deeper than `depth_limit`.
    """
    depth = 0
    index = start + text.startswith("\ufeff", start)
    while True:
        match = _TOKEN.match(text, index)
        if match is None:
            raise ValueError(f"no JSON at index {index}")
        index = match.end()
        group = match.lastindex or 0
        place = match.start(group)
        if group == 1:
            depth += 1
            yield Node(Kind.MAP if match[1] == "{" else Kind.LIST, place)
            if depth > depth_limit:
                raise ValueError(f"too deep at index {place}")
        elif group == 2:
            depth -= 1
            yield Node(Kind.END, place)
        elif group == 4:
            string = match[4]
            yield Node(Kind.SCALAR, place - 1, json.loads(f'"{string}"') if "\\" in string else string)
        elif group == 5:
            yield Node(Kind.SCALAR, place, match[5], plain=True)
        if depth == 0:
            return
