"""Plain values as new text, in the style of the document that they go into."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import yaml

from chartgen.reader import plain_is_string

_KEY_THEN_LIST = re.compile(r"^( *)(?:- +)*[^\s#'\"\-][^\n#]*:[ \t]*\r?\n(?:[ \t]*(?:#[^\n]*)?\n)*( *)- ", re.MULTILINE)
_KEY_THEN_MAP = re.compile(r"^( *)[^\s#'\"\-][^\n#]*:[ \t]*\r?\n( +)[^\s#\-]", re.MULTILINE)
_INDENTED = re.compile(r"\n([ \t]+)[\"{\[]")
_WIDE = 2**31


@dataclass(frozen=True, slots=True)
class Style:
    """`step` is how far a map is indented below its key, `lists` how far a list is; `json` says that all is JSON.

    `unit` is the indentation of one level of JSON, empty if it stands on one line.
    """

    step: int
    lists: int
    newline: str
    json: bool
    unit: str

    def block(self, value: Any, column: int) -> str:
        """A map or list in block style, each line indented to `column`, without a newline at its end."""
        dumper = _IndentedLists if self.lists else _Dumper
        text = yaml.dump(value, Dumper=dumper, sort_keys=False, width=_WIDE, indent=max(self.step, 2))
        lines = text.removesuffix("\n").split("\n")
        return self.newline.join(" " * column + line if line else line for line in lines)

    def inline(self, value: Any, indentation: str | None = None) -> str:
        """Any value within a line; with `indentation` on several in JSON that is written so, beginning with it."""
        if self.json:
            if indentation is None or not self.unit:
                return json.dumps(value, ensure_ascii=False)
            return json.dumps(value, ensure_ascii=False, indent=self.unit).replace("\n", self.newline + indentation)
        text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=_WIDE, default_flow_style=True)
        return text.removesuffix("\n").removesuffix("\n...")

    def pair(self, key: str, value: Any, indentation: str | None = None) -> str:
        """A member of a flow map."""
        if self.json:
            return f"{json.dumps(key, ensure_ascii=False)}: {self.inline(value, indentation)}"
        return self.inline({key: value})[1:-1]


def style_of(text: str, *, json: bool) -> Style:
    """How a document is written, as far as its first lines of each sort tell."""
    lists, maps = _KEY_THEN_LIST.search(text), _KEY_THEN_MAP.search(text)
    indented = _INDENTED.search(text) if json else None
    step = len(maps[2]) - len(maps[1]) if maps else 2
    return Style(
        step=step if step > 0 else 2,
        lists=max(len(lists[2]) - len(lists[1]), 0) if lists else 0,
        newline="\r\n" if "\r\n" in text else "\n",
        json=json,
        unit=indented[1] if indented else "",
    )


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_text(self, data: str) -> Any:
        style = None if plain_is_string(data) else "|" if "\n" in data else '"'
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


class _IndentedLists(_Dumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


for _dumper in (_Dumper, _IndentedLists):
    _dumper.add_representer(str, _dumper.represent_text)
