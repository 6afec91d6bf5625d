"""Findings on charts in every format: the template first, then what Helm renders, then the values."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from report_samples import DEPLOYMENT, NOTES, RENDERED

from chartgen.model.finding import Finding, Precision, TemplatePlace, ValueSets, ValuesKey
from chartgen.model.location import Location
from chartgen.model.manifest import Source
from chartgen.report.content import Report
from chartgen.report.formats import render

TEMPLATE, HELPERS, VALUES = "chart/templates/app.yaml", "chart/templates/_helpers.tpl", "chart/values.yaml"
PLACED = replace(
    RENDERED,
    location=Location(TEMPLATE, 2, 3),
    related=(),
    template=TemplatePlace(Location(HELPERS, 2, 1), Precision.exact, (Location(TEMPLATE, 1, 1),)),
    values=(ValuesKey("image.tag", Location(VALUES, 2, 3)), ValuesKey("image.digest", None)),
    value_sets=ValueSets(("chart/values.yaml", "chart/ci/gpu-values.yaml"), 3),
)
QUOTED = (
    Source(TEMPLATE, '{{ include "app" . }}\n'),
    Source(HELPERS, '{{ define "app" }}\nimage: a:{{ .Values.image.tag }}\n{{ end }}\n'),
    Source(VALUES, "image:\n  tag: main\n"),
)
SOURCES = (
    Source(TEMPLATE, "spec:\n  image: a:main\n", True, "chart/values.yaml"),
    Source(TEMPLATE, "spec:\n  image: other\n", True, "chart/ci/gpu-values.yaml"),
)


def near(finding: Finding, precision: Precision) -> Finding:
    assert finding.template
    return replace(finding, template=replace(finding.template, precision=precision))


def rendered(finding: Finding, format: str) -> str:
    return render(Report((finding,), NOTES, SOURCES, 3, "1.37", notes=("one set was left out",), quoted=QUOTED), format)


def data(finding: Finding, format: str) -> Any:
    return json.loads(rendered(finding, format))


def test_text_shows_the_template_first_then_the_render_and_the_values() -> None:
    text = rendered(PLACED, "text")
    assert text.startswith(
        """\
error[image-tag-floating]: tag main
 --> chart/templates/_helpers.tpl:2:1  Deployment vllm in namespace llm
  |
2 | image: a:{{ .Values.image.tag }}
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
 ::: chart/templates/app.yaml:1:1
  |
1 | {{ include "app" . }}
  | --------------------- included here
 ::: chart/templates/app.yaml:2:3  (rendered)
  |
2 |   image: a:main
  |   -------------
 ::: chart/values.yaml:2:3
  |
2 |   tag: main
  |   --------- values key image.tag
  = values: image.digest can be set
  = in 2 of 3 value sets: chart/values.yaml, chart/ci/gpu-values.yaml
  |
  = help: Name a release, or keep `strategy: Recreate`.
"""
    )
    assert "note: one set was left out\n" in text


def test_text_says_when_a_line_is_only_near_and_shows_the_render_alone_when_none_is_known() -> None:
    assert "^ at or near this line" in rendered(near(PLACED, Precision.ancestor), "text")
    alone = rendered(near(PLACED, Precision.file), "text")
    assert " --> chart/templates/app.yaml:2:3  Deployment vllm in namespace llm (rendered)\n" in alone
    assert "_helpers.tpl" not in alone


def test_a_finding_in_all_value_sets_does_not_list_them() -> None:
    assert PLACED.value_sets
    text = rendered(replace(PLACED, value_sets=replace(PLACED.value_sets, total=2)), "text")
    assert "value sets" not in text


def test_the_excerpt_is_that_of_the_set_with_which_the_finding_turned_up() -> None:
    finding = replace(PLACED, value_sets=ValueSets(("chart/ci/gpu-values.yaml",), 3))
    assert "2 |   image: other\n" in rendered(finding, "text")


def test_json_has_template_values_and_sets() -> None:
    [finding] = data(PLACED, "json")["findings"]
    assert finding["template"] == {
        "file": HELPERS,
        "line": 2,
        "column": 1,
        "precision": "exact",
        "includedAt": [{"file": TEMPLATE, "line": 1, "column": 1}],
    }
    assert finding["values"] == [
        {"key": "image.tag", "file": VALUES, "line": 2, "column": 3},
        {"key": "image.digest", "file": None, "line": None, "column": None},
    ]
    assert finding["valueSets"] == {"names": ["chart/values.yaml", "chart/ci/gpu-values.yaml"], "total": 3}
    assert data(PLACED, "json")["notes"] == ["one set was left out"]
    [bare] = data(replace(PLACED, template=None, values=(), value_sets=None), "json")["findings"]
    assert (bare["template"], bare["values"], bare["valueSets"]) == (None, [], None)


def anchors(finding: Finding) -> dict[str, tuple[str, int]]:
    """The file and line at which each format for services marks a finding."""
    [result] = data(finding, "sarif")["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    [issue] = data(finding, "gitlab")
    case = next(each for each in ElementTree.fromstring(rendered(finding, "junit")).iter("testcase") if len(each))
    command = rendered(finding, "github").split("::")[1].removeprefix("error ")
    github = dict(each.split("=", 1) for each in command.split(","))
    return {
        "sarif": (place["artifactLocation"]["uri"], place["region"]["startLine"]),
        "gitlab": (issue["location"]["path"], issue["location"]["lines"]["begin"]),
        "junit": (case.get("file", ""), int(case.get("line", 0))),
        "github": (github["file"], int(github["line"])),
    }


def test_services_mark_the_line_of_the_template_if_it_is_known() -> None:
    for precision in (Precision.exact, Precision.ancestor):
        assert set(anchors(near(PLACED, precision)).values()) == {(HELPERS, 2)}
    assert set(anchors(near(PLACED, Precision.file)).values()) == {(TEMPLATE, 1)}
    assert f"`{HELPERS}:2`" in rendered(PLACED, "markdown")


def test_sarif_relates_the_lines_that_include_and_the_keys() -> None:
    [result] = data(PLACED, "sarif")["runs"][0]["results"]
    places = [
        (each["physicalLocation"]["artifactLocation"]["uri"], each["physicalLocation"]["region"]["startLine"])
        for each in result["relatedLocations"]
    ]
    assert places == [(TEMPLATE, 1), (VALUES, 2)]
    assert [each["message"]["text"] for each in result["relatedLocations"]] == ["included here", "values key image.tag"]


def test_services_mark_the_archive_of_a_packed_chart() -> None:
    location = Location("web.tgz/templates/a.yaml", 2, 3)
    packed = replace(PLACED, location=location, template=TemplatePlace(location, Precision.exact))
    assert set(anchors(packed).values()) == {("web.tgz", 1)}


def test_services_mark_the_key_where_there_is_no_template_on_disk() -> None:
    assert set(anchors(replace(PLACED, template=None)).values()) == {(VALUES, 2)}


def test_messages_for_services_say_what_the_anchor_cannot() -> None:
    [issue] = data(near(PLACED, Precision.ancestor), "gitlab")
    assert issue["description"] == (
        f"tag main ({DEPLOYMENT}, line 2 of what Helm renders, the template's line is near, "
        "values: image.tag, image.digest, in 2 of 3 value sets)"
    )
    failure = ElementTree.fromstring(rendered(PLACED, "junit")).find(".//failure")
    assert failure is not None
    assert failure.text
    assert failure.text.splitlines()[1:6] == [
        f"at {HELPERS}:2:1",
        f"at {TEMPLATE}:2:3 (rendered)",
        f"values key image.tag at {VALUES}:2:3",
        "values key image.digest",
        "in 2 of 3 value sets",
    ]
