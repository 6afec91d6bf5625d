"""How far an underline reaches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartgen.report.extent import extent


@pytest.mark.parametrize(
    ("line", "start", "marked"),
    [
        ("  replicas: 3", "replicas", "replicas: 3"),
        ("  replicas: 3   # three", "replicas", "replicas: 3"),
        ("- name: a#b", "name", "name: a#b"),
        ("- 'it''s # no comment' # comment", "'it", "'it''s # no comment'"),
        ('a: "say \\"hi\\" # no" # yes', "a", 'a: "say \\"hi\\" # no"'),
        ("note: don't # do", "note", "note: don't"),
        ("{a: 1, b: {c: 2}, d: 3}", "b", "b: {c: 2}"),
        ("{a: 1, b: [2, 3]}", "b", "b: [2, 3]"),
        ("args: [--port, '8000', --x]", "'8000'", "'8000'"),
        ('    "kind": "Pod",', '"kind"', '"kind": "Pod"'),
        ("args: one, two", "args", "args: one, two"),
        ("spec:", "spec", "spec:"),
        ("text: |  # kept", "text", "text: |"),
        ("command: [a, # first", "command", "command: [a,"),
    ],
)
def test_a_value_is_in_and_a_comment_is_not(line: str, start: str, marked: str) -> None:
    index = line.index(start)
    assert line[index : extent(line, index)] == marked


@given(line=st.text(max_size=60), data=st.data())
def test_it_stays_on_the_line(line: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(line)))
    assert min(start + 1, len(line)) <= extent(line, start) <= len(line)
