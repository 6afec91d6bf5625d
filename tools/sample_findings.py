#!/usr/bin/env python3
"""Draw findings of reports at random, for somebody to judge by hand: no finding on what others wrote may be false.

Usage: tools/sample_findings.py [--seed N] [--count N] [--per-rule N] REPORT.json ...

A report is what `chartgen lint REPOSITORY --format json -o REPORT.json` writes. The reports take turns, so that a large
repository does not crowd out the others. What a schema or a parser says is left out, and what was not decided.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

DIAGNOSTICS = ("schema-invalid", "yaml-invalid")


def findings(report: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(report.read_text(encoding="utf-8"))["findings"]
    return [each for each in found if not each["unknown"] and each["rule"] not in DIAGNOSTICS]


def sample(reports: list[Path], seed: int, count: int, per_rule: int) -> list[dict[str, Any]]:
    dice = random.Random(seed)
    queues = [findings(report) for report in sorted(reports)]
    for queue in queues:
        dice.shuffle(queue)
    taken: list[dict[str, Any]] = []
    drawn: Counter[str] = Counter()
    while any(queues):
        for queue in queues:
            while queue:
                found = queue.pop()
                if drawn[found["rule"]] < per_rule:
                    drawn[found["rule"]] += 1
                    taken.append(found)
                    break
            if len(taken) == count:
                return taken
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--per-rule", type=int, default=3)
    parser.add_argument("reports", nargs="+", type=Path)
    given = parser.parse_args()
    for number, found in enumerate(sample(given.reports, given.seed, given.count, given.per_rule), 1):
        place = found["location"]
        print(f"{number:2} {found['severity']:7} {found['rule']} {place['file']}:{place['line']} {found['path']}")
        print(f"   {found['message']}")


if __name__ == "__main__":
    main()
