"""Findings on charts name the line of the template that writes the field, or say that they do not know it."""

from __future__ import annotations

from pathlib import Path

import pytest
from linted_charts import findings, linted, pack, place, relative, write

from chartgen.pipeline.lint import LintOptions, lint

ROOT = Path(__file__).parents[2]
HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n"
"""Four lines; what comes behind it begins in line 5."""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(HEAD + "{{- if true }}\nbad: 1\n{{- end }}\n", 6, id="trimmed"),
        pytest.param(HEAD + "{{ if true -}}\n\n\nbad: 1\n{{ end }}\n", 8, id="trimmed-behind"),
        pytest.param(HEAD + "{{/* one\ntwo */}}\n# a comment {{ .Release.Name }}\nbad: 1\n", 8, id="comments"),
        pytest.param(HEAD + "{{- toYaml (dict \"bad\" 1) | nindent 0 }}\n", 5, id="to-yaml"),
        pytest.param(
            HEAD + '{{- with dict "bad" 1 }}\n{{- range $k, $v := . }}\n{{ $k }}: {{ $v }}\n{{- end }}{{ end }}',
            7,
            id="range",
        ),
        pytest.param(HEAD + "{{ tpl \"bad: {{ 1 }}\" . }}\n", 5, id="tpl"),
        pytest.param(
            HEAD + 'data: {{- toYaml (dict "a" "b") | nindent 2 }}\nbad: |\n  {{ .Release.Name }}\n  x\n', 6, id="block"
        ),
        pytest.param(
            HEAD + "data:\n  a: |-\n    one\n    {{ .Release.Name }}\n\n    two\nbad: 1\n", 11, id="behind-block"
        ),
        pytest.param(HEAD + "{{ if true }}bad: {{ 1 }}{{ else }}x{{ end }}\n", 5, id="one-line"),
        pytest.param(HEAD.replace("\n", "\r\n") + "bad: 1\r\n", 5, id="carriage-returns"),
        pytest.param(HEAD + "\"bad\": {{ printf \"%s }} -}}\" `x` | quote }}\n", 5, id="braces-in-strings"),
        pytest.param("{{- $x := 1 -}}\n" + HEAD + "bad: {{ $x }}", 6, id="no-newline-at-end"),
    ],
)  # fmt: skip
def test_a_finding_has_the_line_of_its_template(tmp_path: Path, text: str, line: int) -> None:
    chart = write(tmp_path / "web", {"templates/a.yaml": text})
    assert place(chart, findings(chart)["/bad"]) == ("templates/a.yaml", line, "exact")


def test_a_finding_from_a_helper_names_the_helper_and_who_includes_it(tmp_path: Path) -> None:
    helpers = '{{- define "outer" -}}\nmetadata:\n  {{- include "inner" . | nindent 2 }}\n{{- end }}\n'
    helpers += '{{- define "inner" -}}\nname: {{ include "name" . }}\nbad: 1\n{{- end }}\n'
    helpers += '{{- define "name" -}}\n{{ .Release.Name | trunc 63 }}\n{{- end }}\n'
    text = 'apiVersion: v1\nkind: ConfigMap\n{{ include "outer" . }}\n'
    chart = write(tmp_path / "web", {"templates/a.yaml": text, "templates/_helpers.tpl": helpers})
    finding = findings(chart)["/metadata/bad"]
    assert place(chart, finding) == ("templates/_helpers.tpl", 7, "exact")
    assert finding.template
    included = [(relative(chart, each), each.line) for each in finding.template.included]
    assert included == [("templates/_helpers.tpl", 3), ("templates/a.yaml", 3)]


@pytest.mark.parametrize(
    "use",
    [
        pytest.param('{{- $x := include "part" . | fromYaml }}\nbad: {{ $x.bad | int }}', id="parsed"),
        pytest.param('{{- if contains "bad: 1" (include "part" .) }}\nbad: 1\n{{- end }}', id="compared"),
        pytest.param('bad: {{ include "part" . | sha256sum }}\n', id="hashed"),
        pytest.param('bad: {{ include "part" . | trunc 6 | quote }}\n', id="cut"),
        pytest.param('{{- if ne (include "part" . | len) 6 }}{{ fail "changed" }}{{ end }}\nbad: 1\n', id="measured"),
    ],
)
def test_a_helper_that_is_read_does_not_lead_astray(tmp_path: Path, use: str) -> None:
    files = {"templates/a.yaml": HEAD + use, "templates/_helpers.tpl": '{{ define "part" -}}\nbad: 1\n{{- end }}'}
    chart = write(tmp_path / "web", files)
    line = 4 + use.rstrip().count("\n") + 1 if not use.startswith("{{- if contains") else 6
    file, found, precision = place(chart, findings(chart)["/bad"])
    assert (file, found if precision == "exact" else line) == ("templates/a.yaml", line)


def test_what_a_helper_writes_that_cannot_be_marked_is_near_the_line_that_includes_it(tmp_path: Path) -> None:
    helpers = '{{- define "part" -}}\nbad: 1\nb: {{ .Release.Name }}\n{{- end }}'
    text = HEAD + '{{- if eq (len (include "part" .)) 13 }}\n{{ include "part" . }}\n{{- end }}\n'
    chart = write(tmp_path / "web", {"templates/a.yaml": text, "templates/_helpers.tpl": helpers})
    assert place(chart, findings(chart)["/bad"]) == ("templates/a.yaml", 6, "ancestor")


def test_what_differs_from_render_to_render_takes_nothing_from_the_rest(tmp_path: Path) -> None:
    text = HEAD + "data:\n  a: {{ randAlphaNum 20 }}\nbad: {{ randNumeric 5 | quote }}\nworse: 1\n"
    chart = write(tmp_path / "web", {"templates/a.yaml": text})
    found = findings(chart)
    assert place(chart, found["/worse"]) == ("templates/a.yaml", 8, "exact")
    assert place(chart, found["/bad"]) == ("templates/a.yaml", 1, "ancestor")


def test_a_template_that_depends_on_its_own_text_is_named_as_a_file(tmp_path: Path) -> None:
    other = HEAD + "bad: 1\n"
    text = '{{- if eq (include (print $.Template.BasePath "/b.yaml") .) "x" }}{{ else }}\n' + HEAD
    text += '{{- range until (include (print $.Template.BasePath "/b.yaml") . | len) }}\n'
    text += "bad{{ . }}: 1\n{{- end }}\n{{- end }}"
    chart = write(tmp_path / "web", {"templates/a.yaml": text, "templates/b.yaml": other})
    found = findings(chart)
    assert place(chart, found["/bad"]) == ("templates/b.yaml", 5, "exact")
    assert place(chart, found["/bad0"]) == ("templates/a.yaml", 1, "file")


def test_a_chart_that_does_not_render_with_marks_keeps_its_findings_and_says_so(tmp_path: Path) -> None:
    other = HEAD + "bad: 1\n"
    text = '{{- if gt (len (include (print $.Template.BasePath "/b.yaml") .)) 90 }}{{ fail "too long" }}{{ end }}\n'
    chart = write(tmp_path / "web", {"templates/a.yaml": text + HEAD, "templates/b.yaml": other})
    result = linted(chart)
    [finding] = result.report.findings
    assert place(chart, finding) == ("templates/b.yaml", 1, "file")
    assert (finding.path, finding.location.line, result.failures) == ("/bad", 5, ())
    [note] = result.report.notes
    assert note.startswith(f"some template lines of {chart} are not known: with marks in its templates nothing was ")
    assert "too long" in note


def test_subcharts_have_their_own_files_as_folders_and_packed(tmp_path: Path) -> None:
    packed = write(tmp_path / "packed", {"templates/deep/p.yaml": HEAD + "\nbad: 1\n"})
    chart = write(
        tmp_path / "web",
        {
            "templates/a.yaml": HEAD,
            "charts/sub/templates/b.yaml": HEAD + "worse: 1\n",
            "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\ndependencies:\n"
            "- {name: sub, version: 0.1.0, alias: other}\n- {name: packed, version: 0.1.0}\n",
        },
    )
    (chart / "charts/sub/Chart.yaml").write_text("apiVersion: v2\nname: sub\nversion: 0.1.0\n")
    (packed / "Chart.yaml").write_text("apiVersion: v2\nname: packed\nversion: 0.1.0\n")
    pack(packed, chart / "charts/packed-0.1.0.tgz")
    found = findings(chart)
    assert place(chart, found["/worse"]) == ("charts/sub/templates/b.yaml", 5, "exact")
    assert place(chart, found["/bad"]) == ("charts/packed-0.1.0.tgz/templates/deep/p.yaml", 6, "exact")


def test_the_line_of_a_packed_chart_is_that_inside_the_archive(tmp_path: Path) -> None:
    chart = write(tmp_path / "web", {"templates/a.yaml": HEAD + "bad: 1\n"})
    archive = pack(chart, tmp_path / "web-0.1.0.tgz")
    assert place(archive, findings(archive)["/bad"]) == ("templates/a.yaml", 5, "exact")


def test_a_chart_without_findings_is_rendered_once(tmp_path: Path) -> None:
    text = HEAD + 'data: {a: {{ include "touch" . | quote }}}\n'
    helpers = '{{ define "touch" }}x{{ end }}'
    chart = write(tmp_path / "web", {"templates/a.yaml": text, "templates/_helpers.tpl": helpers})
    told: list[str] = []
    report = lint([str(chart)], None, LintOptions(select=("schema-invalid",)), told.append).report
    assert (report.findings, report.notes, report.quoted) == ((), (), ())
    assert told == [f"rendering {chart}", "checking 1 objects"]


def test_what_is_no_text_among_the_templates_is_passed_over(tmp_path: Path) -> None:
    chart = write(tmp_path / "web", {"templates/a.yaml": HEAD + "bad: 1\n"})
    (chart / "templates" / "_font.tpl").write_bytes(b"\xff\xfe")
    assert place(chart, findings(chart)["/bad"]) == ("templates/a.yaml", 5, "exact")


def test_the_template_files_are_left_alone_and_related_lines_can_be_shown(tmp_path: Path) -> None:
    chart = write(tmp_path / "web", {"templates/a.yaml": HEAD + "bad: 1\n"})
    before = {file: file.read_bytes() for file in chart.rglob("*") if file.is_file()}
    report = linted(chart).report
    assert {file: file.read_bytes() for file in chart.rglob("*") if file.is_file()} == before
    assert [source.file for source in report.quoted] == [f"{chart}/templates/a.yaml"]


@pytest.mark.parametrize("example", ["aks-spot-azure-disk", "gke-multi-node", "ack-hybrid-kserve"])
def test_nearly_all_of_our_own_charts_is_placed_exactly(tmp_path: Path, example: str) -> None:
    """Every finding of a chart in which each object has a wrong kind of field is placed."""
    from chartgen.pipeline.render import render

    [chart, *_] = render(ROOT / f"examples/{example}.yaml", tmp_path, lint=False).folders
    for template in (chart / "templates").glob("*.yaml"):
        text = template.read_text()
        template.write_text(text.replace("\nspec:\n", "\nspec:\n  bad: 1\n"))
    result = lint([str(chart)], None, LintOptions(select=("schema-invalid",)))
    found = [finding for finding in result.report.findings if finding.path == "/spec/bad"]
    assert found
    for finding in found:
        assert finding.template
        line = Path(finding.template.location.file).read_text().splitlines()[finding.template.location.line - 1]
        assert (line, finding.template.precision.value) == ("  bad: 1", "exact")


def test_each_of_two_objects_of_one_name_has_its_own_line(tmp_path: Path) -> None:
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    folder = write(tmp_path / "web", {"templates/a.yaml": f"{head}bad: 1\n---\n{head}bad: 1\n"})
    found = linted(folder).report.findings
    assert [each.template and each.template.location.line for each in found] == [4, 9]


def test_a_value_that_is_not_there_does_not_hide_the_line(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nbad: a{{ .Values.none }}{{ .Values.nothing.at }}b\n"
    folder = write(tmp_path / "web", {"templates/a.yaml": text, "values.yaml": "nothing: {}\n"})
    assert place(folder, findings(folder)["/bad"]) == ("templates/a.yaml", 4, "exact")
