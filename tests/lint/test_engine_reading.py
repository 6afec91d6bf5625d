"""Expressions see no more of a manifest than they read, and outcomes are kept by that: nobody may notice."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rule_making import find, make, parse

from chartgen import lint
from chartgen.lint import evaluation, releases, run
from chartgen.lint.expressions import paths
from chartgen.model.rule import Example, Rule

rules = cache(lint.load)

POD = "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, annotations: {{x: {x}}}}}, spec: {{containers: []}}}}"


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    evaluation.forget()
    yield
    evaluation.forget()


def told(rule: Rule, example: Example) -> list[tuple[Any, ...]]:
    found = run(releases(parse(example.manifests), closed=example.closed, provider=example.provider), [rule])
    return [(each.place.pointer, each.severity, each.message, each.unknown, each.fix is None) for each in found]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_whole_manifests_give_the_same_outcomes(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    examples = (*rule.examples.failing, *rule.examples.passing, *rule.examples.unknown)
    read = [told(rule, example) for example in examples]
    evaluation.forget()
    monkeypatch.setattr(evaluation, "_read", lambda value, keys: value)
    assert [told(rule, example) for example in examples] == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("object.spec.replicas > 1", {("object", "spec", "replicas")}),
        ("object.?spec.?replicas.orValue(1) > 1", {("object", "spec", "replicas")}),
        ("object . spec\n . replicas > 1", {("object", "spec", "replicas")}),
        ("has(object.spec.replicas)", {("object", "spec", "replicas")}),
        ("object.metadata.labels['a'].size() > 0", {("object", "metadata", "labels")}),
        ("object.metadata[?'labels'].hasValue()", {("object", "metadata")}),
        ("'a' in object", {("object",)}),
        ("object['spec'].replicas > 1", {("object",)}),
        ("pod.spec.containers.exists(c, c.name == object.kind)", {("pod", "spec", "containers"), ("object", "kind")}),
        ("pod.spec.containers[0].object.name", {("pod", "spec", "containers")}),
        ("cel.bind(x, pod, x.spec) == object.spec", {("pod",), ("object", "spec")}),
        ("'object.spec' == subobject.spec", set()),
        ("my.object.spec", set()),
    ],
)
def test_what_an_expression_reads(text: str, read: set[tuple[str, ...]]) -> None:
    assert paths(text, ["object", "pod"]) == read


def test_a_longer_path_takes_nothing_from_a_shorter_one(tmp_path: Path) -> None:
    rule = make(
        tmp_path,
        messageExpression="string(object.spec.size()) + ' ' + string(object.spec.?nodeName.orValue('none'))"
        " + ' ' + string(object.metadata.annotations.?x.orValue(0))",
    )
    (violation,) = find(rule, POD.format(name="a", x=7))
    assert violation.message == "1 none 7"


def test_values_of_other_types_are_told_apart(tmp_path: Path) -> None:
    x = "object.metadata.annotations.x"
    kinds = {name: f"type({x}) == {name} ? '{name} ' : " for name in ("int", "bool", "double")}
    rule = make(tmp_path, messageExpression=f"({''.join(kinds.values())}'string ') + string({x})")
    texts = [POD.format(name=f"n{index}", x=x) for index, x in enumerate(["1", "true", "1.5", "'1'", "'true'", "2"])]
    found = find(rule, "\n---\n".join([*texts, *texts]))
    told = ["int 1", "bool true", "double 1.5", "string 1", "string true", "int 2"]
    assert [violation.message for violation in found] == [*told, *told]


def test_each_object_has_its_own_message(tmp_path: Path) -> None:
    rule = make(tmp_path, messageExpression="string(object.metadata.name) + string(object.metadata.annotations.x)")
    long = "y" * 5000
    texts = [POD.format(name=name, x=x) for name in ("a", "b") for x in ("c", long)]
    found = find(rule, "\n---\n".join(texts))
    assert [violation.message for violation in found] == ["ac", f"a{long}", "bc", f"b{long}"]
