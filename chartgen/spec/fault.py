"""A problem of a values file before its place in the file is known."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from chartgen.spec.layout import Path

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """`hides` says that a value is lost with the key, so that checks which need it would mislead.

    `meant` are the keys that it was probably written for, if the key itself is not one; `absent` is set where a
    required key is missing.
    Of several faults of one key the one with the greatest `weight` is told.
    """

    path: Path
    message: str
    remedy: str
    weight: int = 1
    hides: bool = True
    meant: tuple[Path, ...] = ()
    absent: bool = False


def dotted(path: Path) -> str:
    """`storage.backend`, `cluster.tolerations[0].key`; keys with dots of their own in quotes; empty for the root."""
    return "".join(_step(step) for step in path).removeprefix(".")


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if re.fullmatch(r"[^.\[\]\s\"\x00-\x1f\x7f-\x9f]+", step) else f"[{_escaped(step)}]"


def _escaped(step: str) -> str:
    return CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(step, ensure_ascii=False))


def path_of(key: str) -> Path:
    """The path of a dotted key without dots inside its parts; the inverse of `dotted` for such keys."""
    steps = re.findall(r"\[(\d+)\]|\[(\"(?:[^\"\\]|\\.)*\")\]|([^.\[\]]+)", key)
    return tuple(int(index) if index else json.loads(name) if name else step for index, name, step in steps)


def quoted(value: Any) -> str:
    """A value as it would be written in the file, on one line and shortened, in backticks."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text.replace("\n", "\\n").replace("\t", "\\t"))
    return f"`{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}`"


def reason(sentence: str) -> str:
    """The first half of a sentence of the schema (`why; what to do instead`)."""
    return sentence.partition("; ")[0]


def remedy(sentence: str) -> str:
    """The second half of such a sentence, as one of its own."""
    instead = sentence.partition("; ")[2] or "remove the key"
    return instead[:1].upper() + instead[1:] + "."
