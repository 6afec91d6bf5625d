"""Custom kinds are checked by their CustomResourceDefinitions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invocation import invoke

from chartgen import reader

WIDGETS = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            required: [size, mode]
            properties:
              size: {type: integer, minimum: 0, exclusiveMinimum: true}
              mode: {type: string, enum: [Fast, Slow], default: Fast}
              port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}
              labels: {type: object, additionalProperties: {type: string}}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {known: {type: integer}}}
              nothing: {type: object}
              choice:
                type: object
                properties: {a: {type: string}, b: {type: string}}
                oneOf: [{required: [a]}, {required: [b]}]
              parts: {type: array, items: {type: object, properties: {name: {type: string, nullable: true}}}}
              template: {type: object, x-kubernetes-embedded-resource: true, properties: {spec: {type: object}}}
              address: {type: string, format: ipv4}
              ports:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [number, protocol]
                items:
                  type: object
                  properties: {number: {type: integer}, protocol: {type: string, default: TCP}}
              names: {type: array, x-kubernetes-list-type: set, items: {type: string}}
              bounds:
                type: object
                properties: {min: {type: integer}, max: {type: integer, default: 5}, namespace: {type: string}}
                x-kubernetes-validations:
                - {rule: self.min <= self.max, message: min is above max, fieldPath: .min}
                - rule: "!has(self.__namespace__) || self.__namespace__ != 'default'"
                  messageExpression: "'not in ' + self.__namespace__"
              wait: {type: string, format: duration}
            x-kubernetes-validations:
            - {rule: self.size < 100}
            - {rule: "self.size == oldSelf.size", message: size cannot change}
            - {rule: "!has(self.wait) || self.wait == duration('1h')", message: wait is a text here}
            - {rule: "self.size.isOdd()", message: no such function}
            - {rule: "quantity('1Gi').isLessThan(quantity('2Gi')) && self.size + ", message: no expression}
  - {name: v1beta1, served: true, storage: false, schema: {openAPIV3Schema: {type: object}}}
  - {name: v1alpha1, served: false, storage: false, schema: {openAPIV3Schema: {type: object}}}
"""


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)


def widget(spec: str, version: str = "v1") -> str:
    return f"apiVersion: example.com/{version}\nkind: Widget\nmetadata: {{name: a, labels: {{b: c}}}}\nspec: {spec}\n"


def report(*arguments: object) -> dict[str, Any]:
    result = invoke("lint", *arguments, "--select", "schema-invalid", "--format", "json")
    assert result.code in {0, 1}, result.err
    found: dict[str, Any] = json.loads(result.out)
    return found


def messages(*arguments: object) -> list[str]:
    return [each["message"] for each in report(*arguments)["findings"]]


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


def test_definitions_are_named_on_the_command_line_and_are_no_input() -> None:
    write({"crds/deep/crd.yaml": WIDGETS, "crds/other.yaml": "a: [", "widget.yaml": widget("{}")})
    assert messages("widget.yaml") == []
    assert messages("widget.yaml", "--crds", "crds/deep/crd.yaml") == ["size is missing"]
    Path("crds/other.yaml").unlink()
    found = report("widget.yaml", "--crds", "crds")
    assert [each["message"] for each in found["findings"]] == ["size is missing"]
    assert report("widget.yaml")["summary"]["unchecked"] == {"example.com/v1 Widget": 1}
    assert found["summary"]["unchecked"] == {}


def test_patches_beside_definitions_are_passed_over() -> None:
    patch = (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.com}\n"
    )
    conversion = f"{patch}spec: {{conversion: {{strategy: None}}}} # Widget\n"
    write({"crds/crd.yaml": WIDGETS, "crds/patch.yaml": conversion, "widget.yaml": widget("{}")})
    assert messages("widget.yaml", "--crds", "crds") == ["size is missing"]


def test_the_configuration_names_definitions() -> None:
    write({"crds/crd.yaml": WIDGETS, "widget.yaml": widget("{}"), ".chartgen.yaml": "lint: {crds: [crds]}\n"})
    assert messages("widget.yaml") == ["size is missing"]


def test_a_chart_brings_its_definitions() -> None:
    write(
        {
            "chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 0.1.0\n",
            "chart/templates/widget.yaml": widget("{size: {{ .Values.size }}}"),
            "chart/values.yaml": "size: two\n",
            "chart/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
            "chart/charts/sub/crds/crd.yaml": WIDGETS,
        }
    )
    assert messages("chart") == ["size must be a whole number, it is the text `two`"]


def test_a_definition_of_another_folder_makes_a_warning_that_names_it() -> None:
    write(
        {"config/crd/crd.yaml": WIDGETS, "docs/v0.1/widget.yaml": widget("{size: 100}"), "docs/two.yaml": widget("{}")}
    )
    found = [(each["severity"], each["message"]) for each in report(".")["findings"]]
    assert found == [
        ("warning", "size is missing (as config/crd/crd.yaml defines Widget)"),
        ("warning", "the object breaks the rule self.size < 100 (as config/crd/crd.yaml defines Widget)"),
    ]
    named = report("docs", "--crds", "config")["findings"]
    assert [each["severity"] for each in named] == ["error", "error"]


def test_what_one_chart_defines_is_a_warning_for_another() -> None:
    for name in ("one", "two"):
        write(
            {
                f"{name}/Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 0.1.0\n",
                f"{name}/templates/widget.yaml": widget("{}"),
            }
        )
    write({"one/crds/crd.yaml": WIDGETS})
    found = [(each["severity"], each["message"]) for each in report("one", "two")["findings"]]
    assert found == [("error", "size is missing"), ("warning", "size is missing (as one/crds/crd.yaml defines Widget)")]


def test_definitions_that_differ_say_nothing_unless_one_is_named() -> None:
    write(
        {
            "old/crd.yaml": WIDGETS.replace("[size, mode]", "[size, port]"),
            "new/crd.yaml": WIDGETS,
            "widget.yaml": widget("{size: 1}"),
        }
    )
    assert messages(".") == []
    assert report(".")["summary"]["unchecked"] == {"example.com/v1 Widget": 1}
    assert messages(".", "--crds", "new") == []
    assert messages(".", "--crds", "old") == ["port is missing"]


def test_a_definition_goes_before_a_schema_of_ours() -> None:
    crd = (
        WIDGETS.replace("example.com", "keda.sh")
        .replace("Widget", "ScaledObject")
        .replace("name: v1\n", "name: v1alpha1\n")
    )
    scaled = widget("{size: 1}").replace("example.com/v1", "keda.sh/v1alpha1").replace("Widget", "ScaledObject")
    write(
        {
            "scaled.yaml": scaled,
            "crds/crd.yaml": crd.replace("{name: v1alpha1, served: false", "{name: v0, served: false"),
        }
    )
    assert "unknown field `size`" in messages("scaled.yaml")
    assert messages("scaled.yaml", "--crds", "crds") == []


@pytest.mark.parametrize(
    ("files", "named", "said"),
    [
        ({"crds/a.yaml": "kind: ConfigMap\n"}, "crds", "there is no CustomResourceDefinition in crds"),
        ({"crds/a.yaml": f"{WIDGETS}  x: [\n"}, "crds", "crds/a.yaml"),
        ({}, "crds", "'crds' does not exist"),
        (
            {"crds/a.yaml": WIDGETS.replace("v1\n    served: true", "v1\n    served: 1")},
            "crds",
            "served must be true or false",
        ),
    ],
)
def test_definitions_that_cannot_be_had_are_an_error(files: dict[str, str], named: str, said: str) -> None:
    write({**files, "widget.yaml": widget("{}")})
    result = invoke("lint", "widget.yaml", "--crds", named)
    assert result.code in {2, 3}
    assert said in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    "broken",
    [
        WIDGETS.replace("type: integer, minimum: 0", "type: number of things, minimum: 0"),
        WIDGETS.replace(
            "openAPIV3Schema:\n        type: object", "openAPIV3Schema:\n        pattern: '('\n        type: object"
        ),
        WIDGETS.replace("  - name: v1\n", "  - name: 1\n"),
        WIDGETS.replace("properties:\n          spec:", "properties: [1]\n        ignored:\n          spec:"),
        WIDGETS.replace("versions:\n", "versions: {}\n  ignored:\n"),
    ],
)
def test_a_definition_that_is_none_is_found_at_itself_and_breaks_nothing(broken: str) -> None:
    write({"crd.yaml": broken, "widget.yaml": widget("{}")})
    assert {each["location"]["file"] for each in report(".")["findings"]} <= {"crd.yaml", "widget.yaml"}


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
    assert {each["rule"] for each in report(".")["findings"]} <= {"schema-invalid"}


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in list(members):
        yield value, key
        yield from _places(member)
