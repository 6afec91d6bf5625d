"""Findings on charts name the keys of the values that feed the field: those that were seen to, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from linted_charts import findings, keys, write

from chartgen.model.location import Location
from chartgen.pipeline.lint import LintOptions, lint

MOVES = "image-moves"
IMAGE = "/spec/containers/0/image"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n"
VALUES = """\
image:
  repository: vllm/vllm-openai
  tag: latest
other:
  tag: latest
flag: true
"""


def chart_of(path: Path, containers: str, values: str = VALUES, helpers: str = "") -> Path:
    files = {"templates/pod.yaml": POD + containers, "templates/_helpers.tpl": helpers, "values.yaml": values}
    return write(path / "web", files)


def container(image: str) -> str:
    return f"  containers:\n  - name: a\n    image: {image}\n"


@pytest.mark.parametrize(
    ("containers", "helpers"),
    [
        pytest.param(container('"{{ .Values.image.repository }}:{{ .Values.image.tag }}"'), "", id="plain"),
        pytest.param(
            "  {{- with .Values.image }}\n" + container("{{ .repository }}:{{ .tag }}") + "  {{- end }}\n",
            "",
            id="with",
        ),
        pytest.param(
            "  {{- $i := .Values.image }}\n" + container('{{ printf "%s:%s" $i.repository $i.tag }}'), "", id="variable"
        ),
        pytest.param(
            container('{{ include "image" .Values.image }}'),
            '{{ define "image" }}{{ .repository }}:{{ .tag }}{{ end }}',
            id="helper",
        ),
        pytest.param(
            '  containers:\n  {{- include "one" (dict "i" .Values.image "name" "a") | nindent 2 }}\n',
            '{{ define "one" }}\n- name: {{ .name }}\n  image: {{ .i.repository }}:{{ .i.tag }}\n{{ end }}',
            id="dict",
        ),
        pytest.param(container('{{ index .Values "image" "repository" }}:{{ (.Values.image).tag }}'), "", id="index"),
        pytest.param(
            container(
                "{{ if .Values.flag }}{{ .Values.image.repository }}:{{ .Values.image.tag }}{{ else }}x:latest{{ end }}"
            ),
            "",
            id="condition",
        ),
    ],
)  # fmt: skip
def test_the_keys_that_feed_a_field_are_named_with_their_lines(tmp_path: Path, containers: str, helpers: str) -> None:
    chart = chart_of(tmp_path, containers, helpers=helpers)
    found = keys(chart, findings(chart, MOVES)[IMAGE])
    assert sorted(found) == [("image.repository", "values.yaml", 2), ("image.tag", "values.yaml", 3)]


@pytest.mark.parametrize(
    "image",
    [
        pytest.param("vllm/vllm-openai:latest # {{ .Values.image.tag }}", id="comment"),
        pytest.param(
            'vllm/vllm-openai:{{ if eq .Values.image.tag "latest" }}latest{{ else }}x{{ end }}', id="compared"
        ),
        pytest.param("vllm/vllm-openai:{{ ternary `latest` `x` .Values.flag }}", id="chosen"),
        pytest.param("vllm/vllm-openai:{{ .Values.missing | default `latest` | trunc 0 }}latest", id="cut-off"),
    ],
)
def test_a_key_that_is_only_looked_at_is_not_named(tmp_path: Path, image: str) -> None:
    chart = chart_of(tmp_path, container(image))
    assert keys(chart, findings(chart, MOVES)[IMAGE]) == []


def test_a_key_without_a_default_can_be_set(tmp_path: Path) -> None:
    chart = chart_of(tmp_path, container("vllm/vllm-openai:{{ .Values.image.release | default `latest` }}"))
    assert keys(chart, findings(chart, MOVES)[IMAGE]) == [("image.release", None, None)]


def test_elements_of_lists_have_their_number(tmp_path: Path) -> None:
    values = "servers:\n- name: a\n  image: a:1.0\n- name: b\n  image: b:latest\n"
    text = (
        "  containers:\n  {{- range .Values.servers }}\n  - name: {{ .name }}\n    image: {{ .image }}\n  {{- end }}\n"
    )
    chart = chart_of(tmp_path, text, values)
    assert keys(chart, findings(chart, MOVES)["/spec/containers/1/image"]) == [("servers[1].image", "values.yaml", 5)]


def test_a_field_that_is_absent_can_come_from_a_key(tmp_path: Path) -> None:
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: {a: b}}\n"
    text += "  template:\n    metadata: {labels: {a: b}}\n    spec:\n      {{- with .Values.podTolerations }}\n"
    text += "      tolerations: {{- toYaml . | nindent 6 }}\n      {{- end }}\n      containers:\n      - name: a\n"
    text += "        image: vllm/vllm-openai:v0.11.0\n        args: [--model, a/b]\n"
    text += "        resources: {limits: {nvidia.com/gpu: 1}}\n"
    chart = write(tmp_path / "web", {"templates/a.yaml": text, "values.yaml": "podTolerations: []\nother: []\n"})
    finding = findings(chart, "tolerations-none")["/spec/template/spec/tolerations"]
    assert keys(chart, finding) == [("podTolerations", "values.yaml", 1)]


@pytest.mark.parametrize("between", [" ", "\n    "])
def test_a_map_that_is_written_out_comes_from_its_key(tmp_path: Path, between: str) -> None:
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n"
    text += f"  selector:{between}{{{{- toYaml .Values.pods | nindent 4 }}}}\n"
    text += "  template:\n    metadata: {labels: {app: a, app.kubernetes.io/version: v1}}\n    spec:\n"
    text += "      containers: [{name: a, image: a:v1}]\n"
    defaults = "pods: {matchLabels: {app: a}}\n"
    chart = write(tmp_path / "web", {"templates/a.yaml": text, "values.yaml": defaults})
    given = tmp_path / "web/prod.yaml"
    given.write_text("pods: {matchLabels: {app.kubernetes.io/version: v1}}\n")
    finding = findings(chart, "version-selected", values=(given,))["/spec/selector"]
    assert keys(chart, finding) == [("pods", "prod.yaml", 1)]


def test_a_list_that_a_set_replaces_hides_what_the_defaults_have_in_it(tmp_path: Path) -> None:
    values = "servers:\n- {image: a, tag: v1}\n"
    text = "  containers:\n  {{- range .Values.servers }}\n"
    text += "  - {name: a, image: '{{ .image }}:{{ .tag | default `latest` }}'}\n  {{- end }}\n"
    chart = chart_of(tmp_path, text, values)
    given = tmp_path / "prod.yaml"
    given.write_text("servers:\n- {image: b}\n")
    finding = findings(chart, MOVES, values=(given,))[IMAGE]
    assert [(each.path, each.location and each.location.line) for each in finding.values] == [
        ("servers[0].image", 2),
        ("servers[0].tag", None),
    ]


def test_keys_of_a_subchart_begin_with_its_name(tmp_path: Path) -> None:
    pod = POD + container("{{ .Values.image }}:{{ .Values.global.tag }}")
    chart = write(
        tmp_path / "web",
        {
            "charts/engine/templates/pod.yaml": pod,
            "charts/engine/values.yaml": "image: vllm\n",
            "templates/a.yaml": "",
            "values.yaml": "global:\n  tag: latest\n",
        },
    )
    found = keys(chart, findings(chart, MOVES)[IMAGE])
    assert found == [("engine.image", None, None), ("global.tag", "values.yaml", 2)]


def test_a_schema_of_the_values_refuses_nothing_but_the_key(tmp_path: Path) -> None:
    chart = chart_of(tmp_path, container("{{ .Values.image.repository }}:{{ .Values.image.tag }}"))
    (chart / "values.schema.json").write_text(
        '{"properties": {"image": {"properties": {"repository": {"const": "vllm/vllm-openai"}}}}}'
    )
    assert keys(chart, findings(chart, MOVES)[IMAGE]) == [("image.tag", "values.yaml", 3)]


def test_a_values_file_of_chartgen_is_named_itself(tmp_path: Path) -> None:
    text = "model: {id: Qwen/Qwen2.5-7B-Instruct}\ngpu: {type: nvidia-l4}\ncluster: {provider: generic}\n"
    text += "storage: {backend: empty-dir}\npod:\n  extraContainers:\n  - name: side\n    image: a:1.0.0\n    bad: 1\n"
    text += "    resources: {limits: {cpu: 1, memory: 1Gi}}\n"
    file = tmp_path / "values.yaml"
    file.write_text(text)
    result = lint([str(file)], None, LintOptions(select=("schema-invalid",)))
    [finding] = result.report.findings
    assert finding.template is None
    assert [(each.path, each.location) for each in finding.values] == [
        ("pod.extraContainers[0].bad", Location(str(file), 9, 5))
    ]


def test_what_renames_all_objects_is_told_of_names_alone(tmp_path: Path) -> None:
    folder = chart_of(tmp_path, container('{{ .Values.fullnameOverride | default "web" }}:{{ .Values.image.tag }}'))
    assert keys(folder, findings(folder, MOVES)[IMAGE]) == [("image.tag", "values.yaml", 3)]
    service = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.nameOverride | default (repeat 64 "a") }}\n'
    named = write(tmp_path / "named", {"templates/service.yaml": service + "spec: {ports: [{port: 80}]}\n"})
    assert keys(named, findings(named, "name-too-long")["/metadata/name"]) == [("nameOverride", None, None)]
