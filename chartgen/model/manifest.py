"""A Kubernetes object and the text that it was read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One input text. `file` is the name to print (`<stdin>` for standard input).

    `rendered` marks text that Helm made from a chart: its lines are not lines of a file on disk. `value_set` names the
    values that it was rendered with, if there was a choice.
    """

    file: str
    text: str
    rendered: bool = False
    value_set: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Manifest:
    """One Kubernetes object.

    `start` is the index in `source.text` at which its YAML document begins; `pointer` is the JSON pointer of
    the object inside that document: empty, or `/items/3` for a member of a List. `object` holds plain dict, list,
    str, int, float and bool only; null map values have been dropped, as the API server treats them as unset. `layout`
    is where its values begin in the text, as the reader notes it; None if the text has to be read for that again.
    """

    source: Source
    start: int
    pointer: str
    object: dict[str, Any]
    layout: Sequence[int] | None = field(default=None, repr=False)

    @property
    def api_version(self) -> str:
        return _text(self.object.get("apiVersion"))

    @property
    def kind(self) -> str:
        return _text(self.object.get("kind"))

    @property
    def name(self) -> str:
        return _text(self._metadata().get("name"))

    @property
    def namespace(self) -> str:
        """The namespace written in the object; empty if it has none."""
        return _text(self._metadata().get("namespace"))

    def _metadata(self) -> dict[str, Any]:
        metadata = self.object.get("metadata")
        return metadata if isinstance(metadata, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
