"""The Code Quality report, with the fields and values that GitLab documents."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from report_samples import ALL, EVIL, FILES, FLOATING, NOTED, RENDERED, SHARED, TEXTS, UNKNOWN, nasty, report

from chartgen.model.finding import Finding
from chartgen.model.location import Location
from chartgen.report.fingerprint import fingerprint
from chartgen.report.formats import render


def issues(*findings: Finding) -> list[dict[str, Any]]:
    text = render(report(*findings), "gitlab")
    text.encode("utf-8")
    loaded: list[dict[str, Any]] = json.loads(text)
    for issue in loaded:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["location"]["path"]
        assert issue["location"]["lines"]["begin"] >= 1
    return loaded


def test_an_issue_says_what_the_finding_says() -> None:
    assert issues(SHARED) == [
        {
            "description": "claim models is ReadWriteOnce, mounted by 3 replicas",
            "check_name": "rwo-shared-replicas",
            "fingerprint": fingerprint(SHARED),
            "severity": "critical",
            "location": {"path": "deploy/vllm.yaml", "lines": {"begin": 3}},
        }
    ]
    assert issues() == []


def test_severities() -> None:
    assert [issue["severity"] for issue in issues(SHARED, FLOATING, NOTED, UNKNOWN)] == [
        "critical",
        "major",
        "info",
        "info",
    ]


def test_no_two_issues_have_one_fingerprint() -> None:
    elsewhere = replace(FLOATING, location=Location("z.yaml", 1, 1))
    found = [issue["fingerprint"] for issue in issues(*ALL, FLOATING, elsewhere)]
    assert len(set(found)) == len(found)
    assert found == [issue["fingerprint"] for issue in issues(*ALL, FLOATING, elsewhere)]


def test_paths_are_relative_and_a_rendered_chart_is_marked_as_a_file() -> None:
    (issue,) = issues(replace(FLOATING, location=Location("./x/../a.yaml", 2, 2)))
    assert issue["location"] == {"path": "a.yaml", "lines": {"begin": 2}}
    (issue,) = issues(RENDERED)
    assert issue["location"] == {"path": "chart/templates/app.yaml", "lines": {"begin": 1}}
    assert issue["description"].endswith("line 42 of what Helm renders)")


@pytest.mark.parametrize("text", EVIL)
def test_hostile_texts_are_valid(text: str) -> None:
    assert len(issues(nasty(text, text))) == 1


@given(text=TEXTS, file=FILES)
def test_any_text_is_valid(text: str, file: str) -> None:
    assert len(issues(nasty(text, file))) == 1
