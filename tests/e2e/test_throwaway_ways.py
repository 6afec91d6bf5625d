"""A monitor and a controller are one new template each: no other file of a copied checkout knows of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from conftest import ROOT

MONITOR = """\
[% macro monitor() %]
apiVersion: throw.away/v1
kind: Throwaway
[[ part("_metadata.yaml.j2") ]]
spec:
  seconds: {{ int64 $.Values.monitoring.interval }}
[% endmacro %]
"""
CONTROLLER = """\
[% macro route_annotations() %]
throw.away/wait: {{ int64 $ingress.timeoutSeconds | toString | quote }}
[% endmacro %]
"""
VALUES = """\
model: {id: mistralai/Mistral-7B-Instruct-v0.2}
gpu: {type: nvidia-l4}
cluster: {provider: generic}
engine: {apiKey: {secret: s, key: k}}
monitoring: {kind: throwaway, interval: 9}
networking:
  ingress: {host: a.example.com, controller: throwaway, timeoutSeconds: 7}
"""


def test_a_monitor_and_a_controller_are_one_new_file_each(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    for name in ("chartgen", "charts", "schemas", "rules"):
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    (checkout / "charts/vllm/monitoring/throwaway.yaml.j2").write_text(MONITOR)
    (checkout / "charts/vllm/exposure/ingress/throwaway.yaml.j2").write_text(CONTROLLER)
    (tmp_path / "values.yaml").write_text(VALUES)
    ran = subprocess.run(
        [sys.executable, "-m", "chartgen", "render", "../values.yaml", "-o", "../out", "--manifests", "-"],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found = {item["kind"]: item for item in yaml.safe_load_all(ran.stdout) if item}
    assert found["Throwaway"]["spec"] == {"seconds": 9}
    assert found["Ingress"]["metadata"]["annotations"] == {"throw.away/wait": "7"}
