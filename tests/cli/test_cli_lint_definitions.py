"""Custom kinds are checked by their CustomResourceDefinitions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest
from folders import write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from widgets import WIDGETS, messages, report, widget

from chartgen import reader


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "spec",
    [
        "{size: 1}",
        "{size: 1, mode: Slow, port: http, labels: {a: b}}",
        "{size: 1, port: 80, free: {whatever: [1], known: 1}, nothing: {}}",
        "{size: 1, choice: {b: x}, parts: [{name: null}, {}]}",
        "{size: 1, template: {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {}}}",
        "{size: 1, address: 10.0.0.1, ports: [{number: 1}, {number: 1, protocol: UDP}], names: [a, b]}",
        "{size: 1, bounds: {min: 5, namespace: team}, wait: 1h}",
        "{size: 1, bounds: {min: 5, namespace: '${NAMESPACE:-default}'}}",
    ],
)
def test_what_a_definition_allows_is_no_finding(spec: str) -> None:
    write({"crd.yaml": WIDGETS, "widget.yaml": widget(spec)})
    found = report(".")
    assert found["findings"] == []
    assert found["summary"]["unchecked"] == {}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("{}", "size is missing"),
        ("{size: 0}", "size: 0 is less than or equal to the minimum of 0"),
        ("{size: two}", "size must be a whole number, it is the text `two`"),
        ("{size: 1, sise: 2}", "unknown field `sise`, did you mean size"),
        ("{size: 1, mode: fast}", "mode must be `Fast` or `Slow`, it is the text `fast`"),
        ("{size: 1, port: 1.5}", "port must be a whole number or a text, it is the number 1.5"),
        ("{size: 1, labels: {a: 1}}", "a must be a text, it is the number 1"),
        ("{size: 1, free: {known: x}}", "known must be a whole number, it is the text `x`"),
        ("{size: 1, nothing: {a: b}}", "unknown field `a`"),
        ("{size: 1, choice: {a: x, b: y}}", "choice fits none of the forms that are allowed here"),
        ("{size: 1, parts: [{nam: x}]}", "unknown field `nam`, did you mean name"),
        ("{size: 1, template: {metadata: {lables: {}}}}", "unknown field `lables`, did you mean labels"),
        ("{size: 1, address: 10.0.0}", 'address: "10.0.0" is not a "ipv4"'),
        (
            "{size: 1, ports: [{number: 1}, {number: 2}, {number: 1, protocol: TCP}]}",
            "ports[2] is there twice: ports[0] has number 1 and protocol TCP too",
        ),
        ("{size: 1, names: [a, b, a]}", "names[2] is there twice: names[0] has a too"),
        ("{size: 1, bounds: {min: 6}}", "min is above max"),
        ("{size: 1, bounds: {}}", "min is above max (it depends on min, which is missing)"),
        ("{size: 1, bounds: {min: 1, namespace: default}}", "not in default"),
        ("{size: 100}", "the object breaks the rule self.size < 100"),
    ],
)
def test_what_a_definition_refuses_is_told(spec: str, message: str) -> None:
    write({"crd.yaml": WIDGETS, "widget.yaml": widget(spec)})
    assert message in messages(".")


def test_the_finding_is_at_the_field() -> None:
    write({"crd.yaml": WIDGETS, "widget.yaml": widget("\n  size: 1\n  labels:\n    a: 1")})
    (found,) = report(".")["findings"]
    assert (found["location"]["file"], found["location"]["line"]) == ("widget.yaml", 7)
    assert found["path"] == "/spec/labels/a"


def test_a_rule_of_a_definition_is_broken_at_the_field_that_it_names() -> None:
    write({"crd.yaml": WIDGETS, "widget.yaml": widget("\n  size: 100\n  bounds:\n    max: 3\n    min: 4")})
    places = {each["message"]: (each["path"], each["location"]["line"]) for each in report(".")["findings"]}
    assert places == {
        "min is above max": ("/spec/bounds/min", 8),
        "the object breaks the rule self.size < 100": ("/spec", 4),
    }


def test_a_version_that_is_not_served_is_told() -> None:
    write({"crd.yaml": WIDGETS, "old.yaml": widget("{}", "v1alpha1"), "new.yaml": widget("{}", "v2")})
    assert messages(".") == [
        f"the CustomResourceDefinition widgets.example.com does not serve Widget in example.com/{version}; "
        "it does in example.com/v1 and example.com/v1beta1"
        for version in ("v2", "v1alpha1")
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        # Kubernetes' schema of definitions takes any text for a type and a pattern.
        ("type: integer, minimum: 0", "type: number of things, minimum: 0", False),
        ("openAPIV3Schema:\n        type", "openAPIV3Schema:\n        pattern: '('\n        type", False),
        ("  - name: v1\n", "  - name: 1\n", True),
        ("required: [spec]\n        properties:", "properties: [1]\n        ignored:", True),
        ("versions:\n", "versions: {}\n  ignored:\n", True),
    ],
)
def test_a_definition_that_is_none_is_found_at_itself_and_says_nothing(old: str, new: str, told: bool) -> None:
    assert old in WIDGETS
    write({"crd.yaml": WIDGETS.replace(old, new), "widget.yaml": widget("{}")})
    found = report(".")
    assert {each["location"]["file"] for each in found["findings"]} == ({"crd.yaml"} if told else set())
    assert found["summary"]["unchecked"] == {"example.com/v1 Widget": 1}


def test_a_definition_and_an_object_that_are_deep_are_read() -> None:
    schema: dict[str, Any] = {"type": "object"}
    value: dict[str, Any] = {"a": 1}
    for _ in range(60):
        schema = {"type": "object", "properties": {"a": schema}}
        value = {"a": value}
    crd = json.dumps(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "widgets.example.com"},
            "spec": {
                "group": "example.com",
                "names": {"kind": "Widget", "plural": "widgets"},
                "scope": "Namespaced",
                "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
            },
        }
    )
    write({"crd.json": crd, "widget.json": json.dumps({"apiVersion": "example.com/v1", "kind": "Widget", **value})})
    assert messages(".") == ["unknown field `a`"]


ODD: tuple[Any, ...] = (1, -1, 1.5, "", "(", "array", True, [], {}, ["a"], [{}], {"a": "b"}, 10**30)


@settings(
    max_examples=150, suppress_health_check=[*settings().suppress_health_check, HealthCheck.function_scoped_fixture]
)
@given(st.randoms(use_true_random=False), st.integers(1, 6))
def test_any_definition_ends_with_findings_or_clean(chance: Random, changes: int) -> None:
    definition = reader.parse(WIDGETS, "crd.yaml")[0].value
    places = list(_places(definition["spec"]["versions"]))
    for _ in range(changes):
        parent, key = chance.choice(places)
        parent[key] = deepcopy(chance.choice(ODD))
    spec = "{size: 1, mode: Slow, port: http, ports: [{number: 1}], names: [a], bounds: {min: 1}, wait: 1h}"
    write({"crd.yaml": json.dumps(definition), "widget.yaml": widget(spec)})
    report(".")  # which says that lint has ended well


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in list(members):
        yield value, key
        yield from _places(member)
