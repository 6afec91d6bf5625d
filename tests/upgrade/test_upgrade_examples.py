"""The next version of a generated chart installs over the one before: nothing fails, is lost or restarts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import ROOT
from upgrade_objects import named

from chartgen.cli.main import run

EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.stem for example in EXAMPLES])
def test_the_next_version_of_a_chart(example: Path, tmp_path: Path) -> None:
    newer, out = tmp_path / "newer.yaml", tmp_path / "diff.json"
    newer.write_text(example.read_text() + "chart:\n  version: 0.2.0\n")
    assert run(["diff", str(example), str(newer), "--format", "json", "-o", str(out), "--fail-on", "info"]) == 0
    found = json.loads(out.read_text())
    changed = [each for each in found["objects"] if each["action"] == "changed"]
    assert changed
    assert {field["path"] for each in changed for field in each["fields"] if not field["noise"]} == set()
    # A Job is given a name of its own for each run, since its template cannot change.
    others = {each["object"]["kind"] for each in found["objects"] if each["action"] != "changed"}
    assert others == ({"Job"} if example.stem == "gke-batch" else set())


def test_an_annotation_of_the_pods_restarts_them(tmp_path: Path) -> None:
    newer, out = tmp_path / "newer.yaml", tmp_path / "diff.json"
    for name, restarts in (("generic-existing-claim", 1), ("gke-multi-node", 1), ("eks-mixed-spot", 2)):
        example = ROOT / "examples" / f"{name}.yaml"
        newer.write_text(example.read_text() + "pod:\n  annotations: {team: ml}\n")
        assert run(["diff", str(example), str(newer), "--format", "json", "-o", str(out)]) == 0
        assert len(named(json.loads(out.read_text()), "gpu-restart-on-upgrade")) == restarts
