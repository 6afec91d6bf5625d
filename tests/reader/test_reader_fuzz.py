"""Whatever the bytes: documents that JSON can hold, or one InputError with a location; and places are total."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chartgen import reader
from chartgen.errors import InputError

SEEDS = (
    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    args: [--x, 'y', \"z\\n\"]\n",
    '{"a": [1, {"b": "\\u00e9", "c": null}], "d": 1.5e3}\n{"e": []}',
    "a: &x {k: 1}\nb:\n  <<: [*x, {j: ~}]\n  k: !!str 1\n---\n# c\n--- |\n  text\n...\n",
    "%TAG ! tag:x,2000:\n---\n? a\n: >-\n  b\n\n  c\n? - d\n",
)
PIECES = st.sampled_from(
    [
        "\n",
        " ",
        "  ",
        "\t",
        "\r\n",
        ":",
        ": ",
        "- ",
        "? ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&x ",
        "*x",
        "<<: ",
        "!!int ",
        "!!binary ",
        "! ",
        "|\n",
        ">\n",
        "'",
        '"',
        "\\",
        "\\u0000",
        "\\ud800",
        "#",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "a",
        "1",
        "null",
        "~",
        ".inf",
        "1e400",
        "é",
        "\u2028",
        "\x85",
        "\ufeff",
        "😀",
        "\x00",
        "\x7f",
        "\ud800",
    ]
)


def check(text: str) -> None:
    documents, error = outcome(text)
    if error is not None:
        assert error.location is not None
        assert error.remedy
        assert 1 <= error.location.line <= text.count("\n") + 1
        line = text.split("\n")[error.location.line - 1]
        assert 1 <= error.location.column <= len(line) + 1
    for document in documents:
        assert 0 <= document.start <= document.end <= len(text)
        assert is_plain(document.value)
        json.dumps(document.value, allow_nan=False).encode()
        check_layout(text, document)
    for start in {0, len(text) // 2, *(document.start for document in documents)}:
        pointers = ["", "/a", "/b/0/k", "/spec/containers/0/name", "no pointer", "//", "/~2"]
        assert list(reader.locate(text, start, pointers, "f")) == pointers


def check_layout(text: str, document: reader.Document) -> None:
    if document.layout is not None and isinstance(document.value, dict):
        pointers = [inner for pointer in every_pointer(document.value) for inner in (pointer, f"{pointer}/x/0")]
        placed = reader.locate_in(document.value, document.layout, text, pointers, "f")
        assert placed == reader.locate(text, document.start, pointers, "f")


def every_pointer(value: Any, pointer: str = "") -> Iterator[str]:
    yield pointer
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        part = str(name).replace("~", "~0").replace("/", "~1")
        yield from every_pointer(member, f"{pointer}/{part}")


def outcome(text: str) -> tuple[list[reader.Document], InputError | None]:
    try:
        return reader.parse(text, "f"), None
    except InputError as error:
        return [], error


def is_plain(value: Any) -> bool:
    if type(value) is dict:
        return all(type(name) is str and member is not None and is_plain(member) for name, member in value.items())
    if type(value) is list:
        return all(map(is_plain, value))
    if type(value) is int:
        return -(2**63) <= value < 2**63
    if type(value) is str:
        return "\0" not in value
    return value is None or type(value) in (bool, float)


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=80))
@example(b"\xef\xbb\xbf{")
def test_any_bytes(data: bytes) -> None:
    try:
        text = reader.decode(data, "f")
    except InputError:
        text = data.decode(errors="replace")  # what the decoder refuses is still no reason for the parser to fail
    check(text)


@settings(max_examples=800, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
@example("&x [&x 1, *x]")
@example("*x : 1")
@example("{<<: *x}")
@example("? {a: 1}\n: 2")
@example("'\ud800'")
def test_any_sequence_of_yaml_pieces(text: str) -> None:
    check(text)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 6)))
        text = text[:start] + draw(PIECES | st.text(max_size=2)) + text[end:]
    return text


@settings(max_examples=800, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_any_mutation_of_a_manifest(text: str) -> None:
    check(text)
