from __future__ import annotations

import json
import math
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from chartgen import reader


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("on", True),
        ("y", True),
        ("N", False),
        ("yEs", "yEs"),
        ("~", None),
        ("", None),
        ("010", 8),
        ("08", 8),
        ("0o10", 8),
        ("0x1F", 31),
        ("0b-1", -1),
        ("1_000", 1000),
        ("22:22", "22:22"),
        ("2020-01-01", "2020-01-01"),
        ("1e3", 1000),
        ("1.0", 1),
        ("1.5", 1.5),
        ("1e400", "1e400"),
        ("-9223372036854775808", -(2**63)),
    ],
)
def test_scalars_mean_what_kubectl_reads(text: str, value: Any) -> None:
    assert reader.scalar(text) == value
    assert type(reader.scalar(text)) is type(value)


@pytest.mark.parametrize("text", ["9223372036854775808", "18446744073709551616", "-9223372036854775809", "1" * 5000])
def test_integers_beyond_64_bits_are_not_integers(text: str) -> None:
    value = reader.scalar(text)
    assert value == (text if len(text) > 309 else float(text))
    assert not isinstance(value, int)


@given(st.text(max_size=30))
def test_a_scalar_is_always_something_that_json_can_hold(text: str) -> None:
    value = reader.scalar(text)
    if isinstance(value, float) and not math.isfinite(value):
        assert text.lower().lstrip("+-") in (".inf", ".nan")
    else:
        assert json.loads(json.dumps(value)) == value


PLAIN = [
    "vllm/vllm-openai:v0.33.0",
    "--max-model-len",
    "$(HF_TOKEN)",
    "a b",
    "16Gi",
    "v1",
    "/models",
    "x=1",
    "don't",
    "lmsys/vicuna-7b-v1.5",
    "müller",
    "C:\\x",
    "a#b",
    "true-ish",
    "100m",
]
QUOTED = [
    "",
    " ",
    "yes",
    "On",
    "NULL",
    "~",
    "1",
    "010",
    "0x1F",
    "1e3",
    "1_000",
    ".5",
    "22:22",
    "2020-01-01",
    "2001-12-14t21:59:43.10-05:00",
    "0.33.0",
    "- a",
    "-",
    "a: b",
    "a:",
    "a #b",
    "#a",
    "*a",
    "&a",
    "!a",
    "|",
    ">",
    "%a",
    "@a",
    "`a",
    "'a",
    '"a',
    "{{ .Release.Name }}",
    "[a]",
    "a, b",
    "a ",
    " a",
    "a\nb",
    "a\tb",
    "---",
    "--- a",
    "...",
    "=",
    "<<",
    "?",
    "? a",
    "a\x7f",
    "\ufeff",
    "a\u2028b",
    ".inf",
    "-.INF",
    ".NaN",
    "+1",
    "0b1",
    "190:20:30",
    "\0",
    "1:2",
    "nan",
    "🙂\ud800",
]


@pytest.mark.parametrize("text", PLAIN)
def test_harmless_texts_need_no_quotes(text: str) -> None:
    assert reader.plain_is_string(text)


@pytest.mark.parametrize("text", QUOTED)
def test_texts_that_some_reader_takes_otherwise_need_quotes(text: str) -> None:
    assert not reader.plain_is_string(text)


TEXTS = st.one_of(
    st.text(alphabet="0123456789abefxoyYnN_+-.:eE~#'\" $/{}[],&*!|>%@?=<T", max_size=8),
    st.text(max_size=12),
    st.sampled_from(PLAIN + QUOTED),
)


@settings(max_examples=400)
@given(TEXTS)
@example("a:b")
@example("._")
@example("-_")
def test_whatever_needs_no_quotes_is_read_back_by_three_readers(text: str) -> None:
    if not reader.plain_is_string(text):
        return
    for document in (f"k: {text}\n", f"- {text}\n- 1\n", f"{{k: {text}, j: 1}}\n", f"- - k: {text}\n", f"{text}: 1\n"):
        expected = plain(document, text)
        assert reader.parse(document, "f")[0].value == expected
        assert yaml.safe_load(document) == expected
        assert YAML(typ="safe", pure=True).load(document) == expected


def plain(document: str, text: str) -> Any:
    """The value of one of the documents above, if `text` is a string."""
    if document.startswith("{"):
        return {"k": text, "j": 1}
    if document.startswith("- - "):
        return [[{"k": text}]]
    if document.startswith("- "):
        return [text, 1]
    return {"k": text} if document.startswith("k: ") and document.endswith(f": {text}\n") else {text: 1}
