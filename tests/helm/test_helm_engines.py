"""The Helm engines: which one answers, and that each says what `helm template` would."""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path

import pytest
from chart_folders import folder, stand_in

from chartgen import helm, manifests
from chartgen.errors import HelmMissing, RenderError, UsageError
from chartgen.helm import HelmEngine

ASKED = {"release": "demo", "namespace": "llm", "values": None, "kube_version": None}


@pytest.fixture(params=["embedded", "binary"])
def engine(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HelmEngine:
    """Each engine; the binary is a stand-in that answers helm's command line with the same Helm library."""
    if request.param == "binary":
        monkeypatch.setenv("PATH", str(stand_in(tmp_path / "bin")))
    return helm.engine(request.param)


def test_both_engines_render_the_same(engine: HelmEngine, tmp_path: Path) -> None:
    chart = folder(
        tmp_path / "c",
        {
            "templates/b.yaml": "text: {{ $.Values.a.b | quote }}\nat: {{ .Release.Namespace }}/{{ .Release.Name }}\n",
            "templates/a.yaml": "version: {{ $.Capabilities.KubeVersion.Minor }}\n",
            "templates/empty.yaml": "{{- if false }}\nx: 1\n{{- end }}\n",
            "templates/_part.tpl": "part: 1\n",
            "templates/NOTES.txt": "read me\n",
            "values.yaml": "a: {b: yes}\n",
        },
    )
    given = {**ASKED, "values": {"a": {"b": "\U0001f600 \x7f"}}, "kube_version": "1.31"}
    found = engine.render(chart, **given)
    assert [file.template for file in found] == ["c/templates/a.yaml", "c/templates/b.yaml"]
    assert found[0].text.strip() == "version: 31"
    assert '"\U0001f600 \\x7f"' in found[1].text
    assert "at: llm/demo" in found[1].text


def test_a_separator_that_is_glued_to_a_document_ends_the_one_before(engine: HelmEngine, tmp_path: Path) -> None:
    begin = "{{- range $at := list 1 2 }}\n---\n{{- if true -}}\n"
    text = begin + "kind: A\ntext: |\n  ---b\nat: {{ $at }}\n{{- end }}\n{{- end }}\n"
    (file,) = engine.render(folder(tmp_path / "c", {"templates/a.yaml": text}), **ASKED)
    assert [each.object for each in manifests.from_text(file.text, "a.yaml")] == [
        {"kind": "A", "text": "---b\n", "at": at} for at in (1, 2)
    ]


def test_values_are_read_as_helm_reads_them(engine: HelmEngine, tmp_path: Path) -> None:
    text = "a: yes\nb: 010\nc: 1e3\nd: 1000000\ny: 1\ne: \U0001f600\nf: '\\n'\n"
    chart = folder(tmp_path / "c", {"values.yaml": text})
    assert engine.values(chart) == {
        "a": True,
        "b": 8,
        "c": 1000,
        "d": 1000000,
        "true": 1,
        "e": "\U0001f600",
        "f": "\\n",
    }


def test_lint_tells_warnings_and_errors(engine: HelmEngine, tmp_path: Path) -> None:
    assert engine.lint(folder(tmp_path / "c", {"templates/a.yaml": "kind: A\nmetadata: {name: a}\n"})) == []
    wrong = engine.lint(folder(tmp_path / "d", {"Chart.yaml": "apiVersion: v2\nname: d\nversion: 1\n"}))
    assert wrong
    assert all(line.startswith(("warning: ", "error: ")) for line in wrong)


def test_a_folder_is_packed_with_other_versions(engine: HelmEngine, tmp_path: Path) -> None:
    chart = folder(tmp_path / "c", {".helmignore": "*.bak\n", "a.bak": "old", "templates/a.yaml": "a: 1\n"})
    (tmp_path / "out").mkdir()
    made = engine.package(chart, tmp_path / "out", version="1.2.3", app_version="4.5")
    assert made == tmp_path / "out" / "c-1.2.3.tgz"
    with tarfile.open(made) as archive:
        assert "c/a.bak" not in archive.getnames()
        metadata = archive.extractfile("c/Chart.yaml")
        assert metadata is not None
        assert {b'appVersion: "4.5"', b"version: 1.2.3"} <= set(metadata.read().splitlines())
    with pytest.raises(RenderError, match=r"the chart was not packed: .*Chart\.yaml"):
        engine.package(tmp_path, tmp_path / "out", version=None, app_version=None)


def test_the_binary_signs_nothing_and_says_what_does(engine: HelmEngine, tmp_path: Path) -> None:
    (tmp_path / "ring").write_bytes(b"")
    archive = engine.package(folder(tmp_path / "c", {}), tmp_path, version=None, app_version=None)
    with pytest.raises(RenderError, match=r"was not signed") as caught:
        engine.sign(archive, key="Ada", keyring=tmp_path / "ring", passphrase_file=None)
    assert ("chartgen[helm]" in caught.value.remedy) == (engine.name == "binary")


def test_helms_words_are_kept(engine: HelmEngine, tmp_path: Path) -> None:
    chart = folder(tmp_path / "c", {"templates/a.yaml": '{{ fail "no GPU here" }}'})
    with pytest.raises(RenderError, match=r"nothing was rendered: .*no GPU here") as caught:
        engine.render(chart, **ASKED)
    assert caught.value.exit_code == 4
    with pytest.raises(RenderError):
        engine.render(tmp_path / "absent", **ASKED)


def test_a_schema_refuses_values(engine: HelmEngine, tmp_path: Path) -> None:
    schema = '{"properties": {"a": {"type": "integer"}}}'
    chart = folder(tmp_path / "c", {"values.schema.json": schema})
    with pytest.raises(RenderError, match="at '/a': got string, want integer"):
        engine.render(chart, **{**ASKED, "values": {"a": "x"}})


@pytest.mark.parametrize("release", ["Upper", "a_b", "-a", "a" * 54, ""])
def test_a_release_name_that_helm_refuses(engine: HelmEngine, tmp_path: Path, release: str) -> None:
    with pytest.raises(RenderError):
        engine.render(folder(tmp_path / "c", {}), **{**ASKED, "release": release})


def test_a_cluster_version_outside_the_charts_range(tmp_path: Path) -> None:
    metadata = 'apiVersion: v2\nname: c\nversion: 0.1.0\nkubeVersion: ">=1.30.0-0"\n'
    chart = folder(tmp_path / "c", {"Chart.yaml": metadata, "templates/a.yaml": "a: 1\n"})
    engine = helm.engine("embedded")
    assert len(engine.render(chart, **{**ASKED, "kube_version": "1.30"})) == 1
    with pytest.raises(RenderError, match=r"requires kubeVersion >=1\.30\.0-0, which 1\.29\.3 does not satisfy"):
        engine.render(chart, **{**ASKED, "kube_version": "1.29.3"})
    with pytest.raises(RenderError):
        engine.render(chart, **{**ASKED, "kube_version": "banana"})


def test_a_recursion_does_not_print_pages(tmp_path: Path) -> None:
    chart = folder(
        tmp_path / "c", {"templates/a.yaml": '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}'}
    )
    with pytest.raises(RenderError) as caught:
        helm.engine("embedded").render(chart, **ASKED)
    assert len(caught.value.message) < 2000


def test_auto_takes_the_embedded_helm_then_the_binary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert helm.engine().name == "embedded"
    monkeypatch.setitem(sys.modules, "helm_python", None)
    monkeypatch.setenv("PATH", str(stand_in(tmp_path / "bin")))
    found = helm.engine()
    assert found.name == "binary"
    assert found.version() == "v4.0.0"


@pytest.mark.parametrize(
    ("choice", "words"),
    [("auto", ["chartgen[helm]", "PATH"]), ("embedded", ["chartgen[helm]"]), ("binary", ["PATH"])],
)
def test_without_helm_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, choice: str, words: list[str]
) -> None:
    monkeypatch.setitem(sys.modules, "helm_python", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HelmMissing) as caught:
        helm.engine(choice)
    assert all(word in caught.value.remedy for word in words)


def test_an_unknown_engine_is_a_wrong_option() -> None:
    with pytest.raises(UsageError, match="no Helm engine called tiller"):
        helm.engine("tiller")
