"""Where the fields of objects stand in their files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from chartgen import reader
from chartgen.model.location import Location
from chartgen.model.manifest import Manifest


def place(manifest: Manifest, pointers: Iterable[str]) -> dict[str, Location]:
    """The location of each JSON pointer, relative to the object; what is absent is placed at its nearest ancestor."""
    return place_all({manifest: pointers})[manifest]


def place_all(wanted: Mapping[Manifest, Iterable[str]]) -> dict[Manifest, dict[str, Location]]:
    """`place` for many objects at once: a document is read again once, however many members of its List are asked for.

    Most are not read again at all: their layout tells.
    """
    documents: dict[tuple[int, int], list[Manifest]] = defaultdict(list)
    pointers = {manifest: tuple(asked) for manifest, asked in wanted.items()}
    places: dict[Manifest, dict[str, Location]] = {}
    for manifest, asked in pointers.items():
        source = manifest.source
        if manifest.layout is None:
            documents[id(source), manifest.start].append(manifest)
        else:
            places[manifest] = reader.locate_in(manifest.object, manifest.layout, source.text, asked, source.file)
    for members in documents.values():
        source, start = members[0].source, members[0].start
        every = {member.pointer + pointer for member in members for pointer in pointers[member]}
        found = reader.locate(source.text, start, sorted(every), source.file)
        for member in members:
            places[member] = {pointer: found[member.pointer + pointer] for pointer in pointers[member]}
    return {manifest: places[manifest] for manifest in pointers}
