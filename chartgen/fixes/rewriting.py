"""One document of a text changed to hold another value, and read again to see that it does."""

from __future__ import annotations

from typing import Any

from chartgen.errors import InputError
from chartgen.fixes.edits import Editor, NotWritable, same
from chartgen.fixes.tree import Node, Shape, tree
from chartgen.fixes.writing import style_of
from chartgen.reader import Document, parse

__all__ = ["NotWritable", "appended", "rewritten"]


def rewritten(text: str, document: Document, value: Any) -> str:
    """`text` with one document changed to hold `value`; all the rest of the text keeps its characters.

    Values are as the reader gives them (null map values left out). NotWritable if that cannot be done without losing
    something, for instance where a part comes from an anchor that other parts share.
    """
    segment = text[document.start : document.end]
    root = tree(segment)
    if root is None or not isinstance(value, dict | list):
        raise NotWritable("the document cannot be taken apart")
    json = segment.lstrip().startswith(("{", "[")) and _quoted(root)
    editor = Editor(segment, style_of(segment, json=json), flows=_flows(root))
    editor.change(root, document.value, value, -1)
    changed = editor.result()
    _verify(changed, [value])
    return text[: document.start] + changed + text[document.end :]


def appended(text: str, document: Document, value: Any) -> str:
    """`text` with a new document behind `document`. NotWritable for JSON, which holds one value."""
    segment = text[document.start : document.end]
    root = tree(segment)
    if root is None or root.flow:
        raise NotWritable("a JSON text holds one object: put the new one into a file of its own")
    style = style_of(segment, json=False)
    line = segment.find("\n", root.end)
    end = len(segment) if line < 0 else line - segment[line - 1 : line].count("\r")
    block = style.block(value, 0)
    changed = f"{segment[:end]}{style.newline}---{style.newline}{block}{segment[end:] or style.newline}"
    _verify(changed, [document.value, value])
    return text[: document.start] + changed + text[document.end :]


def _verify(segment: str, wanted: list[Any]) -> None:
    try:
        found = [document.value for document in parse(segment, "")]
    except InputError as error:
        raise NotWritable(f"the changed text could not be read: {error.message}") from None
    if not same(found, wanted):
        raise NotWritable("the changed text would not mean what the fix means")


def _quoted(root: Node) -> bool:
    """Whether the keys are in quotes, as those of JSON are."""
    return all(not key.plain for _, key, _ in root.members if key is not None)


def _flows(root: Node) -> list[tuple[int, int]]:
    found = [(root.start, root.end)] if root.flow else []
    for _, _, member in root.members:
        if member.shape in (Shape.MAP, Shape.LIST):
            found += _flows(member)
    return found
