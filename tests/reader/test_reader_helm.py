"""The reader against Helm itself, on texts made by a fixed random generator."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from helm_oracle import REFUSED, ask, floats

from chartgen import reader
from chartgen.errors import InputError

pytest.importorskip("helm_python")

_EDGES = (
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "0777777777777777777777",
    "0777777777777777777777777",
    "0x7fffffffffffffff",
    "0xffffffffffffffff",
    "0x1ffffffffffffffff",
    "1e308",
    "1e309",
    "3.4028235e38",
    "1.17549435e-38",
    "16777217.0",
    "0.1",
    "123456.5",
    "1234567.5",
    "1e-4",
    "1e-5",
    "1e-400",
    "1" * 80,
    "10101",
)
_WORDS = (
    "y",
    "Y",
    "n",
    "N",
    "yes",
    "Yes",
    "yEs",
    "no",
    "on",
    "On",
    "off",
    "OFF",
    "true",
    "TRUE",
    "tRue",
    "false",
    "~",
    "null",
    "Null",
    "nUll",
    "22:22",
    "2020-01-01",
    "2020-01-01T00:00:00Z",
    "=",
    "<<",
    "0b-1",
    "0b+1",
    "-0b1",
    ".5_0",
    "._5",
    ".5e1_0",
    "1_000",
    "0x_1",
    "010",
    "08",
    "0o10",
    "0o8",
    "1e3",
    "1E3",
    "1.",
    "1.e1",
    "+.5",
    "-.5e-1",
    "1__0",
    "-_1",
    "0_10",
    "-0",
    "-0.0",
    "1e20",
    "1e21",
    ".e1",
    "+",
    "-1e",
    "0x",
    "+.",
    ".",
    "..",
    "1.2.3",
    "1e5.5",
    "é",
    "a b",
    "a#b",
    "C:\\x",
    "$(X)",
    "{}",
    "[]",
    "''",
    '"1"',
    "inf",
    "-inf",
    ".5.",
)


def ours(text: str) -> Any:
    """What the reader makes of a text, in the oracle's terms; the message if it refuses."""
    try:
        documents = reader.parse(text, "f", drop_nulls=False)
    except InputError as error:
        return error
    return floats(documents[0].value) if documents else {}


def compare(folder: Path, texts: list[str]) -> None:
    wrong = []
    for text, helm in zip(texts, ask(folder, texts), strict=True):
        mine = ours(text)
        if isinstance(mine, InputError):
            if helm != REFUSED and "stands twice" not in mine.message:
                wrong.append((text, helm, mine.message))
        elif helm != mine:
            wrong.append((text, helm, mine))
    assert wrong == []


def scalars(count: int) -> list[str]:
    chance = random.Random(20)
    alphabet = "0178abefoxXBO_+-.eEyYnN~"
    made = ("".join(chance.choices(alphabet, k=chance.randint(1, 6))) for _ in range(count))
    signed = [sign + edge for sign in ("", "-", "+") for edge in _EDGES]
    return [*_WORDS, *signed, *(text for text in made if text != "-" and not text.startswith("---"))]


def test_plain_scalars_are_what_helm_reads(tmp_path: Path) -> None:
    compare(tmp_path, [f"v: {text}" for text in scalars(2000)])


def test_plain_keys_are_what_helm_reads(tmp_path: Path) -> None:
    compare(tmp_path, [f"{text}: 1" for text in scalars(1500) if text not in ("{}", "[]")])


@pytest.mark.parametrize("tag", ["!!int", "!!float", "!!str", "!!bool", "!!null", "!mine"])
def test_tagged_scalars_are_what_helm_reads(tmp_path: Path, tag: str) -> None:
    texts = [text for text in scalars(60) if text[0] not in "'\"[{" and not (tag == "!!float" and is_unsigned(text))]
    compare(tmp_path, [f"v: {tag} {text}" for text in [*texts, '"3"', ""]])


def is_unsigned(text: str) -> bool:
    """Go refuses to make a float of an integer that only fits 64 bits without a sign: an accident of its types."""
    return text in ("9223372036854775808", "18446744073709551615", "0xffffffffffffffff")


def test_binary_and_nonspecific_tags_are_what_helm_reads(tmp_path: Path) -> None:
    texts = ["!!binary aGk=", '!!binary "aG\\nk="', "!!binary aGk", "!!binary '@'", "! 12", "! a"]
    compare(tmp_path, [f"v: {text}" for text in texts])


_LEAVES = ("1", "a", "true", "~", "", '"q"', "1.5", "0x10", "y", "[]", "{}", "!!str 5", '"<<"')


class Structures:
    """Random documents of maps, lists, anchors, aliases and merges."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.names: list[str] = []

    def document(self) -> str:
        self.names = []
        return f"root: {self.map(0)}"

    def node(self, depth: int) -> str:
        kind = self.chance.random()
        if self.names and kind < 0.15:
            return self.alias()
        if depth > 3 or kind < 0.45:
            made = self.chance.choice(_LEAVES)
        elif kind < 0.75:
            made = self.map(depth)
        else:
            made = self.list(depth)
        if self.chance.random() < 0.3:
            name = f"n{self.chance.randint(0, 4)}"
            self.names.append(name)
            return f"&{name} {made}"
        return made

    def alias(self) -> str:
        return f"*{self.chance.choice(self.names)} " if self.names else "{z: 9}"

    def list(self, depth: int) -> str:
        return f"[{', '.join(self.node(depth + 1) or '~' for _ in range(self.chance.randint(0, 3)))}]"

    def map(self, depth: int) -> str:
        members = []
        for _ in range(self.chance.randint(0, 4)):
            if self.chance.random() < 0.25:
                members.append(f"<<: {self.merged(depth)}")
            else:
                name = self.chance.choice(["a", "b", "c", "d", "e", "f", "yes", '"1"', "010", "1e7"])
                members.append(f"{name}: {self.node(depth + 1)}")
        return f"{{{', '.join(members)}}}"

    def merged(self, depth: int) -> str:
        kind = self.chance.randint(0, 2)
        if kind == 2:
            members = (self.alias() if self.chance.random() < 0.6 else self.map(depth + 1) for _ in range(3))
            return f"[{', '.join(members)}]"
        return self.alias() if kind else self.map(depth + 1)


def test_anchors_aliases_and_merges_are_what_helm_reads(tmp_path: Path) -> None:
    structures = Structures(7)
    compare(tmp_path, [structures.document() for _ in range(2500)])


_LAYOUTS = (
    "a: |\n  x\n  y\n",
    "a: |-\n  x\n\n",
    "a: |+\n  x\n\nb: 1",
    "a: >\n  x\n  y\n\n  z\n",
    "a: >-\n  x\n   y\n",
    "a: 'it''s'",
    'a: "\\x41\\u00e9\\n"',
    "a: b\n  c\n  d",
    "a:\n- 1\n- - 2\n  - 3\n",
    "? a\n: b\n",
    "a: !!set {x, y}",
    "# only\na: 1 # x\n",
    "--- \na: 1\n...\n",
    "%YAML 1.1\n---\na: 1\n",
    "a: {b: c, d: [e, f,]}",
    'a: "x\\\n  y"',
    "a: b\r\nc: d\r\n",
    '{"a": 1.0, "b": null, "c": [1e3]}',
    "\"a\": 'b'",
    "a: x: y",
    "a: [1, 2",
    "a: @x",
    "a: `x`",
    "a: %x",
    "\ta: 1",
    "a:\n\t- 1",
    "- a",
    "x",
    "",
    "a: *x",
    "a: &x [*x]",
    "a: .inf",
    "a: -.INF",
    "a: .nan",
    "? [a]\n: 1",
    "~: 1",
    "a: 1\n b: 2",
)


def test_layouts_are_what_helm_reads(tmp_path: Path) -> None:
    maps = [text for text in _LAYOUTS if not isinstance(ours(text), (str, list, float))]
    compare(tmp_path, maps)
