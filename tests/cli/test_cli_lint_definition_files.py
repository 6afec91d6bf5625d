"""Which CustomResourceDefinitions count, and how sure what they say is."""

from __future__ import annotations

from pathlib import Path

import pytest
from folders import write
from invocation import invoke
from widgets import WIDGETS, messages, report, widget


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


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
