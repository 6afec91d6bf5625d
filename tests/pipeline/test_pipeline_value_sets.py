"""A chart is linted with its own values and with each set of values that comes with it or is given."""

from __future__ import annotations

from pathlib import Path

import pytest
from linted_charts import findings, keys, linted, write

from chartgen.errors import UsageError
from chartgen.model.finding import ValueSets
from chartgen.model.location import Location
from chartgen.pipeline.lint import LintOptions, lint
from chartgen.report.anchor import told

HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
TEXT = HEAD + "bad: 1\n{{- if .Values.gpu }}\nworse: {{ .Values.gpu }}\n{{- end }}\n"


def chart(path: Path, text: str = TEXT, **sets: str) -> Path:
    files = {f"ci/{name}-values.yaml": values for name, values in sets.items()}
    return write(path / "web", {"templates/a.yaml": text, "values.yaml": "gpu: 0\n", **files})


def names(folder: Path, *files: str) -> tuple[str, ...]:
    return tuple(f"{folder}/{file}" for file in files)


def test_the_sets_of_the_ci_folder_are_rendered_beside_the_defaults(tmp_path: Path) -> None:
    folder = chart(tmp_path, one="gpu: 1\n", two="gpu: 2\n", none="{}\n")
    (folder / "ci" / "notes.yaml").write_text("gpu: 3\n")
    result = linted(folder)
    assert result.report.objects == 4
    found = {(each.path, each.message): each for each in result.report.findings}
    assert len(found) == len(result.report.findings) == 2
    everywhere = ("values.yaml", "ci/none-values.yaml", "ci/one-values.yaml", "ci/two-values.yaml")
    by_path = {path: each for (path, _), each in found.items()}
    assert by_path["/bad"].value_sets == ValueSets(names(folder, *everywhere), 4)
    assert by_path["/worse"].value_sets == ValueSets(names(folder, "ci/one-values.yaml", "ci/two-values.yaml"), 4)


def test_a_chart_with_one_set_does_not_speak_of_sets(tmp_path: Path) -> None:
    assert findings(chart(tmp_path))["/bad"].value_sets is None


def test_given_files_take_the_place_of_the_ci_folder_and_name_the_line_that_wins(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n"
    text += "  containers:\n  - {name: a, image: '{{ .Values.image }}'}\n"
    folder = write(
        tmp_path / "web", {"templates/a.yaml": text, "values.yaml": "image: a:1.0\n", "ci/x-values.yaml": ""}
    )
    given = tmp_path / "prod.yaml"
    given.write_text("# of production\nimage: a:latest\n")
    [finding] = linted(folder, "image-moves", values=(given,)).report.findings
    assert finding.value_sets == ValueSets((str(given),), 2)
    assert [(each.path, each.location and (each.location.file, each.location.line)) for each in finding.values] == [
        ("image", (str(given), 2))
    ]


def test_each_set_that_holds_the_key_has_its_line(tmp_path: Path) -> None:
    text = HEAD + "bad: {{ .Values.gpu }}\n"
    folder = chart(tmp_path, text, other="a: 1\n", same="# as ever\ngpu: 0\n")
    [finding] = linted(folder).report.findings
    assert [(each.path, each.location) for each in finding.values] == [
        ("gpu", Location(f"{folder}/values.yaml", 1, 1)),
        ("gpu", Location(f"{folder}/ci/same-values.yaml", 2, 1)),
    ]
    assert told(finding).endswith(" values: gpu, in 3 of 3 value sets)")


def test_a_set_that_helm_refuses_is_a_failure_and_the_others_are_linted(tmp_path: Path) -> None:
    folder = chart(
        tmp_path, TEXT + '{{- if eq (int .Values.gpu) 2 }}{{ fail "two" }}{{ end }}\n', one="gpu: 1", two="gpu: 2"
    )
    result = linted(folder)
    [failure] = result.failures
    assert failure.message.startswith(f"{folder} was not linted with {folder}/ci/two-values.yaml: nothing was rendered")
    assert {each.path for each in result.report.findings} == {"/bad", "/worse"}
    assert {each.value_sets.total for each in result.report.findings if each.value_sets} == {2}
    assert result.exit_code("never") == failure.exit_code


def test_defaults_that_do_not_render_alone_are_told_and_are_no_failure(tmp_path: Path) -> None:
    folder = chart(tmp_path, TEXT + '{{- if not .Values.gpu }}{{ fail "how many?" }}{{ end }}\n', one="gpu: 1")
    result = linted(folder)
    assert not result.failures
    [note] = result.report.notes
    assert note.startswith(f"{folder} was not linted with its own values alone: ")
    assert "how many?" in note
    assert result.exit_code("never") == 0


@pytest.mark.parametrize("text", ["- a\n", "a: [\n"])
def test_a_set_that_holds_no_values_is_a_failure(tmp_path: Path, text: str) -> None:
    result = linted(chart(tmp_path, one=text))
    assert len(result.failures) == 1
    assert result.failures[0].exit_code == 3
    assert [each.path for each in result.report.findings] == ["/bad"]


def test_null_takes_a_default_away(tmp_path: Path) -> None:
    folder = chart(tmp_path, HEAD + '{{- if hasKey .Values "gpu" }}\nbad: 1\n{{- end }}\n', one="gpu: null\n")
    assert findings(folder)["/bad"].value_sets == ValueSets(names(folder, "values.yaml"), 2)
    assert keys(folder, findings(folder)["/bad"]) == []


def test_values_without_a_chart_are_refused(tmp_path: Path) -> None:
    manifest = tmp_path / "a.yaml"
    manifest.write_text(HEAD)
    with pytest.raises(UsageError, match="--values is for charts"):
        lint([str(manifest)], None, LintOptions(values=(str(manifest),)))


def test_two_objects_of_one_name_are_not_taken_for_one(tmp_path: Path) -> None:
    text = "{{- range list 1 2 }}\n---\n" + HEAD + "bad: 1\n{{- end }}\n"
    result = linted(chart(tmp_path, text, one="gpu: 1\n"))
    assert [each.value_sets and len(each.value_sets.names) for each in result.report.findings] == [2, 2]
    assert len({each.location.line for each in result.report.findings}) == 2


def test_a_chart_that_is_called_like_a_part_of_the_message_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "c", {"templates/a.yaml": HEAD, "values.yaml": "- a\n"})
    monkeypatch.chdir(tmp_path)
    [failure] = lint(["c"], None, LintOptions()).failures
    assert failure.message.startswith("c was not linted: nothing was rendered: ")


def test_a_file_that_is_given_twice_is_one_set(tmp_path: Path) -> None:
    folder = chart(tmp_path, one="gpu: 1\n")
    given = (folder / "ci" / "one-values.yaml", folder / "ci" / ".." / "ci" / "one-values.yaml", folder / "values.yaml")
    assert [each.value_sets for each in linted(folder, values=given).report.findings if each.path == "/bad"] == [
        ValueSets((f"{folder}/values.yaml", str(given[0])), 2)
    ]
    assert findings(folder, values=(folder / "values.yaml",))["/bad"].value_sets is None


def test_what_renders_to_no_yaml_is_told_with_the_rendered_line(tmp_path: Path) -> None:
    text = "{{- /* one\ntwo\nthree */ -}}\n" + HEAD + "gpu: {{ .Values.gpu }}\n"
    folder = chart(tmp_path, text, bad="gpu: '[a'\n")
    [failure] = linted(folder).failures
    assert failure.message.startswith(
        f"{folder}/templates/a.yaml was not linted with {folder}/ci/bad-values.yaml: "
        "line 5 of what it renders to (gpu: [a): the YAML cannot be read"
    )
    assert (failure.location, failure.exit_code) == (None, 3)


def test_what_renders_to_no_yaml_and_may_be_a_secret_is_not_quoted(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {token: {{ .Values.gpu }} }\n"
    folder = chart(tmp_path, text, bad="gpu: '[hf_abc'\n")
    [failure] = linted(folder).failures
    assert "of what it renders to: the YAML" in failure.message
    assert "hf_abc" not in failure.message


def test_a_template_that_makes_no_yaml_does_not_hide_the_others(tmp_path: Path) -> None:
    """Helm takes a key that stands twice. What such a template holds is not known, so nothing is missing for sure."""
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {a: b}, ports: [{port: 80}]}\n"
    files = {
        "templates/a.yaml": HEAD + "data: {}\ndata: {}\n",
        "templates/b.yaml": HEAD
        + "# chartgen: ignore[schema-invalid] none is here\ndata: {}\ngpu: {{ .Values.gpu }}\n",
        "templates/c.yaml": service,
        "values.yaml": "gpu: 1\n",
    }
    folder = write(tmp_path / "c", files)
    result = linted(folder, "schema-invalid", "service-selects-nothing", "suppression-unused")
    assert [(each.path, each.rule) for each in result.report.findings] == [("/gpu", "schema-invalid")]
    assert [key.path for key in result.report.findings[0].values] == ["gpu"]
    [failure] = result.failures
    assert failure.message == (
        f"{folder}/templates/a.yaml was not linted: line 5 of what it renders to (data: {{}}): "
        "the YAML cannot be read: the key 'data' stands twice in this map"
    )
    (folder / "templates" / "a.yaml").unlink()
    whole = linted(folder, "schema-invalid", "service-selects-nothing", "suppression-unused").report
    assert {each.rule for each in whole.findings} == {"schema-invalid", "service-selects-nothing", "suppression-unused"}
