"""Marks in templates change nothing but add themselves, and each leads to the line that it stands in."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml
from chart_folders import folder
from hypothesis import given, settings
from hypothesis import strategies as st

from chartgen import helm
from chartgen.errors import RenderError
from chartgen.helm.marking import Marks, boxed, marked, unboxed, word, writers
from chartgen.helm.origins import origins

HELPERS = """\
{{- define "block" -}}
h0: x
{{- if true }}
h1: {{ printf "%s" "x" -}}
{{ end }}
h2: x
{{- end -}}
{{ define "inline" }}in{{ end }}
"""
# `KEY` becomes a word of its own each time, so that a rendered line tells which line of the template it is from.
FRAGMENTS = (
    "KEY: 1",
    "KEY: {{ 1 }}",
    "KEY: {{- 1 | toYaml | nindent 2 }}",
    "{{ `KEY` }}: 2 # {{ 3 -}}",
    "{{- if true }}\nKEY: 1\n{{- else }}\nno: 1\n{{- end }}",
    "{{ if false -}}\nno: 1\n{{- end }}",
    "{{- range $i, $e := list 1 2 }}\nKEY{{ $i }}: {{ $e }}\n{{- end }}",
    "{{- with dict `KEY` (list 1 `a`) }}{{ toYaml . | nindent 0 }}{{ end }}",
    "KEY: a\n{{- `-b` }}",
    "{{ `KEY` -}}\n: {{ 2 -}}\n{{ `c` }}",
    '{{- "\\nKEY: 5" -}}',
    "{{/* a comment\nover lines */}}",
    "{{- /* another */ -}}",
    "{{ $x := 1 -}}",
    '{{ include "block" . }}',
    "KEY:\n  {{- include `block` . | nindent 2 }}",
    'KEY: {{ include "inline" . }}-{{ template "inline" . }}',
    "KEY: |\n  {{ `a` }}\n\n  b {{- ` c` }}",
    "{{ `KEY` }}{{ `: a` }}{{- /* x */ -}}{{ `` }}",
    "",
    "   ",
    "# KEY {{ 1 }}",
)


def template(chosen: list[str], between: list[str]) -> str:
    numbered = (text.replace("KEY", f"key{number}x") for number, text in enumerate(chosen))
    return "".join(text + gap for text, gap in zip(numbered, between, strict=False))


def rendered(chart: Path) -> str:
    files = helm.engine().render(chart, release="r", namespace="n", values=None, kube_version=None)
    return next((file.text for file in files), "")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=8),
    st.lists(st.sampled_from(["\n", "\n\n", "\r\n", "\n{{- `` }}\n", "{{ `` -}}\n"]), min_size=8, max_size=8),
)
def test_what_is_rendered_stays_and_every_line_is_found_again(chosen: list[str], between: list[str]) -> None:
    text = template(chosen, between)
    with tempfile.TemporaryDirectory() as scratch:
        chart = folder(Path(scratch) / "web", {"templates/a.yaml": text, "templates/_h.tpl": HELPERS})
        try:
            clean = rendered(chart)
        except RenderError:
            return
        templates = {"templates/a.yaml": text, "templates/_h.tpl": HELPERS}
        marks = Marks(word(list(templates.values())))
        assert writers(templates) == {"block": True}
        for file, each in templates.items():
            written = marked(each, file, marks, frozenset(writers(templates)))
            (chart / file).write_bytes((boxed(written, 0, marks.word) if "_h" not in file else written).encode())
        answer = rendered(chart)
        found = origins(clean, unboxed(answer, marks.word), marks.word)
    assert yaml.safe_load(answer).keys() == {marks.word}
    assert found.whole
    assert not found.blamed
    for number, line in enumerate(clean.split("\n"), 1):
        shown = line.strip()
        key = shown.partition(":")[0].partition("#")[0]
        runs = found.at(number, len(line) - len(line.lstrip()) + 1)
        if key.startswith("key") and key != shown:
            run = marks.runs[runs[-1]]
            source = text.split("\n")[run.line - 1]
            assert (run.file, key.rstrip("01").partition("x")[0] in source) == ("templates/a.yaml", True)
        elif key in ("h0", "h1", "h2"):
            assert (marks.runs[runs[-1]].file, marks.runs[runs[-1]].line) == (
                "templates/_h.tpl",
                {"h0": 2, "h1": 4, "h2": 6}[key],
            )
