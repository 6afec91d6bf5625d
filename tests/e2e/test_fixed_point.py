"""Comments, flow style, anchors, odd key order: the chart's values.yaml renders to the same chart."""

from __future__ import annotations

from pathlib import Path

from conftest import Run

NASTY = """\
# the team's model
storage: {size: "16Gi", backend: azure-disk}  # one disk each
spot:
    policy:   'require'
cluster:
  # the pool of the platform team
  tolerations: &pool
  - {key: team, operator: Equal, value: "yes", effect: NoSchedule}   # theirs
  nodeSelector:
    # a label that looks like a number
    "rack": "010"
  provider: aks
pod:
  annotations: {note: "# no comment", "on": "off"}
  labels:
    tier: &tier "1e3"
    copy: *tier
gpu: {type: nvidia-t4}
workload: {replicas: 2,
  kind: StatefulSet}

model:
  # quantised, since fp16 does not fit
  quantization: awq
  id: >-
    TheBloke/vicuna-7B-v1.5-AWQ
name: odd
# the end
"""


def test_nasty_file(chartgen: Run, tmp_path: Path) -> None:
    (tmp_path / "nasty.yaml").write_text(NASTY)
    first = chartgen("render", "nasty.yaml", "-o", "out")
    assert first.returncode == 0, first.stderr
    second = chartgen("render", "out/odd/values.yaml", "-o", "out2")
    assert second.returncode == 0, second.stderr
    for path in sorted((tmp_path / "out").rglob("*")):
        if path.is_file():
            assert path.read_text() == (tmp_path / "out2" / path.relative_to(tmp_path / "out")).read_text()
    text = (tmp_path / "out/odd/values.yaml").read_text()
    for comment in ("the team's model", "one disk each", "the pool of the platform team", "theirs", "the end"):
        assert text.count(comment) == 1


def test_same_bytes_twice(chartgen: Run, tmp_path: Path) -> None:
    (tmp_path / "nasty.yaml").write_text(NASTY)
    for out in ("a", "b"):
        chartgen(
            "render",
            "nasty.yaml",
            "-o",
            out,
            "--manifests",
            f"{out}/manifests.yaml",
            env={"PYTHONHASHSEED": str(ord(out))},
        )
    names = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert names
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
