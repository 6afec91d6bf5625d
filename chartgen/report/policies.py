"""Exported rules as YAML."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

WIDTH = 118


def stream(objects: Sequence[Mapping[str, Any]], comments: Iterable[str] = ()) -> str:
    """The objects as one YAML stream, below comments."""
    head = "".join(f"{line}\n" for comment in comments for line in _comment(comment))
    return head + "".join(f"---\n{_document(each)}" for each in objects)


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="#   ", break_long_words=False) or ["#"]


def _document(value: Mapping[str, Any]) -> str:
    return yaml.dump(dict(value), Dumper=_Dumper, sort_keys=False, width=2**31, allow_unicode=True)


class _Dumper(yaml.SafeDumper):
    """Expressions are written as blocks: quoted they could not be read."""

    def represent_text(self, data: str) -> Any:
        style = ">" if len(data) > WIDTH and "  " not in data and data.isprintable() else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(str, _Dumper.represent_text)
