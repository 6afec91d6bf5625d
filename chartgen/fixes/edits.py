"""What has to change in the text of a document so that it holds another value: no more than the nodes that differ."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from chartgen.fixes.tree import Node, Shape
from chartgen.fixes.writing import Style

_DASH = re.compile(r"((?: |- )*)-(?:[ \t]+#.*)?")
"""A line up to a list member, or a line above it that holds the dash and perhaps a comment."""


class NotWritable(Exception):
    """The text cannot be changed without losing something; the text of the error says why, as a clause."""


@dataclass(frozen=True, slots=True)
class Edit:
    start: int
    end: int
    text: str


@dataclass(slots=True)
class Editor:
    """Collects the edits of one document. `flows` are the spans of its flow collections."""

    text: str
    style: Style
    flows: list[tuple[int, int]] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)

    def change(self, node: Node, old: Any, new: Any, column: int, *, item: bool = False) -> None:
        """Turn a node from the value `old` into `new`.

        `column` is that of the key, or of the dash (`item`), which the node stands behind; -1 for the root. NotWritable
        if it cannot be done.
        """
        if same(old, new):
            return
        if node.shape is Shape.MAP and isinstance(old, dict) and isinstance(new, dict) and new:
            self._change_map(node, old, new, column, item=item)
        elif node.shape is Shape.LIST and isinstance(old, list) and isinstance(new, list) and new:
            self._change_list(node, old, new, column, item=item)
        else:
            self._replace(node, new, column, item=item)

    def result(self) -> str:
        """The text with all edits applied."""
        pieces, index = [], 0
        for edit in sorted(self.edits, key=lambda edit: edit.start):
            if edit.start < index:
                raise NotWritable("the changes overlap in the text")
            pieces += [self.text[index : edit.start], edit.text]
            index = edit.end
        return "".join([*pieces, self.text[index:]])

    def _change_map(self, node: Node, old: dict[str, Any], new: dict[str, Any], column: int, *, item: bool) -> None:
        keys = node.keys
        removed = [name for name in old if name not in new]
        if any(name not in keys for name in removed):
            raise NotWritable("what is to be removed comes from a YAML merge (<<)")
        kept = [member for member in node.members if member[0] not in removed]
        if not kept:
            self._replace(node, new, column, item=item)
            return
        for name, value in new.items():
            if name in keys:
                inner = self._column(keys[name][0].start)
                self.change(keys[name][1], old.get(name), value, inner)
        added = [name for name in new if name not in keys and not same(old.get(name), new[name])]
        for index, (name, key, _) in enumerate(node.members):
            if name in removed and key is not None:
                self._remove(node, index, key.start)
        for name in added:
            self._add_member(node, kept[-1][2], name, new[name])

    def _change_list(self, node: Node, old: list[Any], new: list[Any], column: int, *, item: bool) -> None:
        if len(node.members) != len(old):
            raise NotWritable("the list is not written out")
        steps = SequenceMatcher(None, _keys(old), _keys(new), autojunk=False).get_opcodes()
        if not old or all(step == "delete" for step, *_ in steps if step != "insert"):
            self._replace(node, new, column, item=item)
            return
        for _, i, i_end, j, j_end in (step for step in steps if step[0] != "equal"):
            common = min(i_end - i, j_end - j)
            for offset in range(common):
                member = node.members[i + offset][2]
                inner = 0 if node.flow else self._column(self._dash(member))
                self.change(member, old[i + offset], new[j + offset], inner, item=True)
            for index in range(i + common, i_end):
                self._remove(node, index, self._item_start(node, node.members[index][2]))
            if j + common < j_end:
                self._add_items(node, i + common - 1, new[j + common : j_end])

    def _add_member(self, node: Node, last: Node, name: str, value: Any) -> None:
        if node.flow:
            self._add_flow(node, last, lambda indentation: self.style.pair(name, value, indentation))
            return
        first = node.members[0][1]
        block = self.style.block({name: value}, self._column(first.start if first else node.start))
        self._insert_line(last.end, block)

    def _add_items(self, node: Node, behind: int, values: Sequence[Any]) -> None:
        if node.flow:
            if behind < 0:
                raise NotWritable("nothing can be put before the first member of a list in brackets")
            for value in values:
                self._add_flow(
                    node,
                    node.members[behind][2],
                    lambda indentation, value=value: self.style.inline(value, indentation),
                )
            return
        dash = self._dash(node.members[0][2])
        block = self.style.block(list(values), self._column(dash))
        if behind >= 0:
            self._insert_line(node.members[behind][2].end, block)
            return
        start = self._line_start(dash)
        if self.text[start:dash].strip():
            raise NotWritable("the list begins behind another one on the same line")
        self.edits.append(Edit(start, start, block + self.style.newline))

    def _add_flow(self, node: Node, last: Node, write: Any) -> None:
        """A member of `{...}` or `[...]` behind `last`: on a line of its own where the others have theirs."""
        first = node.members[0][1] or node.members[0][2]
        end = self._line_end(last.end)
        if "\n" in self.text[node.start : first.start] and end < node.end:
            indentation = self.text[self._line_start(first.start) : first.start]
            if indentation.strip():
                indentation = " " * self._column(first.start)
            if not self.text[last.end : node.end].lstrip().startswith(","):
                self.edits.append(Edit(last.end, last.end, ","))
            comma = "," if last is not node.members[-1][2] else ""
            self.edits.append(Edit(end, end, self.style.newline + indentation + write(indentation) + comma))
        else:
            self.edits.append(Edit(last.end, last.end, ", " + write(None)))

    def _remove(self, node: Node, index: int, start: int) -> None:
        """Take out one member, from the `start` of its key, dash or value; others are left."""
        member = node.members[index][2]
        if node.flow:
            self._remove_flow(node, index, start)
            return
        line = self._line_start(start)
        if not self.text[line:start].strip():
            end = self._line_end(member.end)
            following = end + len(self._break_at(end))
            if following == end:  # the last line has no newline: the one before it goes
                line = max(line - len(self.style.newline), 0)
            self.edits.append(Edit(line, following, ""))
            return
        if index + 1 >= len(node.members) or node.members[index + 1][1] is None:
            raise NotWritable("the line holds more than what is to be removed")
        following = node.members[index + 1][1].start  # type: ignore[union-attr]
        commented = "#" in self.text[member.end : following]
        self.edits.append(Edit(start, member.end if commented else following, ""))

    def _remove_flow(self, node: Node, index: int, start: int) -> None:
        member = node.members[index][2]
        if index:
            start, end = node.members[index - 1][2].end, member.end
        else:
            key, value = node.members[1][1:]
            end = (key or value).start
        if "#" in self.text[start:end]:
            raise NotWritable("a comment stands within the brackets that something is removed from")
        self.edits.append(Edit(start, end, ""))

    def _replace(self, node: Node, new: Any, column: int, *, item: bool) -> None:
        """Write the node anew: in block style where its key or dash stands in one."""
        if self._within_flow(node) or self.style.json:
            text = self.style.inline(new, self._indentation(node.start))
            space = " " if self.text[node.start - 1 : node.start] == ":" else ""
            self.edits.append(Edit(node.start, node.end, space + text))
            return
        before = len(self.text[: node.start].rstrip())
        line = self.text[self._line_start(before) : before]
        broken = "\n" in self.text[before : node.start]
        commented = broken and not line.endswith((":", "-"))
        if not isinstance(new, dict | list) or not new:
            self._replace_inline(node, self.style.inline(new), column, before if broken else node.start, commented)
        elif item or column < 0:
            block = self.style.block(new, column + 2 if item else 0)
            self.edits.append(Edit(node.start, node.end, block.lstrip()))
        else:
            block = self.style.block(new, column + (self.style.lists if isinstance(new, list) else self.style.step))
            if commented:
                self.edits.append(Edit(self._line_start(node.start), node.end, block))
            else:
                self.edits.append(Edit(before, node.end, ""))
                self._insert_line(node.end, block)

    def _replace_inline(self, node: Node, text: str, column: int, start: int, commented: bool) -> None:
        """A scalar or something empty, behind its key or dash; below the comments in between if there are any."""
        if commented:
            indentation = " " * (max(column, 0) + self.style.step)
            self.edits.append(Edit(self._line_start(node.start), node.end, indentation + text))
            return
        space = "" if start == 0 or self.text[start - 1].isspace() else " "
        self.edits.append(Edit(start, node.end, space + text))

    def _within_flow(self, node: Node) -> bool:
        return any(start < node.start and node.end <= end for start, end in self.flows)

    def _item_start(self, node: Node, member: Node) -> int:
        return member.start if node.flow else self._dash(member)

    def _dash(self, member: Node) -> int:
        """The index of the dash that a member of a block list stands behind; comments may stand in between."""
        index = member.start
        while index > 0:
            start = self._line_start(index)
            line = self.text[start:index].rstrip()
            found = _DASH.fullmatch(line)
            if found:
                return start + len(found[1])
            if line and not line.lstrip().startswith("#"):
                break
            index = start - 1
        raise NotWritable("the dash of a list member was not found")

    def _insert_line(self, end: int, block: str) -> None:
        index = self._line_end(end)
        self.edits.append(Edit(index, index, self.style.newline + block))

    def _line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        """The index of the line break, `\\r\\n` or `\\n`, or the end of the text."""
        end = self.text.find("\n", index)
        if end < 0:
            return len(self.text)
        return end - 1 if end > index and self.text[end - 1] == "\r" else end

    def _break_at(self, index: int) -> str:
        return next((each for each in ("\r\n", "\n") if self.text.startswith(each, index)), "")

    def _column(self, index: int) -> int:
        return index - self._line_start(index)

    def _indentation(self, index: int) -> str:
        line = self.text[self._line_start(index) : index]
        return line[: len(line) - len(line.lstrip())]


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same types all the way down: `1`, `1.0` and `true` are three values."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _keys(values: Sequence[Any]) -> list[str]:
    return [json.dumps(value, sort_keys=True) for value in values]
