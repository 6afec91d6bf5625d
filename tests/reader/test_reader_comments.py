"""Comments are told from what only looks like one."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chartgen.reader import comments


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1\n", []),
        ("# one\na: 1\n", [("# one", True)]),
        ("a: 1 # one\n", [("# one", False)]),
        ("a: 1# no\n", []),
        ("a: '# no' # one\n", [("# one", False)]),
        ('a: "x\n  # no\n  y" # one\n', [("# one", False)]),
        ("a: x\n  y # one\nb: 2\n", [("# one", False)]),
        ("a: | # one\n  # no\n  x # no\n\n# two\nb: 1\n", [("# one", False), ("# two", True)]),
        ("a: >-\n  x\n\n  # no\n # two\n", [("# two", True)]),
        ("a:\n- |+\n  # no\n\n  # no\n- x # one\n", [("# one", False)]),
        ("a: [1, # one\n  2] # two\n", [("# one", False), ("# two", False)]),
        ("'# no': &x 1 # one\n", [("# one", False)]),
        ("a: 1\n--- # one\n# two\nb: 1\n... # three\n", [("# one", False), ("# two", True), ("# three", False)]),
        ("\ufeff# one\na: 1\n", [("# one", True)]),
        ("a: 1 # one\r\n# two\r\nb: 2\r\n", [("# one", False), ("# two", True)]),
        ("a: \N{GRINNING FACE} # one\n", [("# one", False)]),
        ("a: [ # unreadable\n", []),
    ],
)
def test_found(text: str, found: list[tuple[str, bool]]) -> None:
    assert [(comment.text, comment.alone) for comment in comments(text)] == found
    assert all(text.startswith(comment.text, comment.start) for comment in comments(text))


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8))
def test_json_and_quoted_yaml_have_none(value: object) -> None:
    assert comments(json.dumps(value)) == []
    assert comments(yaml.safe_dump(value, default_style='"')) == []
