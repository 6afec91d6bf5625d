"""The comments of a values file and the keys that they belong to.

A comment on a line of its own belongs to the key or item below it, unless it is indented like the entries of a block
that ends there: then it closes that block. A comment behind something belongs to what it stands behind. Paragraphs of
comments above everything else, each with an empty line below it, are the file's header.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from chartgen.spec.layout import Layout, Node, Path, layout

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_MODELINE = re.compile(r"#\s*yaml-language-server\s*:")


@dataclass(slots=True)
class Comments:
    """Comment texts, from `#` on, in file order. An empty text in `header` is an empty line."""

    header: list[str] = field(default_factory=list)
    above: dict[Path, list[str]] = field(default_factory=dict)
    beside: dict[Path, list[str]] = field(default_factory=dict)
    closing: dict[Path, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Comment:
    start: int
    end: int
    line: int
    text: str
    alone: bool


def read_comments(text: str) -> Comments:
    """The comments of the first document in `text`, which is readable YAML; none if it is JSON."""
    found = layout(text)
    lines = [0, *(match.end() for match in _BREAK.finditer(text))]
    result = Comments()
    if not found.nodes:
        return result
    comments = _take_header(text, found.nodes[0].start, _scan(text, found, lines), result)
    for comment in comments:
        _attach(comment, lines[comment.line], found, result)
    return result


def _scan(text: str, found: Layout, lines: list[int]) -> list[_Comment]:
    """Every `#` outside scalars begins a comment, up to the end of its line."""
    result: list[_Comment] = []
    gaps: list[tuple[int, int]] = []
    position = 0
    for start, end, block in found.scalars:
        head = _BREAK.search(text, start, end) if block else None
        gaps.append((position, start))
        if head is not None:
            gaps.append((start, head.start()))
        position = max(end, position)
    gaps.append((position, len(text)))
    for start, end in gaps:
        position = start
        while (position := text.find("#", position, end)) >= 0:
            after = _BREAK.search(text, position)
            stop = after.start() if after else len(text)
            line = bisect_left(lines, position + 1) - 1
            alone = not text[lines[line] : position].strip()
            result.append(_Comment(position, stop, line, text[position:stop].rstrip(), alone))
            position = stop
    return result


def _take_header(text: str, first: int, comments: list[_Comment], result: Comments) -> list[_Comment]:
    """Move the file's header from `comments` to the result: all paragraphs but one that stands right above a key."""
    above = [comment for comment in comments if comment.end <= first]
    paragraphs: list[list[_Comment]] = []
    for comment in above:
        apart = not paragraphs or comment.line > paragraphs[-1][-1].line + 1
        if apart:
            paragraphs.append([])
        paragraphs[-1].append(comment)
    if not paragraphs:
        return comments
    kept: list[_Comment] = []
    last = paragraphs[-1]
    if len(_BREAK.findall(text[last[-1].end : first])) < 2:
        kept = paragraphs.pop()
        if not paragraphs:
            modelines = [comment for comment in kept if _MODELINE.match(comment.text)]
            paragraphs = [modelines] if modelines else []
            kept = [comment for comment in kept if comment not in modelines]
    for paragraph in paragraphs:
        result.header += [""] * bool(result.header) + [comment.text for comment in paragraph]
    return kept + comments[len(above) :]


def _attach(comment: _Comment, line_start: int, found: Layout, result: Comments) -> None:
    before = bisect_left(found.touches, comment.start + 1, key=lambda touch: touch[0])
    previous = found.touches[before - 1] if before else None
    if previous is not None and previous[0] >= line_start:
        result.beside.setdefault(previous[1].path, []).append(comment.text)
        return
    if previous is not None and not previous[1].collection and previous[1].end > comment.start:
        result.above.setdefault(previous[1].path, []).append(comment.text)  # between a key and its value
        return
    index = bisect_left(found.nodes, comment.start, key=lambda node: node.start)
    following = found.nodes[index] if index < len(found.nodes) else None
    if following is not None and not following.path and len(found.nodes) > 1:
        following = found.nodes[index + 1]
    closed = _closed(comment, comment.start - line_start, previous[1] if previous else None, following)
    if closed is not None and comment.alone:
        result.closing.setdefault(closed.path, []).append(comment.text)
    elif following is not None:
        result.above.setdefault(following.path, []).append(comment.text)
    else:
        result.closing.setdefault((), []).append(comment.text)


def _closed(comment: _Comment, column: int, previous: Node | None, following: Node | None) -> Node | None:
    """The collection that ends below the comment and that the comment belongs to, if there is one."""
    node = previous
    while node is not None and not node.contains(following):
        if node.collection and node.flow and node.end > comment.start:
            return node
        in_flow = following is not None and following.parent is not None and following.parent.flow
        deeper = following is None or (column > following.column and not in_flow)
        if 0 <= node.child_column <= column and deeper:
            return node
        node = node.parent
    return None
