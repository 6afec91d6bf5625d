from __future__ import annotations

import json
from typing import Any

import pytest

from chartgen import reader
from chartgen.errors import InputError


def values(text: str, **options: Any) -> list[Any]:
    return [document.value for document in reader.parse(text, "f.yaml", **options)]


def refusal(text: str, **options: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        reader.parse(text, "f.yaml", **options)
    assert caught.value.remedy.endswith(".")
    return caught.value


def test_documents_carry_their_extent() -> None:
    text = "# first\n  a: 1\n---\n# nothing\n---\nb: 2\n...\n--- # last\nc: 3\n"
    documents = reader.parse(text, "f")
    assert [document.value for document in documents] == [{"a": 1}, None, {"b": 2}, {"c": 3}]
    assert [text[document.start : document.end] for document in documents] == [
        "  a: 1\n",
        "---\n# nothing\n",
        "---\nb: 2\n...\n",
        "--- # last\nc: 3\n",
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "\ufeff"])
def test_a_text_without_content_has_no_document(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize(
    "text", ["a: null\nb: ~\nc:\nd: [null]\ne: {f: null}\n", '{"a": null, "d": [null], "e": {"f": null}}']
)
def test_null_members_of_maps_are_dropped_but_not_those_of_lists(text: str) -> None:
    assert values(text) == [{"d": [None], "e": {}}]
    assert values(text, drop_nulls=False)[0]["a"] is None


def test_a_null_that_is_merged_over_a_key_unsets_it() -> None:
    text = "a: &a {k: null}\nb: {k: 5, <<: *a}\nc: {<<: [{k: null}, {k: 1}], j: 2}\n"
    assert values(text) == [{"a": {}, "b": {}, "c": {"j": 2}}]


def test_merges_follow_helm() -> None:
    text = "x: &x {k: 1, j: 1}\na: {k: 5, <<: *x}\nb: {<<: *x, k: 5}\nc: {<<: [{k: 7}, *x]}\n"
    assert values(text) == [
        {"x": {"k": 1, "j": 1}, "a": {"k": 1, "j": 1}, "b": {"k": 5, "j": 1}, "c": {"k": 7, "j": 1}},
    ]


def test_a_quoted_merge_key_is_a_key() -> None:
    assert values('"<<": {a: 1}') == [{"<<": {"a": 1}}]


def test_only_plain_types_come_out() -> None:
    text = "a: !!str 1\nb: !custom [x]\nc: !!timestamp 2020-01-01\nd: 99999999999999999999\n"
    text += "e: !!binary aGk=\nf: !!set {g}\n"
    [value] = values(text)
    assert value == {"a": "1", "b": ["x"], "c": "2020-01-01", "d": 1e20, "e": "hi", "f": {}}
    assert {type(member) for member in value.values()} == {str, list, float, dict}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1.0, "b": 1e3, "c": 1e400}', {"a": 1, "b": 1000, "c": "1e400"}),
        ('{"a": 12345678901234567890}', {"a": 1.2345678901234567e19}),
        ('{"\\u00e9": "\\ud83d\\ude00\\/"}', {"é": "😀/"}),
        ('\ufeff  {"a": "\\t"}\n', {"a": "\t"}),
        ("{a: b, c: [d, ]}", {"a": "b", "c": ["d"]}),
        ("[1, 2]", [1, 2]),
        ('{"a": NaN}', {"a": "NaN"}),
    ],
)
def test_json_is_read_first_and_flow_style_after_it(text: str, expected: Any) -> None:
    assert values(text) == [expected]


def test_json_documents_may_follow_one_another() -> None:
    text = '{"a": 1}\n{"b": 2} [3]\n'
    parts = [text[document.start : document.end] for document in reader.parse(text, "f")]
    assert parts == ['{"a": 1}\n', '{"b": 2} ', "[3]\n"]


def test_json_before_a_separator_is_read_as_yaml() -> None:
    assert values('{"a": 1}\n---\n{"b": 2}\n') == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", (3, 1), "stands twice"),
        ('yes: 1\n"true": 2\n', (2, 1), "'true' stands twice"),
        ('{"a": {"b": 1, "b": 2}}', (1, 16), "stands twice"),
        ("a:\n  b: *x\n", (2, 6), "anchor 'x'"),
        ("a: &x\n  b: *x\n", (2, 6), "contains itself"),
        ("a: &x 1\nb: &x [*x]\n", (2, 8), "contains itself"),
        ("a: .inf\n", (1, 4), "no form in JSON"),
        ("a: !!float .nan\n", (1, 4), "no form in JSON"),
        ("a: !!int x\n", (1, 4), "no int"),
        ("a: !!binary '@'\n", (1, 4), "no base64"),
        ("a: !!binary /w==\n", (1, 4), "UTF-8"),
        ("? [a]\n: 1\n", (1, 3), "key must be a text"),
        ("~: 1\n", (1, 1), "key must be a text"),
        ("18446744073709551615: 1\n", (1, 1), "key must be a text"),
        ("a: {<<: 1}\n", (1, 9), "`<<` needs a map"),
        ("a: &l [{b: 1}]\nc: {<<: *l}\n", (2, 9), "`<<` needs a map"),
        ('a: "x\\0"\n', (1, 4), "NUL"),
        ('{"a": ["x\\u0000"]}', (1, 8), "NUL"),
        ('{"a": 1, "b\\ud800": 1}', (1, 10), "surrogate"),
        ("a: [1,\nb: 2\n", (3, 1), "YAML cannot be read"),
        ("a: 1\n\tb: 2\n", (2, 1), "YAML cannot be read"),
        ("é: \x01\n", (1, 4), "U+0001"),
        ("a: 1\nb: \ud800\n", (2, 4), "surrogate"),
        ("a: \u2028 b\n c: [\n", (2, 3), "YAML cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(text: str, place: tuple[int, int], words: str) -> None:
    error = refusal(text)
    assert error.location is not None
    assert (error.location.file, error.location.line, error.location.column) == ("f.yaml", *place)
    assert words in error.message


def test_a_helm_template_gets_a_remedy_of_its_own() -> None:
    assert "folder of its chart" in refusal("a: {{ .Values.a }}\n").remedy
    assert "folder of its chart" in refusal("{{- if .Values.a }}\na: 1\n{{- end }}\n").remedy
    assert "chart" not in refusal("a: [\n").remedy


def test_indentation_by_tabs_gets_a_remedy_of_its_own() -> None:
    assert "spaces" in refusal("a:\n\tb: 1\n").remedy


def test_a_single_document_is_asked_for() -> None:
    assert values("---\n---\na: 1\n---\n", single=True) == [{"a": 1}]
    assert values("---\n", single=True) == [None]
    location = refusal("a: 1\n---\nb: 2\n", single=True).location
    assert location is not None
    assert location.line == 2


@pytest.mark.parametrize("opening", ["[", "- ", "{a: ", '{"a":', "? - "])
def test_nesting_is_bounded_however_deep(opening: str) -> None:
    error = refusal(opening * 100_000)
    assert "200 levels" in error.message or "key must be" in error.message


@pytest.mark.parametrize(("depth", "fine"), [(200, True), (201, False)])
@pytest.mark.parametrize("comment", ["", " # YAML"])
def test_the_limit_of_nesting_is_the_same_for_json_and_yaml(depth: int, fine: bool, comment: str) -> None:
    text = "[" * depth + "1" + "]" * depth + comment
    if fine:
        assert len(values(text)) == 1
    else:
        assert "200 levels" in refusal(text).message


def test_aliases_add_to_the_depth() -> None:
    chain = ["a0: &a0 [1]"] + [f"a{n}: &a{n} [[[*a{n - 1}]]]" for n in range(1, 100)]
    location = refusal("\n".join(chain)).location
    assert location is not None
    assert 60 < location.line < 80


def test_aliases_cannot_multiply() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert "repeat too much" in refusal("\n".join(lines)).message
    text = f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 1000)}]\n"
    assert "repeat too much" in refusal(text).message


def test_merges_are_charged_like_aliases() -> None:
    base = "a: &a {" + ", ".join(f"k{n}: 1" for n in range(1000)) + "}\n"
    assert "repeat too much" in refusal(base + "".join(f"m{n}: {{<<: *a}}\n" for n in range(2000))).message


def test_ordinary_use_of_anchors_is_far_below_the_limit() -> None:
    text = "a: &a {b: c}\n" + "".join(f"k{n}: *a\n" for n in range(1000))
    assert len(values(text)[0]) == 1001


def test_limits_may_be_set() -> None:
    limits = reader.Limits(depth=2, file_bytes=40, directives=1)
    assert values("[[1]]", limits=limits) == [[[1]]]
    assert "2 levels" in refusal("[[[1]]]", limits=limits).message
    assert "more than" in refusal("é" * 21, limits=limits).message
    assert "directives" in refusal("%TAG !a! x\n%TAG !b! x\n--- 1\n", limits=limits).message


def test_many_separators_are_many_documents() -> None:
    assert len(reader.parse("---\n" * 1000, "f")) == 1000


def test_json_and_yaml_of_the_same_objects_are_read_alike() -> None:
    value = {"a": [1, 2.5, True, "yes", {"b": "010"}], "c": {"d": "x\ny", "e": "é 😀"}}
    text = json.dumps(value, ensure_ascii=False)
    assert values(text) == values(f"--- {text}\n") == [value]
