"""Manifests rebuilt with the settings of published write-ups: what a careful reader would find, and no more."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from functools import cache
from typing import Any

import pytest
from conftest import ROOT

FOLDER = ROOT / "tests" / "origins"
EXPECTED: dict[str, dict[str, list[str]]] = tomllib.loads((FOLDER / "findings.toml").read_text())


@cache
def findings(origin: str) -> list[dict[str, Any]]:
    lint = [sys.executable, "-m", "chartgen", "lint", str(FOLDER / f"{origin}.yaml"), "--format", "json"]
    result = subprocess.run(lint, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    found: list[dict[str, Any]] = json.loads(result.stdout)["findings"]
    return found


def line(finding: dict[str, Any]) -> str:
    at, what = finding["location"], finding["object"]
    return f"{finding['severity']} {at['line']}:{at['column']} {what['kind']} {what['name']}"


@pytest.mark.parametrize(("origin", "rule"), [(origin, rule) for origin, rules in EXPECTED.items() for rule in rules])
def test_finds(origin: str, rule: str) -> None:
    assert [line(finding) for finding in findings(origin) if finding["rule"] == rule] == EXPECTED[origin][rule]


@pytest.mark.parametrize("origin", EXPECTED)
def test_finds_nothing_else(origin: str) -> None:
    assert {finding["rule"] for finding in findings(origin)} <= EXPECTED[origin].keys()


def test_every_origin_has_expectations() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == EXPECTED.keys()
