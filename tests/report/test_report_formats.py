"""Every format, through the command line, on a file whose name and content mean harm."""

from __future__ import annotations

import json
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import RULES, Run

from chartgen.report.formats import names

FILE = "x|`\x1b[1m\n::error::<b>@all #1 \udcff.yaml"
MANIFEST = """\
apiVersion: v1
kind: Pod
metadata: {name: "<img src=x>|`](x) @all"}
spec:
  containers:
  - {name: "a\\e[31m\\u2028::error::b", image: "vllm/vllm-openai:latest", resources: {limits: {nvidia.com/gpu: 1}}}
"""


@pytest.mark.parametrize("name", names())
def test_a_format_is_sound_whatever_the_input_is_called(name: str, chartgen: Run, tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(os.fsencode(FILE))).write_text(MANIFEST)
    done = chartgen("lint", FILE, "--rules", RULES, "--format", name, "--output", "report")
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    report = (tmp_path / "report").read_text(encoding="utf-8")
    assert report.endswith("\n")
    assert "\x1b" not in report
    assert "\u2028" not in report
    assert "\n::error::b" not in report
    assert "\n::error::<b>" not in report
    if name in {"json", "sarif", "gitlab"}:
        assert json.loads(report)
    if name == "junit":
        assert ElementTree.fromstring(report.encode()).attrib["tests"] != "0"


def test_reports_do_not_change_from_run_to_run(chartgen: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(MANIFEST)
    for name in names():
        first, second = (chartgen("lint", "a.yaml", "--format", name).stdout for _ in range(2))
        assert first == second
