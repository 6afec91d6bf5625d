"""Values as YAML text in every style that a person might use, with comments in odd places, for the writer's tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Any

from chartgen import reader

MINIMAL = """\
model: {id: mistralai/Mistral-7B-Instruct-v0.2}
gpu: {type: nvidia-a100-80gb}
cluster: {provider: aks}
"""

_JUNK = ("", " words", " key: value", " 'it\"s", " # more", " {{ .Values }}", " - [a, {b", " ünï 😀", "!bang", "\ttab")


class RandomText:
    """Writes one mapping with random styles; `marks` are the comment texts that it put in, each of them unique."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.marks: list[str] = []

    def write(self, values: Mapping[str, Any]) -> str:
        lines = [self._comment()] if self.random.random() < 0.3 else []
        lines += [""] * self.random.randint(0, 1) if lines else []
        lines += self._map(values, 0)
        if self.random.random() < 0.3:
            lines += [self._comment()]
        return "\n".join(lines) + self.random.choice(("\n", "\n\n", ""))

    def _comment(self) -> str:
        mark = f"#{len(self.marks)}§{self.random.choice(_JUNK)}"
        self.marks.append(mark.rstrip())
        return mark

    def _above(self, indent: int) -> list[str]:
        lines = []
        while self.random.random() < 0.15:
            lines.append(" " * self.random.randint(0, indent) + self._comment())
        return lines + [""] * (self.random.random() < 0.1)

    def _beside(self) -> str:
        return "  " + self._comment() if self.random.random() < 0.15 else ""

    def _map(self, values: Mapping[str, Any], indent: int) -> list[str]:
        entries = list(values.items())
        self.random.shuffle(entries)
        lines = []
        for key, value in entries:
            lines += self._above(indent) + self._value(" " * indent + self._string(key) + ":", value, indent)
        if self.random.random() < 0.1:
            lines.append(" " * indent + self._comment())
        return lines

    def _list(self, values: list[Any], indent: int) -> list[str]:
        lines = []
        for value in values:
            lines += self._above(indent)
            if isinstance(value, dict) and value and self.random.random() < 0.6:
                block = self._map(value, indent + 2)
                first = next((n for n, line in enumerate(block) if line.strip()[:1] not in ("", "#")), 0)
                lines += block[:first]
                lines += [" " * indent + "- " + block[first][indent + 2 :], *block[first + 1 :]]
            else:
                lines += self._value(" " * indent + "-", value, indent)
        return lines

    def _value(self, head: str, value: Any, indent: int) -> list[str]:
        nested = isinstance(value, dict | list) and bool(value)
        if nested and self.random.random() < 0.7:
            deeper = indent + self.random.choice((2, 4))
            if isinstance(value, list) and not head.endswith("-"):
                deeper = self.random.choice((indent, deeper))
            block = self._map(value, deeper) if isinstance(value, dict) else self._list(value, deeper)
            return [head + self._beside(), *block]
        if isinstance(value, str) and self._fits_literal(value) and self.random.random() < 0.5:
            tail = "" if value.endswith("\n") else "-"
            lines = [" " * (indent + 2) + line if line else "" for line in value.removesuffix("\n").split("\n")]
            return [f"{head} |{tail}{self._beside()}", *lines]
        return self._flow_lines(head, value, indent)

    def _flow_lines(self, head: str, value: Any, indent: int) -> list[str]:
        if isinstance(value, dict) and value and self.random.random() < 0.4:
            lines = [head + " {" + self._beside()]
            for key, member in value.items():
                lines += [" " * (indent + 3) + f"{self._string(key)}: {self._flow(member)},{self._beside()}"]
            return [*lines, " " * (indent + 1) + "}" + self._beside()]
        return [f"{head} {self._flow(value)}{self._beside()}"]

    def _flow(self, value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self._string(key)}: {self._flow(member)}" for key, member in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self._flow, value)) + "]"
        return self._string(value, flow=True) if isinstance(value, str) else json.dumps(value)

    def _string(self, value: str, *, flow: bool = False) -> str:
        plain = reader.plain_is_string(value) and not (flow and any(sign in value for sign in ",[]{}"))
        if plain and self.random.random() < 0.7:
            return value
        if value.isprintable() and self.random.random() < 0.5:
            return "'" + value.replace("'", "''") + "'"
        text = json.dumps(value, ensure_ascii=False)
        return "".join(f"\\u{ord(sign):04x}" if sign in "\x85\u2028\u2029\ufeff" else sign for sign in text)

    def _fits_literal(self, value: str) -> bool:
        body = value.removesuffix("\n")
        lines = body.split("\n")
        breaks = any(sign in value for sign in "\r\x85\u2028\u2029\ufeff")
        return len(lines) > 1 and not breaks and all(line == line.strip() and line for line in lines)
