"""The canonical values file: same values, same comments, and a fixed point."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from values_text import RandomText

from chartgen import reader, spec
from chartgen.spec.comments import read_comments

HOSTILE = [
    *("y", "n", "yes", "No", "on", "OFF", "true", "null", "~", "", " ", "  lead", "trail  ", "010", "0o10", "08"),
    *("1_000", "1e3", "1.0", ".5", "5.", "-0", "+1", "22:22", "2020-01-01", ".inf", ".NaN", "1e400", "9" * 30, "0x1F"),
    *("a: b", "a #b", "# c", "- x", "? x", ": x", "!tag", "&a", "*a", "%x", "@x", "`x", "|", ">", "{", "}", "[", "]"),
    *(
        "{{ .Release.Name }}",
        "$(HF_TOKEN)",
        "[[ x ]]",
        "[% x %]",
        "'",
        '"',
        "\\",
        "\\n",
        ",",
        "=",
        "<<",
        "<<: x",
        "0b1",
    ),
    *("a\nb", "a\n", "\na", "a\n\nb\n", "a\n b", " a\nb", "a \nb", "a\t\nb", "\ta\nb", "a\n#b\n", "a\n---\nb"),
    *("--- x", "---", "...", "--- \nx", "\u2028", "a\u2029b", "\u00a0", "\u202e", "x" * 300, "a: |", "key:", "-", "?"),
    *("😀", "é", "- - x", "!!str x"),
]
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff"), max_size=30),
    st.lists(st.sampled_from(["a", " b", "#c", "d: e", "", "- f", "\tg", "h "]), min_size=2, max_size=4).map("\n".join),
)


def is_key(text: str) -> bool:
    return 0 < len(text) <= 150 and not any(sign in text for sign in "\n\t\r\u2028\u2029") and text != "<<"


ENV_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
LABELS = st.sampled_from(["y", "no", "1", "1e3", "team", "a.b/c", "0x1", "null", "true", "on"])
NESTED = st.recursive(
    st.one_of(TEXTS, st.booleans(), st.integers(-(2**53), 2**53), st.floats(-1e9, 1e9).map(lambda x: round(x, 3))),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS.filter(is_key), inner, max_size=3)),
    max_leaves=8,
)


@st.composite
def values(draw: st.DrawFn) -> dict[str, Any]:
    arguments = st.one_of(TEXTS, st.booleans(), st.integers(-9, 10**9))
    selector = st.dictionaries(LABELS, LABELS.filter(_no_slash), max_size=3)
    found: dict[str, Any] = {
        "model": {"id": "mistralai/Mistral-7B-Instruct-v0.2"},
        "gpu": {"type": "nvidia-a100-80gb"},
        "cluster": {"provider": "aks", "nodeSelector": draw(selector)},
        "engine": {
            "env": draw(st.dictionaries(ENV_NAMES.map("X".__add__), TEXTS, max_size=4)),
            "args": draw(st.dictionaries(st.sampled_from(["seed", "y", "max-num-seqs"]), arguments)),
        },
        "pod": {"annotations": draw(st.dictionaries(LABELS, TEXTS, max_size=3))},
    }
    if draw(st.booleans()):
        found["pod"]["initContainers"] = [
            {"name": f"c{number}", "image": "busybox:1.36", "args": [draw(TEXTS)], "x": draw(NESTED)}
            for number in range(draw(st.integers(1, 2)))
        ]
    if draw(st.booleans()):
        found["workload"] = {"resources": {"cpu": draw(st.sampled_from([4, 0.5, "500m"]))}, "replicas": 2}
        found["storage"] = {"backend": "azure-files", "size": "64Gi"}
    return found


def _no_slash(label: str) -> bool:
    return "/" not in label


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def contained(part: Any, whole: Any) -> bool:
    """Whether every key of `part` has the same value in `whole`, quantities as text."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and contained(value, whole[key]) for key, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) == len(whole) and all(map(contained, part, whole))
    return bool(part == whole or str(part) == whole)


@settings(max_examples=150, deadline=None)
@given(found=values(), seed=st.integers(0, 2**32))
def test_writing_keeps_values_and_comments_and_is_a_fixed_point(found: dict[str, Any], seed: int) -> None:
    writer = RandomText(Random(seed))
    text = writer.write(found)
    loaded = spec.load_text(text, "values.yaml")
    assert contained(plain(found), loaded.values)
    assert reader.parse(loaded.text, "values.yaml", single=True)[0].value == plain(loaded.values)
    again = spec.load_text(loaded.text, "values.yaml")
    assert again.text == loaded.text
    assert again.spec == loaded.spec
    comments = read_comments(loaded.text)
    groups = (comments.above, comments.beside, comments.closing)
    told = comments.header + [note for group in groups for notes in group.values() for note in notes]
    assert sorted(note for note in told if "§" in note) == sorted(writer.marks)


@settings(max_examples=60, deadline=None)
@given(found=values(), seed=st.integers(0, 2**32))
def test_comments_stay_at_their_keys(found: dict[str, Any], seed: int) -> None:
    text = RandomText(Random(seed)).write(found)
    before, after = read_comments(text), read_comments(spec.load_text(text, "values.yaml").text)
    for path, notes in before.beside.items():
        if not any(isinstance(step, int) for step in path):
            assert set(notes) <= {*after.beside.get(path, ()), *after.above.get(path, ())}
    for path, notes in before.above.items():
        if not any(isinstance(step, int) for step in path):
            assert set(notes) <= set(after.above[path])


@settings(max_examples=60, deadline=None)
@given(found=values())
def test_helm_reads_what_was_written(found: dict[str, Any]) -> None:
    helm_python = pytest.importorskip("helm_python")
    loaded = spec.load_text(json.dumps(found, ensure_ascii=False), "values.yaml")
    assert helm_python.values_from_yaml(loaded.text) == plain(loaded.values)
