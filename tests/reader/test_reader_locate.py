from __future__ import annotations

import json

import pytest

from chartgen import reader


def places(text: str, *pointers: str, document: int = 0) -> list[tuple[int, int]]:
    parsed = reader.parse(text, "f")[document]
    found = reader.locate(text, parsed.start, pointers, "f")
    if parsed.layout is not None and isinstance(parsed.value, dict):
        assert reader.locate_in(parsed.value, parsed.layout, text, pointers, "f") == found
    assert list(found) == list(pointers)
    assert {location.file for location in found.values()} == {"f"}
    return [(found[pointer].line, found[pointer].column) for pointer in pointers]


BLOCK = """\
# a comment
apiVersion: v1
spec:
  ports:
  - port: 80
    name: http
  -   port: 81
  list:
    - a
    -
      - b
  text: |
    spec:
      ports: no
"""


def test_a_map_member_is_placed_at_its_key_and_a_list_member_at_its_first_character() -> None:
    pointers = ("", "/spec", "/spec/ports", "/spec/ports/0", "/spec/ports/1/port", "/spec/list/1/0", "/spec/text")
    assert places(BLOCK, *pointers) == [(2, 1), (3, 1), (4, 3), (5, 5), (7, 7), (11, 9), (12, 3)]


@pytest.mark.parametrize(
    ("missing", "ancestor"),
    [
        ("/spec/ports/2", (4, 3)),
        ("/spec/ports/x", (4, 3)),
        ("/spec/ports/0/protocol", (5, 5)),
        ("/spec/x/y/z", (3, 1)),
        ("/nothing/at/all", (2, 1)),
        ("/apiVersion/x", (2, 1)),
        ("/spec/text/0", (12, 3)),
    ],
)
def test_what_is_not_there_is_placed_at_its_nearest_ancestor(missing: str, ancestor: tuple[int, int]) -> None:
    assert places(BLOCK, missing) == [ancestor]


def test_flow_style() -> None:
    text = "{a: {b: [1, {c: d}]},\n 'e f': {\"g\": 1}, ? h : [x]}"
    assert places(text, "/a/b", "/a/b/1/c", "/e f/g", "/h/0") == [(1, 6), (1, 14), (2, 10), (2, 26)]


def test_escaped_pointers_and_keys_that_are_no_strings() -> None:
    text = "kubernetes.io/x~y: {a: 1}\nyes: {b: 1}\n010: {c: 1}\n1.50: {d: 1}\n"
    assert places(text, "/kubernetes.io~1x~0y/a", "/true/b", "/8/c", "/1.5/d") == [(1, 21), (2, 7), (3, 7), (4, 8)]


@pytest.mark.parametrize("text", [BLOCK, "{a: {b: [1, {c: d}]}, 'e f': [], g: {}, h: [x]}", "a: &x [null]\nb: 1\n"])
def test_the_layout_says_what_a_second_pass_says(text: str) -> None:
    [document] = reader.parse(text, "f")
    pointers = [each for pointer in _pointers(document.value, "") for each in (pointer, f"{pointer}/0/absent")]
    assert document.layout is not None
    found = reader.locate_in(document.value, document.layout, text, pointers, "f")
    assert found == reader.locate(text, document.start, pointers, "f")


@pytest.mark.parametrize("text", ["a: &x {b: 1}\nc: *x\n", "a: {<<: {b: 1}}\n", "a:\nb: {c: 1}\n", '{"a": 1}'])
def test_a_value_of_another_shape_than_its_text_has_no_layout(text: str) -> None:
    documents = reader.parse(f"{text}---\na: 1\n" if text.endswith("\n") else text, "f")
    assert [document.layout is None for document in documents] == [True, False][: len(documents)]


def test_what_an_alias_repeats_is_placed_at_the_alias() -> None:
    text = "a: &x\n  b: {c: 1}\nd: *x\ne:\n- *x\n"
    assert places(text, "/a/b/c", "/d", "/d/b", "/d/b/c", "/e/0/b") == [(2, 7), (3, 1), (3, 4), (3, 4), (5, 3)]


def test_what_is_merged_is_placed_at_the_merge() -> None:
    text = "a: &x\n  k: 1\n  j: {l: 1}\nb:\n  k: 2\n  <<: *x\n  m: 3\nc:\n  <<: *x\n  k: 2\nd: {<<: [*x, {o: 1}]}\n"
    assert places(text, "/b/k", "/b/j/l", "/b/m") == [(6, 3), (6, 3), (7, 3)]
    assert places(text, "/c/k", "/c/j") == [(10, 3), (9, 3)]
    assert places(text, "/d/o", "/d/j", "/d/absent") == [(11, 5), (11, 5), (11, 1)]


def test_a_merged_map_may_itself_have_merged() -> None:
    text = "a: &x {k: 1}\nb: &y {<<: *x, j: 1}\nc:\n  <<: *y\n"
    assert places(text, "/c/k", "/c/j") == [(4, 3), (4, 3)]


def test_an_anchor_that_is_taken_over_by_an_inner_node() -> None:
    text = "a: &x {k: &x {j: 1}}\nb:\n  <<: *x\n"
    assert places(text, "/b/j", "/b/k") == [(3, 3), (2, 1)]


def test_each_document_is_placed_by_itself() -> None:
    text = "a: 1\n---\n# a: 2\na: 3\n--- {a: 4}\n---\n- a\n"
    assert [places(text, "/a", document=number)[0] for number in range(4)] == [(1, 1), (4, 1), (5, 6), (7, 1)]


def test_indented_first_document() -> None:
    assert places("\n   a:\n     b: 1\n   c: 1\n", "/a/b", "/c") == [(3, 6), (4, 4)]


def test_lines_end_at_newlines_only_and_columns_count_code_points() -> None:
    assert places("a: 1\r\nb:\r\n  c: 1\r\n", "/b/c") == [(3, 3)]
    assert places('a: "\u2028\u0085"\nb: 1\n', "/b") == [(2, 1)]
    assert places('{"😀é": 1, "b": 1}', "/b") == [(1, 11)]
    assert places("{😀é: 1, b: 1}", "/b") == [(1, 9)]


def test_a_byte_order_mark_is_not_in_the_way() -> None:
    assert places("\ufeffa: 1\nb: 1\n", "/b") == [(2, 1)]
    decoded = reader.decode(b"\xef\xbb\xbfa: 1\n", "f")
    assert places(decoded, "/a") == [(1, 1)]


JSON = '{\n  "a": [1, {"b": "\\ud83d\\ude00 \\"x", "c/d": [ ]}],\n  "e": null, "f": {"g": -1.5e3}\n}\n'


def test_json() -> None:
    assert places(JSON, "", "/a/1", "/a/1/c~1d") == [(1, 1), (2, 12), (2, 38)]
    assert places(JSON, "/e", "/f/g", "/f/h") == [(3, 3), (3, 20), (3, 14)]


def test_json_documents_one_after_the_other() -> None:
    text = '{"a": 1} {"a": {"b": 2}}\n[{"a": 3}]'
    assert [places(text, "/a", document=0), places(text, "/a/b", document=1)] == [[(1, 2)], [(1, 17)]]
    assert places(text, "/0/a", document=2) == [(2, 3)]


def test_json_and_yaml_agree_on_every_place() -> None:
    value = {"a": [{"b": "x, y: z"}, [1, [2, "}"]], {}], "c": {"d": {"e": None}}, "f": "\n"}
    text = json.dumps(value, indent=1)
    pointers = list(_pointers(value, ""))
    shifted = reader.locate(f"---\n{text}", 0, pointers, "f")
    for pointer, place in reader.locate(text, 0, pointers, "f").items():
        assert (shifted[pointer].line, shifted[pointer].column) == (place.line + 1, place.column)


def _pointers(value: object, pointer: str) -> list[str]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [pointer, *(inner for name, member in members for inner in _pointers(member, f"{pointer}/{name}"))]


def test_a_place_in_a_long_text_is_found_without_reading_what_comes_before() -> None:
    text = "a: 1\n---\n" * 50_000 + "b: {c: 1}\n"
    start = text.rindex("---")
    assert reader.locate(text, start, ["/b/c"], "f")["/b/c"].line == 100_001
