"""`chartgen lint --fix`, `--diff` and `--unsafe-fixes`, as a user runs them."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest
from conftest import RULES

POD = """\
# The one that serves.
apiVersion: v1
kind: Pod  # by hand
metadata: {name: vllm}
spec:
  # on purpose
  nodeName: gpu-1   # the big one
  terminationGracePeriodSeconds: 5
  containers:
    - name: "vllm"
      image: 'vllm/vllm-openai:v0.33.0'
      resources: {limits: {nvidia.com/gpu: 1}}
      lifecycle: {preStop: {sleep: {seconds: 20}}}
"""
OTHER = "---\nkind:   ConfigMap\napiVersion: v1\nmetadata: {name:   odd }\n"
OURS = f"--rules={RULES}"
OPTIONS = (OURS, "--select=grace-short,tolerations-none,node-fixed")
SAFELY = POD.replace("Seconds: 5", "Seconds: 30") + (
    "  tolerations:\n    - key: nvidia.com/gpu\n      operator: Exists\n      effect: NoSchedule\n"
)


def test_safe_fixes_are_written_and_nothing_else_changes(chartgen, tmp_path: Path) -> None:
    file = tmp_path / "pod.yaml"
    file.write_text(POD + OTHER)
    file.chmod(0o640)
    done = chartgen("lint", "pod.yaml", *OPTIONS, "--fix", "--fail-on", "warning")
    assert file.read_text() == SAFELY + OTHER
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["pod.yaml"]
    assert done.returncode == 1
    assert "fixed 2 findings in 1 file" in done.stderr
    assert "node-fixed" in done.stdout
    assert "1 fixable with --fix --unsafe-fixes" in done.stdout
    again = chartgen("lint", "pod.yaml", *OPTIONS, "--fix")
    assert "fixed nothing" in again.stderr
    assert file.read_text() == SAFELY + OTHER


def test_unsafe_fixes_keep_the_comment_above_what_they_remove(chartgen, tmp_path: Path) -> None:
    file = tmp_path / "pod.yaml"
    file.write_text(POD)
    done = chartgen("lint", "pod.yaml", *OPTIONS, "--fix", "--unsafe-fixes", "--fail-on", "warning")
    assert done.returncode == 0
    assert file.read_text() == SAFELY.replace("  nodeName: gpu-1   # the big one\n", "")


def test_a_diff_shows_what_would_be_written(chartgen, tmp_path: Path) -> None:
    file = tmp_path / "pod.yaml"
    file.write_text(POD)
    done = chartgen("lint", "pod.yaml", *OPTIONS, "--diff")
    assert done.returncode == 1
    assert done.stdout.startswith("--- pod.yaml\n+++ pod.yaml\n@@ ")
    assert "-  terminationGracePeriodSeconds: 5\n+  terminationGracePeriodSeconds: 30\n" in done.stdout
    assert "nodeName" in done.stdout
    assert "-  nodeName" not in done.stdout
    assert "would fix 2 findings in 1 file" in done.stderr
    assert file.read_text() == POD
    assert "-  nodeName" in chartgen("lint", "pod.yaml", *OPTIONS, "--diff", "--unsafe-fixes").stdout


def test_patch_applies_the_diff(chartgen, tmp_path: Path) -> None:
    texts = {"plain.yaml": POD, "with a space.yaml": POD.rstrip(), "é.yaml": POD.replace("\n", "\r\n")}
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text.replace("name: vllm", f"name: {name[0]}").encode())
    chartgen("lint", ".", *OPTIONS, "--diff", "--unsafe-fixes", "-o", "fixes.patch")
    # Of a name without a tab behind it, GNU patch takes what stands before the first space.
    assert "+++ with a space.yaml\t\n" in (tmp_path / "fixes.patch").read_text()
    subprocess.run(["git", "apply", "-p0", "fixes.patch"], cwd=tmp_path, check=True)
    assert chartgen("lint", ".", *OPTIONS, "--diff", "--unsafe-fixes").stdout == ""


def test_a_diff_of_standard_input_and_of_nothing(chartgen) -> None:
    done = chartgen("lint", "-", *OPTIONS, "--diff", stdin=POD)
    assert done.stdout.startswith("--- <stdin>\n+++ <stdin>\n")
    clean = chartgen("lint", "-", *OPTIONS, "--diff", "--unsafe-fixes", stdin=OTHER)
    assert (clean.stdout, clean.returncode) == ("", 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fix", "--diff"], "choose one"),
        (["--unsafe-fixes"], "add --fix or --diff"),
    ],
)
def test_options_that_do_not_go_together(chartgen, tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    done = chartgen("lint", "pod.yaml", *arguments)
    assert done.returncode == 2
    assert said in done.stderr


def test_standard_input_cannot_be_fixed(chartgen) -> None:
    done = chartgen("lint", "-", "--fix", stdin=POD)
    assert done.returncode == 2
    assert "--diff" in done.stderr
    assert done.stdout == ""


def test_json_keeps_its_indentation(chartgen, tmp_path: Path) -> None:
    file = tmp_path / "pod.json"
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "vllm"},
        "spec": {
            "nodeName": "\U0001f600",
            "containers": [
                {"name": "vllm", "image": "vllm/vllm-openai:v0.33.0", "resources": {"limits": {"nvidia.com/gpu": 1}}}
            ],
        },
    }
    file.write_text(json.dumps(pod, indent="\t"))
    chartgen("lint", "pod.json", *OPTIONS, "--fix", "--unsafe-fixes")
    del pod["spec"]["nodeName"]
    pod["spec"]["tolerations"] = [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
    assert file.read_text() == json.dumps(pod, indent="\t")


def test_windows_lines_and_a_byte_order_mark_stay(chartgen, tmp_path: Path) -> None:
    file = tmp_path / "pod.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + POD.replace("\n", "\r\n").encode())
    chartgen("lint", "pod.yaml", *OPTIONS, "--fix")
    assert file.read_bytes() == b"\xef\xbb\xbf" + SAFELY.replace("\n", "\r\n").encode()


def test_a_list_and_the_files_beside_it(chartgen, tmp_path: Path) -> None:
    members = "".join(
        ("- " if index == 0 else "  ") + line + "\n" for index, line in enumerate(POD.splitlines()[1:])
    ).rstrip()
    (tmp_path / "list.yaml").write_text(f"apiVersion: v1\nkind: List\nitems:\n{members}\n")
    (tmp_path / "odd.yaml").write_text(OTHER)
    chartgen("lint", ".", *OPTIONS, "--fix")
    assert "terminationGracePeriodSeconds: 30" in (tmp_path / "list.yaml").read_text()
    assert (tmp_path / "odd.yaml").read_text() == OTHER


@pytest.mark.parametrize(("of_folder", "of_file"), [(0o500, 0o600), (0o700, 0o400)], ids=["folder", "file"])
def test_a_file_that_cannot_be_written_is_left_whole(chartgen, tmp_path: Path, of_folder: int, of_file: int) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    file = folder / "pod.yaml"
    file.write_text(POD)
    file.chmod(of_file)
    folder.chmod(of_folder)
    if os.access(folder, os.W_OK) and os.access(file, os.W_OK):
        pytest.skip("this user may write everywhere")
    done = chartgen("lint", "locked/pod.yaml", *OPTIONS, "--fix")
    folder.chmod(0o700)
    assert done.returncode == 2
    assert "was not written: Permission denied" in done.stderr
    assert file.read_text() == POD


def test_what_an_anchor_shares_is_not_fixed(chartgen, tmp_path: Path) -> None:
    shared = POD.replace("spec:\n", "spec: &spec\n").replace(
        "nodeName: gpu-1   # the big one\n", "enableServiceLinks: false\n"
    )
    text = shared + "x-other: *spec\n"
    file = tmp_path / "pod.yaml"
    file.write_text(text)
    done = chartgen("lint", "pod.yaml", OURS, "--select=grace-short", "--fix")
    assert file.read_text() == text
    assert "grace-short was not fixed" in done.stderr


def test_what_another_fix_makes_possible_is_fixed_too(chartgen, tmp_path: Path) -> None:
    """The first line cannot go while the second one refers to it; then it can."""
    body = POD.split("\n", 1)[1]
    pods = (body.replace("gpu-1", "&n gpu-1"), body.replace("gpu-1", "*n").replace("vllm}", "other}"))
    items = "".join(f"- {pod}".replace("\n", "\n  ").rstrip() + "\n" for pod in pods)
    file = tmp_path / "list.yaml"
    file.write_text(f"apiVersion: v1\nkind: List\nitems:\n{items}")
    done = chartgen("lint", "list.yaml", OURS, "--select=node-fixed", "--fix", "--unsafe-fixes")
    assert "nodeName" not in file.read_text()
    assert done.stderr.strip() == "fixed 2 findings in 1 file"


def test_the_report_carries_the_operations(chartgen) -> None:
    done = chartgen("lint", "-", *OPTIONS, "--format", "json", stdin=POD)
    fixes = {each["rule"]: each["fix"] for each in json.loads(done.stdout)["findings"]}
    assert fixes["node-fixed"] == {
        "safe": False,
        "operations": [
            {
                "op": "remove",
                "object": {"apiVersion": "v1", "kind": "Pod", "namespace": "", "name": "vllm"},
                "path": "/spec/nodeName",
            }
        ],
    }
    assert fixes["grace-short"]["operations"][0]["value"] == 30


def test_sarif_carries_the_replacement(chartgen, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(OTHER.removeprefix("---\n") + "---\n" + POD)
    done = chartgen("lint", "pod.yaml", OURS, "--select=grace-short", "--format", "sarif")
    (result,) = json.loads(done.stdout)["runs"][0]["results"]
    (fix,) = result["fixes"]
    assert fix["description"]["text"] == "set /spec/terminationGracePeriodSeconds to 30"
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "pod.yaml"
    (replacement,) = change["replacements"]
    assert replacement == {
        "deletedRegion": {"startLine": 12, "startColumn": 34, "endLine": 12, "endColumn": 35},
        "insertedContent": {"text": "30"},
    }


RULE = """\
name: node-not-{node}
title: The pod is elsewhere
severity: warning
match: {{kinds: [Pod]}}
scope: object
expression: "object.spec.?nodeName.orValue('') == '{node}'"
messageExpression: "'not on {node}'"
fix: {{safe: true, patch: [{{op: add, path: /spec/nodeName, value: {node}}}]}}
why: It is elsewhere.
remedy: Move it.
references: [https://example.com]
since: 0.1.0
examples:
  pass: [{{name: a, manifests: "{{}}"}}, {{name: b, manifests: "{{}}"}}]
  fail: [{{name: a, at: "", manifests: "{{}}"}}, {{name: b, at: "", manifests: "{{}}"}}]
"""


def test_of_two_fixes_that_undo_each_other_the_later_is_left_out(chartgen, tmp_path: Path) -> None:
    folder = tmp_path / "rules" / "own"
    folder.mkdir(parents=True)
    for node in ("gpu-a", "gpu-b"):
        (folder / f"node-not-{node}.yaml").write_text(RULE.format(node=node))
    file = tmp_path / "pod.yaml"
    file.write_text(POD)
    chosen = "node-not-gpu-a,node-not-gpu-b,grace-short"
    done = chartgen("lint", "pod.yaml", OURS, "--rules", "rules", "--select", chosen, "--fix")
    assert file.read_text() == POD.replace("gpu-1", "gpu-a").replace("Seconds: 5", "Seconds: 30")
    assert "node-not-gpu-b was not fixed: another fix, which comes before it, undoes it" in done.stderr
    assert "fixed 2 findings in 1 file" in done.stderr


def test_what_is_suppressed_is_not_fixed(chartgen, tmp_path: Path) -> None:
    text = POD.replace("  nodeName: gpu-1   # the big one", "  nodeName: gpu-1  # chartgen: ignore[node-fixed] ours")
    (tmp_path / "pod.yaml").write_text(text)
    chartgen("lint", "pod.yaml", OURS, "--select=node-fixed", "--fix", "--unsafe-fixes")
    assert (tmp_path / "pod.yaml").read_text() == text


def test_charts_are_told_what_to_change(chartgen, tmp_path: Path) -> None:
    chart = tmp_path / "web"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 0.1.0\n")
    (chart / "values.yaml").write_text("grace: 5\n")
    template = POD.replace("Seconds: 5", "Seconds: {{ .Values.grace }}")
    (chart / "templates" / "pod.yaml").write_text(template)
    done = chartgen("lint", "web", OURS, "--select=grace-short", "--fix")
    assert "= fix (by hand): set /spec/terminationGracePeriodSeconds to 30" in done.stdout
    assert "1 with a fix to make in the chart itself, in the values grace" in done.stdout
    assert "fixed nothing" in done.stderr
    assert (chart / "templates" / "pod.yaml").read_text() == template
