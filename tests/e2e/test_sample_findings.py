"""tools/sample_findings.py draws what is to be judged by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from conftest import ROOT


def test_draws_by_seed_and_not_too_many_of_one_rule(tmp_path: Path) -> None:
    reports = []
    for name in ("aks-daemonset", "aks-spot-azure-files"):
        report = tmp_path / f"{name}.json"
        manifest = ROOT / "tests" / "origins" / f"{name}.yaml"
        command = [sys.executable, "-m", "chartgen", "lint", manifest, "--format", "json", "-o", report]
        subprocess.run(command, check=False, capture_output=True)
        reports.append(report)

    def drawn(seed: int, count: int) -> list[str]:
        script = ROOT / "tools" / "sample_findings.py"
        command = [sys.executable, script, f"--seed={seed}", f"--count={count}", "--per-rule=1", *reports]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[::2]

    found = [each for report in reports for each in json.loads(report.read_text())["findings"]]
    everything = drawn(1, 1000)
    assert Counter(line.split()[2] for line in everything) == Counter({each["rule"] for each in found})
    few = drawn(1, 4)
    assert few == everything[:4] == drawn(1, 4)
    assert {tuple(drawn(seed, 4)) for seed in range(2, 7)} != {tuple(few)}
    assert {line.split()[3].split(":")[0] for line in few} == {each["location"]["file"] for each in found}
