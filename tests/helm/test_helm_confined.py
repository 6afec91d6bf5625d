"""Charts of strangers are rendered in a child process that a template cannot take down the program with."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from chart_folders import folder

from chartgen import helm
from chartgen.errors import RenderError

ASKED = {"release": "demo", "namespace": "llm", "values": None, "kube_version": None}


def test_a_decent_chart_renders_as_in_process(tmp_path: Path) -> None:
    chart = folder(tmp_path / "c", {"templates/a.yaml": "a: {{ .Values.b }}\n", "values.yaml": "b: 1\n"})
    given = {**ASKED, "values": {"b": "\u00fc"}, "kube_version": "1.31"}
    assert helm.render_untrusted(chart, **given) == helm.engine("embedded").render(chart, **given)


def test_helms_words_come_through(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="no GPU here"):
        helm.render_untrusted(folder(tmp_path / "c", {"templates/a.yaml": '{{ fail "no GPU here" }}'}), **ASKED)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
@pytest.mark.parametrize("template", ['{{ repeat 900000000 "abcdefgh" }}', "{{ range until 300000000 }}x{{ end }}"])
def test_a_template_without_measure_ends_alone(tmp_path: Path, template: str) -> None:
    chart = folder(tmp_path / "c", {"templates/a.yaml": template})
    with pytest.raises(RenderError, match="beyond 512 MiB of memory") as caught:
        helm.render_untrusted(chart, **ASKED, megabytes=512, seconds=30)
    assert "huge count" in caught.value.remedy


def test_a_template_without_end_is_stopped(tmp_path: Path) -> None:
    nested = "{{ range until 9999 }}{{ range until 9999 }}{{ if false }}x{{ end }}{{ end }}{{ end }}"
    start = time.monotonic()
    with pytest.raises(RenderError, match=r"not done after 0\.5 s"):
        helm.render_untrusted(folder(tmp_path / "c", {"templates/a.yaml": nested}), **ASKED, seconds=0.5)
    assert time.monotonic() - start < 10


def test_nothing_is_imported_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = folder(tmp_path / "c", {"templates/a.yaml": "a: 1\n", "json.py": "raise SystemExit('imported')\n"})
    folder(chart / "chartgen", {"__init__.py": "raise SystemExit('imported')\n"})
    monkeypatch.chdir(chart)
    monkeypatch.setenv("PYTHONPATH", "")
    assert len(helm.render_untrusted(Path(), **ASKED)) == 1
