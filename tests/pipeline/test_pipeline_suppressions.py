"""Suppressions by annotation and comment: what they hide, and what they leave."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from suppressed_pods import OPTIONS, POD, annotated, hidden, linted, shown

from chartgen.pipeline.lint import LintOptions, lint

LEADERS = """\
apiVersion: leaderworkerset.x-k8s.io/v1
kind: LeaderWorkerSet
metadata: {name: a}
spec:
  leaderWorkerTemplate:
    leaderTemplate:
      metadata: {annotations: {chartgen.dev/ignore.image-moves: leaders only}}
      spec: {containers: [{name: c, image: 'nginx:latest'}]}
    workerTemplate:
      spec: {containers: [{name: c, image: 'nginx:latest'}]}
"""


def test_an_annotation_hides_what_the_rule_finds_in_the_object() -> None:
    result = linted(annotated(".image-moves"))
    assert (shown(result), hidden(result)) == ([], [10, 13, 15])
    suppressed = result.report.suppressed[0].suppressed
    assert suppressed is not None
    assert (suppressed.reason, suppressed.location.line, suppressed.location.column) == ("because", 6, 5)
    assert result.exit_code("info") == 0


@pytest.mark.parametrize(("container", "line"), [("copy", 10), ("one", 13), ("two", 15)])
def test_an_annotation_for_one_container(container: str, line: int) -> None:
    result = linted(annotated(f".image-moves.{container}"))
    assert hidden(result) == [line]
    assert shown(result) == [("image-moves", each) for each in (10, 13, 15) if each != line]


def test_an_annotation_of_a_pod_template_leaves_the_other_template_alone() -> None:
    result = linted(LEADERS)
    assert (hidden(result), shown(result)) == ([8], [("image-moves", 10)])


def test_an_annotation_of_a_component_of_kserve_leaves_the_other_alone() -> None:
    service = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: a}
spec:
  predictor:
    annotations: {chartgen.dev/ignore.image-moves: ours}
    containers: [{name: c, image: 'nginx:latest'}]
  transformer:
    annotations: {chartgen.dev/ignore.image-moves.two: ours too}
    containers: [{name: one, image: 'nginx:latest'}, {name: two, image: 'nginx:latest'}]
    initContainers:
    - {name: two, image: 'nginx:latest'}
"""
    result = linted(service)
    assert (hidden(result), shown(result)) == ([7, 10, 12], [("image-moves", 10)])


def test_an_annotation_of_the_only_pod_template_counts_for_the_whole_object() -> None:
    text = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  selector: {matchLabels: {app: a, app.kubernetes.io/version: v1}}
  template:
    metadata:
      labels: {app: a, app.kubernetes.io/version: v1}
      annotations: {chartgen.dev/ignore.version-selected: never upgraded}
    spec: {containers: [{name: c, image: nginx}]}
"""
    options = replace(OPTIONS, select=("version-selected", "suppressions"))
    assert shown(linted(text.replace("version-selected", "node-fixed"), options)) == [("version-selected", 5)]
    assert (shown(linted(text, options)), hidden(linted(text, options))) == ([], [5])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: one\n", "name: one\n    # chartgen: ignore[image-moves] because\n"),
        ("nginx:latest\n  - name: two", "nginx:latest # chartgen: ignore[image-moves] because\n  - name: two"),
        (
            "nginx:latest\n  - name: two",
            "nginx:latest #chartgen:ignore[ node-fixed,image-moves ] x\n  - name: two",
        ),
        ("name: one\n", "name: one\n    # chartgen: ignore[image-moves] because\n    # and more\n"),
    ],
)
def test_a_comment_hides_what_stands_on_its_line_or_below_it(old: str, new: str) -> None:
    result = linted(POD.replace(old, new))
    findings = [line for rule, line in shown(result) if rule == "image-moves"]
    assert (len(findings), len(hidden(result))) == (2, 1)
    assert POD.replace(old, new).splitlines()[hidden(result)[0] - 1].startswith("    image: nginx:latest")


@pytest.mark.parametrize(
    "text",
    [
        POD.replace("name: one\n", "name: one\n    # chartgen: ignore[image-moves] because\n\n"),
        POD.replace("name: one\n", "name: one # chartgen: ignore[image-moves] beside another field\n"),
        POD.replace("team: llm", "team: |\n      # chartgen: ignore[image-moves] in a block"),
        POD.replace("name: one\n", "name: one\n    args: ['# chartgen: ignore[image-moves] quoted',\n     x]\n"),
    ],
)
def test_what_is_no_comment_on_the_line_hides_nothing(text: str) -> None:
    assert hidden(linted(text)) == []


def test_json_takes_annotations_only() -> None:
    text = '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","annotations":{%s}},"spec":{"containers":[\n%s]}}'
    container = '{"name":"c","image":"nginx:latest","args":["# chartgen: ignore[image-moves] x"]}'
    assert hidden(linted(text % ("", container))) == []
    assert hidden(linted(text % ('"chartgen.dev\\/ignore.image-moves":"x"', container))) == [2]


@pytest.mark.parametrize("document", [POD, "---\n" + POD.replace("team", "x")])
def test_of_two_objects_with_one_name_only_the_annotated_one_is_meant(document: str) -> None:
    result = linted(f"{document}---\n{annotated('.image-moves')}")
    assert len(hidden(result)) == 3
    assert min(hidden(result)) > max(line for _, line in shown(result))


def test_a_schema_problem_can_be_suppressed() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndta: {}  # chartgen: ignore[schema-invalid] to come\n"
    assert shown(linted(text, LintOptions(select=("input", "suppressions")))) == []


CHART = {
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "values.yaml": """\
image:
  # chartgen: ignore[image-moves] the mirror pins it
  tag: latest
other: latest
""",
    "templates/pods.yaml": """\
{{- range tuple "a" "b" }}
---
apiVersion: v1
kind: Pod
metadata:
  name: {{ . }}
spec:
  containers:
  - name: fed
    image: nginx:{{ $.Values.image.tag }}
  - name: other
    image: nginx:{{ $.Values.other }}
  - name: written
    # chartgen: ignore[image-moves] the template says so
    image: busybox:latest
  - name: fine
    # chartgen: ignore[image-moves] there is nothing to hide
    image: busybox:1.36.1
{{- end }}
""",
}


def test_comments_of_templates_and_values_files(tmp_path: Path) -> None:
    for name, text in CHART.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    report = lint([str(tmp_path)], None, OPTIONS).report
    hidden = [(each.object.name, each.path, each.suppressed.reason) for each in report.suppressed if each.suppressed]
    assert sorted(hidden) == [
        (name, f"/spec/containers/{index}/image", reason)
        for name in "ab"
        for index, reason in ((0, "the mirror pins it"), (2, "the template says so"))
    ]
    rules = [(finding.rule, finding.path) for finding in report.findings]
    # What a template writes once and Helm renders twice is told once.
    assert rules.count(("suppression-unused", "")) == 1
    assert rules.count(("image-moves", "/spec/containers/1/image")) == 2
    assert len(rules) == 3


def test_of_two_members_of_a_list_with_one_name_only_the_annotated_one_is_meant() -> None:
    member = (
        '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"%s},'
        '"spec":{"containers":[{"name":"c","image":"nginx:latest"}]}}'
    )
    annotated = member % ',"annotations":{"chartgen.dev/ignore.image-moves":"x"}'
    for members in ([annotated, member % ""], [member % "", annotated]):
        text = f'{{"apiVersion":"v1","kind":"List","items":[{",".join(members)}]}}'
        result = linted(text)
        (finding,) = result.report.suppressed
        assert text[finding.location.column :].startswith('image"')
        assert [text.index(annotated) < finding.location.column < text.index(annotated) + len(annotated)] == [True]
        assert [rule for rule, _ in shown(result)] == ["image-moves"]


def test_a_comment_of_one_values_file_says_nothing_of_another(tmp_path: Path) -> None:
    for name, text in {**CHART, "ci/prod-values.yaml": "image: {tag: latest}\n"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    report = lint([str(tmp_path)], None, OPTIONS).report
    (shown,) = {
        (
            finding.values[0].location and finding.values[0].location.file,
            finding.value_sets and finding.value_sets.names,
        )
        for finding in report.findings
        if finding.path == "/spec/containers/0/image"
    }
    assert shown == (f"{tmp_path}/ci/prod-values.yaml", (f"{tmp_path}/ci/prod-values.yaml",))
