"""`chartgen diff` and `chartgen lint --against` as a user runs them: what they take, print and end with."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import ROOT, RULES, Run
from upgrade_objects import GPU_POD, made, overlaid, text

EXAMPLES = ROOT / "examples"
DISK = EXAMPLES / "aks-spot-azure-disk.yaml"
OLD = text(made("StatefulSet", {}), made("Secret", {"stringData": {"token": "hf_x"}}), made("Service", {}))
NEW = text(
    made("StatefulSet", {"spec": {"serviceName": "pods", "template": {"spec": {**GPU_POD, "hostIPC": True}}}}),
    made("Service", {"metadata": {"labels": {"helm.sh/chart": "vllm-0.2.0"}}}),
    made("ConfigMap", {}),
)


@pytest.fixture
def sides(tmp_path: Path) -> list[str]:
    (tmp_path / "old.yaml").write_text(OLD)
    (tmp_path / "new.yaml").write_text(NEW)
    return ["old.yaml", "new.yaml"]


def test_text(chartgen: Run, sides: list[str]) -> None:
    result = chartgen("diff", *sides)
    assert result.returncode == 1
    assert (
        result.stdout
        == """\
error[data-object-removed]: Secret vllm is removed: what only the Secret holds is lost
   = help: Keep the object in the chart. Or annotate the old version and install that once:
           helm.sh/resource-policy: keep for Helm, and argocd.argoproj.io/sync-options:
           Prune=false,Delete=false for Argo CD.

error[immutable-field-changed]: StatefulSet vllm: spec.serviceName cannot change
   = the API server answers: spec: Forbidden: updates to statefulset spec for fields other than
                             'replicas', 'ordinals', 'template', 'updateStrategy',
                             'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and
                             'minReadySeconds' are forbidden
   = help: Keep the old values. If they have to change, delete the StatefulSet with
           --cascade=orphan, which leaves its pods and claims, and upgrade; claims that exist keep
           their size and class.

info[gpu-restart-on-upgrade]: StatefulSet vllm: its pod with 1 GPU is replaced and loads the model again; that \
takes no free GPU

+ ConfigMap vllm
- Secret vllm
~ StatefulSet vllm
    spec.serviceName            vllm -> pods  cannot change
    spec.template.spec.hostIPC  not set -> true

note: metadata.labels['helm.sh/chart'] differs in 1 object, which does nothing
1 added, 2 changed and 1 removed of 4 objects: 2 errors
"""
    )


def test_json_is_as_its_schema_says(chartgen: Run, sides: list[str]) -> None:
    schema = json.loads(chartgen("schema", "diff").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    closed = _closed(schema)
    for options in ([*sides], [*reversed(sides)], [str(DISK), str(EXAMPLES / "aks-spot-azure-files.yaml")]):
        found = json.loads(chartgen("diff", *options, "--format", "json").stdout)
        jsonschema.Draft202012Validator(closed).validate(found)


def _closed(schema: Any) -> Any:
    """The schema with every object closed: a key that it does not describe is a mistake here."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _closed(value) for key, value in schema.items()}
    return {**inner, "additionalProperties": False} if isinstance(schema.get("properties"), dict) else inner


def test_markdown(chartgen: Run, tmp_path: Path) -> None:
    name = "a|b @all <b>"
    (tmp_path / "old.yaml").write_text(text(made("ConfigMap", {"data": {"k": "1"}}, name=name)))
    (tmp_path / "new.yaml").write_text(text(made("ConfigMap", {"data": {"k": "![x](http://e)"}}, name=name)))
    lines = chartgen("diff", "old.yaml", "new.yaml", "--format", "markdown").stdout.splitlines()
    assert lines[:2] == ["<!-- chartgen diff -->", "**chartgen:** 1 changed: nothing that fails"]
    body = "\n".join(lines[2:])
    assert [mark for mark in ("<b>", "@all", "![", "a|b", "http://e") if mark in body] == []


def test_markdown_fits_in_a_comment(chartgen: Run, tmp_path: Path) -> None:
    many = [made("ConfigMap", {"data": {"k": "1" * 50}}, name=f"c{number}") for number in range(2000)]
    (tmp_path / "old.yaml").write_text(text(*many))
    (tmp_path / "new.yaml").write_text(text(*(overlaid(each, {"data": {"k": "2" * 50}}) for each in many)))
    said = chartgen("diff", "old.yaml", "new.yaml", "--format", "markdown").stdout
    assert len(said) < 65_536
    assert "more objects." in said
    fixed = [overlaid(each, {"immutable": True}) for each in many]
    (tmp_path / "old.yaml").write_text(text(*fixed))
    (tmp_path / "new.yaml").write_text(text(*(overlaid(each, {"data": {"k": "2" * 50}}) for each in fixed)))
    said = chartgen("diff", "old.yaml", "new.yaml", "--format", "markdown").stdout
    assert len(said) < 65_536
    assert "2000 errors" in said
    assert "more verdicts" in said


def test_output_and_fail_on(chartgen: Run, sides: list[str], tmp_path: Path) -> None:
    result = chartgen("diff", *sides, "-o", "out.txt", "--fail-on", "never")
    assert (result.returncode, result.stdout) == (0, "")
    assert "cannot change" in (tmp_path / "out.txt").read_text()
    assert chartgen("diff", "new.yaml", "new.yaml", "--fail-on", "info").returncode == 0
    assert chartgen("diff", "new.yaml", "new.yaml").stdout == "no differences in 3 objects\n"


def test_standard_input(chartgen: Run, sides: list[str]) -> None:
    by_name = chartgen("diff", *sides).stdout
    assert chartgen("diff", "-", "new.yaml", stdin=OLD).stdout == by_name
    assert chartgen("diff", "old.yaml", "-", stdin=NEW).stdout == by_name


@pytest.mark.usefixtures("sides")
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["-", "-"], 2, "both sides are standard input"),
        (["-", "new.yaml"], 3, "nothing was compared: standard input holds no object"),
        (["nowhere.yaml", "new.yaml"], 3, "nowhere.yaml cannot be read"),
        (["broken.yaml", "new.yaml"], 3, "nothing was compared: broken.yaml cannot be read"),
        (["new.yaml", "wrong-values.yaml"], 3, "gpu.type"),
        (["new.yaml", "new.yaml", "--spare-gpus", "-1"], 2, "--spare-gpus"),
    ],
)
def test_refuses(arguments: list[str], code: int, words: str, chartgen: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("a: [\n")
    (tmp_path / "wrong-values.yaml").write_text(DISK.read_text().replace("nvidia-t4", "nvidia-t5"))
    result = chartgen("diff", *arguments)
    assert (result.returncode, result.stdout) == (code, "")
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_values_files_charts_archives_and_manifests_say_the_same(chartgen: Run, tmp_path: Path) -> None:
    newer, chart, manifests = tmp_path / "newer.yaml", tmp_path / "out" / "vicuna", tmp_path / "manifests.yaml"
    newer.write_text(DISK.read_text().replace("replicas: 2", "replicas: 3"))
    chartgen("render", newer, "-o", "out", "--manifests", manifests, "--no-lint")
    archive = tmp_path / "newer.tgz"
    subprocess.run(["tar", "-czf", archive, "-C", chart.parent, chart.name], check=True)
    by_values = chartgen("diff", DISK, newer)
    assert "spec.replicas  2 -> 3" in by_values.stdout
    assert by_values.returncode == 0
    for new in (chart, archive, manifests):
        assert chartgen("diff", DISK, new).stdout == by_values.stdout


def test_one_of_the_charts_of_a_values_file(chartgen: Run) -> None:
    """The device plugin is a release of its own, which the upgrade of the model's chart neither adds nor removes."""
    values = EXAMPLES / "aks-daemonset.yaml"
    chartgen("render", values, "-o", "out", "--no-lint")
    for chart, count in (("mistral", 4), ("mistral-device-plugin", 1)):
        for sides in ((values, f"out/{chart}"), (f"out/{chart}", values)):
            same = f"no differences in {count} object{'' if count == 1 else 's'}\n"
            assert chartgen("diff", *sides).stdout == same
    assert chartgen("diff", values, values).stdout == "no differences in 5 objects\n"


def test_a_choice(chartgen: Run, tmp_path: Path) -> None:
    newer = tmp_path / "newer.yaml"
    newer.write_text(DISK.read_text().replace("backend: azure-disk", "backend: azure-files"))
    result = chartgen("diff", DISK, newer)
    assert "storage.backend was azure-disk and is azure-files" in result.stdout
    assert "Render a new release beside it" in result.stdout
    monitored = tmp_path / "monitored.yaml"
    monitored.write_text(DISK.read_text() + "monitoring:\n  kind: podMonitor\n")
    result = chartgen("diff", DISK, monitored)
    assert "info[choice-changed]: monitoring.kind was none and is podMonitor" in result.stdout
    assert "beside it" not in result.stdout


def test_two_releases_that_have_nothing_in_common(chartgen: Run, tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text(text(made("ConfigMap", {}, name="a")))
    (tmp_path / "new.yaml").write_text(text(made("ConfigMap", {}, name="b")))
    assert "warning[nothing-in-common]" in chartgen("diff", "old.yaml", "new.yaml").stdout


# Each test that needs a rule is named after it: a rule that is gone takes only its own with it.
@pytest.mark.usefixtures("sides")
@pytest.mark.parametrize(
    ("rule", "severity", "file"),
    [
        ("data-object-removed", "error", "old.yaml"),
        ("gpu-restart-on-upgrade", "info", "new.yaml"),
        ("immutable-field-changed", "error", "new.yaml"),
    ],
)
def test_lint_against(chartgen: Run, rule: str, severity: str, file: str) -> None:
    with_old = chartgen("lint", "new.yaml", "--select", rule, "--against", "old.yaml", "--format", "json")
    findings = json.loads(with_old.stdout)["findings"]
    assert [(each["rule"], each["severity"], each["location"]["file"]) for each in findings] == [(rule, severity, file)]
    assert with_old.returncode == (1 if severity == "error" else 0)


@pytest.mark.usefixtures("sides")
def test_lint_without_an_old_version_or_with_one_that_cannot_be_read(chartgen: Run) -> None:
    rules = "--select=upgrade"
    alone = chartgen("lint", "new.yaml", rules, "--show-unknown", "--format", "json")
    assert (alone.returncode, json.loads(alone.stdout)["findings"]) == (0, [])
    assert chartgen("lint", "new.yaml", rules, "--against", "nowhere.yaml").returncode == 3
    from_pipe = chartgen("lint", "new.yaml", rules, "--against", "-", stdin=OLD)
    assert (from_pipe.returncode, "--against takes no standard input" in from_pipe.stderr) == (2, True)


def test_lint_against_with_sets_of_values(chartgen: Run, tmp_path: Path) -> None:
    for version, size in (("old", 50), ("new", 20)):
        chart = tmp_path / version / "models"
        (chart / "templates").mkdir(parents=True)
        (chart / "ci").mkdir()
        (chart / "Chart.yaml").write_text("apiVersion: v2\nname: models\nversion: 0.1.0\n")
        (chart / "values.yaml").write_text("extra: 0\n")
        (chart / "ci" / "large-values.yaml").write_text("extra: 100\n")
        claim = made("PersistentVolumeClaim", {"spec": {"resources": {"requests": {"storage": "SIZE"}}}})
        template = text(claim).replace('"SIZE"', f"{{{{ add .Values.extra {size} }}}}Gi")
        (chart / "templates" / "claim.yaml").write_text(template)
    ours = ("--rules", RULES, "--select=field-refused")
    result = chartgen("lint", "new/models", *ours, "--against", "old/models", "--format", "json")
    findings = json.loads(result.stdout)["findings"]
    assert {each["rule"] for each in findings} == {"field-refused"}
    assert result.returncode == 1


def test_a_suppression_in_the_old_version(chartgen: Run, tmp_path: Path) -> None:
    reason = {"chartgen.dev/ignore.data-lost": "its content moved to the vault"}
    (tmp_path / "old.yaml").write_text(text(made("Secret", {"metadata": {"annotations": reason}})))
    (tmp_path / "new.yaml").write_text(text(made("ConfigMap", {})))
    result = chartgen("lint", "new.yaml", "--rules", RULES, "--select=data-lost", "--against", "old.yaml")
    assert (result.returncode, "data-lost" in result.stdout) == (0, False)
