"""Texts are changed where the data differ, and nowhere else."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from chartgen import resources
from chartgen.errors import InputError
from chartgen.fixes import NotApplicable, NotWritable, appended, applied, rewritten
from chartgen.lint import rulefiles
from chartgen.pipeline.fixing import fix
from chartgen.pipeline.lint import LintOptions
from chartgen.reader import parse

RULES = [rule for rule in map(rulefiles.read, rulefiles.files(resources.folder("rules"))) if rule.fix]
EXAMPLES = {f"{rule.name}: {example.name}": (rule, example) for rule in RULES for example in rule.examples.failing}


def changed(text: str, *operations: tuple[str, str, Any], document: int = 0) -> str:
    for operation in operations:
        found = parse(text, "")[document]
        text = rewritten(text, found, applied(found.value, *operation))
    return text


@pytest.mark.parametrize(
    ("before", "operation", "after"),
    [
        pytest.param("a: 1\n", ("add", "/b", "yes"), 'a: 1\nb: "yes"\n', id="a string that looks like something else"),
        pytest.param("a: 1", ("add", "/b", 2), "a: 1\nb: 2", id="no newline at the end"),
        pytest.param("a: 1 # one\n# end\n", ("add", "/b", 2), "a: 1 # one\nb: 2\n# end\n", id="comments"),
        pytest.param("a:\n- b: 1\n", ("add", "/a/-", {"b": 2}), "a:\n- b: 1\n- b: 2\n", id="a list as it is"),
        pytest.param("a:\n  - b\nc: [x]\n", ("add", "/d/-", "e"), "a:\n  - b\nc: [x]\nd:\n  - e\n", id="indented"),
        pytest.param("a: {b: 1}\n", ("add", "/a/c", [1]), "a: {b: 1, c: [1]}\n", id="in braces"),
        pytest.param("a: {}\n", ("add", "/a/b/c", 1), "a:\n  b:\n    c: 1\n", id="empty braces"),
        pytest.param("a:  # none\nb: 1\n", ("add", "/a/c", 1), "a:  # none\n  c: 1\nb: 1\n", id="null"),
        pytest.param("a: ~\n", ("add", "/a", 1), "a: 1\n", id="null by name"),
        pytest.param("- a: 1\n  b: 2\n", ("remove", "/0/a", None), "- b: 2\n", id="behind a dash"),
        pytest.param("a:\n- x\n# y\n- y\n", ("remove", "/a/0", None), "a:\n# y\n- y\n", id="the first member"),
        pytest.param("a:\n  # x\n  b: 1\n", ("remove", "/a/b", None), "a:\n  # x\n  {}\n", id="the last member"),
        pytest.param("a:\n  b: 1\nc: 1\n", ("remove", "/a/b", None), "a: {}\nc: 1\n", id="the last member, alone"),
        pytest.param("env:\n- a: 1\nb: 1\n", ("remove", "/env/0", None), "b: 1\n", id="nothing is left of a list"),
        pytest.param("- env:\n  - a: 1\n  b: 1\n", ("remove", "/0/env/0", None), "- b: 1\n", id="nor behind a dash"),
        pytest.param("{env: [a], b: 1}\n", ("remove", "/env/0", None), "{b: 1}\n", id="nor in braces"),
        pytest.param(
            "a:\n  resources:\n    limits: {b: 1}\n  c: 1\n",
            ("remove", "/a/resources/limits/b", None),
            "a:\n  c: 1\n",
            id="nor of what held it",
        ),
        pytest.param(
            "emptyDir:\n  a: 1\nb: 1\n", ("remove", "/emptyDir/a", None), "emptyDir: {}\nb: 1\n", id="empty means more"
        ),
        pytest.param("a: |\n  x\n\n# c\n", ("add", "/b", 1), "a: |\n  x\nb: 1\n\n# c\n", id="behind a block"),
        pytest.param("a: 'x'\nb: \"y\"\n", ("add", "/a", "z"), 'a: z\nb: "y"\n', id="quotes elsewhere"),
        pytest.param("a: {b: [1, 2]}\n", ("remove", "/a/b/0", None), "a: {b: [2]}\n", id="a list in braces"),
        pytest.param(
            "a: [\n  1, # x\n  2 # y\n]\n", ("add", "/a/-", 3), "a: [\n  1, # x\n  2, # y\n  3\n]\n", id="lines"
        ),
        pytest.param("a: &x {b: 1}\nc: *x\n", ("add", "/c/d", 2), "a: &x {b: 1}\nc:\n  b: 1\n  d: 2\n", id="an alias"),
        pytest.param("a: 1\r\nb: 2\r\n", ("remove", "/a", None), "b: 2\r\n", id="windows"),
        pytest.param("a: 1\n", ("add", "/b", "x\ny\n"), "a: 1\nb: |\n  x\n  y\n", id="lines of text"),
        pytest.param("x~y: {}\n", ("add", "/x~0y/a~1b", 1), "x~y:\n  a/b: 1\n", id="escapes"),
        pytest.param("a:\n- 1\n", ("add", "/a/0", 0), "a:\n- 0\n- 1\n", id="in front"),
        pytest.param("a: 1\n", ("merge", "", {"a": None, "b": {"c": None, "d": 1}}), "b:\n  d: 1\n", id="merge"),
    ],
)
def test_one_operation(before: str, operation: tuple[str, str, Any], after: str) -> None:
    assert changed(before, operation) == after


def test_other_documents_keep_their_bytes() -> None:
    text = "a:   1\n--- # second\nb:\n- 1\n...\n---\nc: {d:   1}\n"
    assert changed(text, ("add", "/e", 1), document=1) == text.replace("- 1\n", "- 1\ne: 1\n")


def test_a_new_document() -> None:
    text = "a: 1 # x\n# end\n---\nb: 2\n"
    made = appended(text, parse(text, "")[0], {"c": [1]})
    assert made == "a: 1 # x\n---\nc:\n- 1\n# end\n---\nb: 2\n"


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("a: &x {b: 1}\nc: *x\n", ("add", "/a/b", 2)),
        ("x: &x {b: 1}\na: {<<: *x, c: 1}\n", ("remove", "/a/b", None)),
        ("a: [1, # one\n  2]\n", ("remove", "/a/0", None)),
    ],
)
def test_what_cannot_be_written_is_refused(text: str, operation: tuple[str, str, Any]) -> None:
    with pytest.raises(NotWritable):
        changed(text, operation)


@pytest.mark.parametrize("operation", [("add", "/a/b", 1), ("add", "/l/7", 1)])
def test_what_cannot_be_applied_is_refused(operation: tuple[str, str, Any]) -> None:
    with pytest.raises(NotApplicable):
        applied({"a": 1, "l": []}, *operation)


def test_no_document_is_added_to_json() -> None:
    text = '{"a": 1}'
    with pytest.raises(NotWritable, match="file of its own"):
        appended(text, parse(text, "")[0], {"b": 1})


@settings(max_examples=15)
@given(st.sampled_from(sorted(EXAMPLES)), st.integers(0, 2**32))
def test_comments_and_order_stay(tmp_path_factory: Any, case: str, seed: int) -> None:
    chance = random.Random(seed)
    rule, example = EXAMPLES[case]
    file = tmp_path_factory.mktemp("fixes") / "example.yaml"
    text = _commented(_shuffled(example.manifests, chance), chance)
    file.write_text(text, encoding="utf-8")
    options = LintOptions(select=(rule.name,), closed=example.closed, provider=example.provider)
    done = fix([str(file)], None, options, unsafe=True)
    left = [finding for finding in done.result.report.findings if finding.fix]
    assert (left, done.left_out) == ([], ())
    for change in done.changes:
        gone = set(_own_lines(text)) - set(_own_lines(change.after))
        assert not gone or any(_removes(each) for each in rule.fix.steps), gone  # type: ignore[union-attr]
        kept = [line for line in text.splitlines() if line in change.after.splitlines()]
        assert len(kept) >= len(text.splitlines()) - 20


@settings(max_examples=15)
@given(st.sampled_from(sorted(EXAMPLES)), st.sampled_from([None, 2, 4, "\t"]))
def test_json_stays_json(tmp_path_factory: Any, case: str, indent: Any) -> None:
    rule, example = EXAMPLES[case]
    folder: Path = tmp_path_factory.mktemp("fixes")
    items = [document.value for document in parse(example.manifests, "")]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=indent) + "\n"
    (folder / "example.json").write_text(text, encoding="utf-8")
    options = LintOptions(select=(rule.name,), closed=example.closed, provider=example.provider)
    done = fix([str(folder / "example.json")], None, options, unsafe=True)
    assert done.left_out == ()
    for change in done.changes:
        again = json.loads(change.after)
        if not any("[]" in text or "{}" in text for text in (change.before, change.after)):
            assert _lines(change.after) == _lines(json.dumps(again, indent=indent))


def _lines(text: str) -> list[str]:
    return text.strip().split("\n")


def _removes(step: Any) -> bool:
    """Comments inside of what is taken away or written anew go with it."""
    return step.op == "remove" or bool(step.value_expression)


def _shuffled(text: str, chance: random.Random) -> str:
    """The same objects in block style, the keys of each map in another order."""

    def mixed(value: Any) -> Any:
        if isinstance(value, dict):
            items = list(value.items())
            chance.shuffle(items)
            return {key: mixed(member) for key, member in items}
        return [mixed(member) for member in value] if isinstance(value, list) else value

    return "---\n".join(
        yaml.safe_dump(mixed(json.loads(json.dumps(document.value))), sort_keys=False) for document in parse(text, "")
    )


def _commented(text: str, chance: random.Random) -> str:
    """With comments of their own lines and behind values, wherever they are none of the value."""
    values = [document.value for document in parse(text, "")]
    for number in range(chance.randint(1, 8)):
        lines = text.split("\n")
        place = chance.randrange(len(lines))
        if chance.random() < 0.5:
            lines.insert(place, f"{' ' * chance.randint(0, 8)}# note {number}")
        elif lines[place]:
            lines[place] += f"  # note {number}"
        attempt = "\n".join(lines)
        try:
            same = [document.value for document in parse(attempt, "")] == values
        except InputError:
            same = False
        text = attempt if same else text
    return text


def _own_lines(text: str) -> list[str]:
    return re.findall(r"^ *(# note \d+)$", text, re.MULTILINE)
