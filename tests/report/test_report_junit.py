"""The JUnit report, read back by an XML parser."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from report_samples import (
    ALL,
    EVIL,
    FILES,
    FLOATING,
    NOTED,
    RENDERED,
    SHARED,
    TEXTS,
    UNKNOWN,
    UNREADABLE,
    nasty,
    report,
)

from chartgen.model.finding import Finding
from chartgen.report.content import Report
from chartgen.report.formats import render

SUITES = "testsuites"


def tree(*findings: Finding) -> Element:
    """The document; its shape and its counts are checked."""
    text = render(report(*findings), "junit")
    root = ElementTree.fromstring(text.encode("utf-8"))
    assert root.tag == SUITES
    for element in (root, *root):
        cases = list(element.iter("testcase"))
        counted = {name: sum(case.find(name) is not None for case in cases) for name in ("failure", "error", "skipped")}
        shown = {name: int(element.attrib[f"{name}s".replace("skippeds", "skipped")]) for name in counted}
        assert (shown, int(element.attrib["tests"])) == (counted, len(cases))
    return root


def cases(root: Element) -> Iterator[tuple[str, str, str]]:
    """Suite, class and outcome of each test case."""
    for suite in root:
        for case in suite:
            assert case.attrib["name"]
            yield suite.attrib["name"], case.attrib["classname"], case[0].tag if len(case) else "passed"


def test_errors_and_warnings_fail_and_what_is_worth_knowing_does_not() -> None:
    assert list(cases(tree(SHARED, FLOATING, NOTED, UNKNOWN))) == [
        ("b.yaml", "image-tag-floating", "failure"),
        ("b.yaml", "container-port-mismatch", "skipped"),
        ("b.yaml", "shm-missing", "skipped"),
        ("clean.yaml", "chartgen", "passed"),
        ("deploy/vllm.yaml", "rwo-shared-replicas", "failure"),
    ]


def test_a_failure_has_place_message_other_places_and_remedy() -> None:
    (case,) = tree(SHARED).findall("./testsuite/testcase[@classname='rwo-shared-replicas']")
    assert case.attrib == {
        "classname": "rwo-shared-replicas",
        "name": "Deployment vllm in namespace llm /spec/replicas",
        "file": "deploy/vllm.yaml",
        "line": "3",
    }
    assert case[0].attrib == {"type": "error", "message": SHARED.message}
    assert case[0].text == (
        f"{SHARED.message}\nat deploy/vllm.yaml:3:3\n"
        "deploy/claim.yaml:5:3 PersistentVolumeClaim models the access modes\nGive each its own."
    )


def test_rendered_and_unreadable_files() -> None:
    root = tree(RENDERED, UNREADABLE)
    (case,) = root.findall("./testsuite[@name='chart/templates/app.yaml']/testcase")
    assert (case.attrib["file"], case.attrib["line"]) == ("chart/templates/app.yaml", "1")
    assert "at chart/templates/app.yaml:42:9 (rendered)" in (case[0].text or "")
    (case,) = root.findall("./testsuite/testcase[@classname='yaml-invalid']")
    assert case.attrib["name"] == "c.yaml"


def test_clean_and_empty_reports() -> None:
    assert [outcome for _, _, outcome in cases(tree())] == ["passed", "passed"]
    assert ElementTree.fromstring(render(Report((), (), (), 0), "junit")).attrib["tests"] == "0"


def test_control_characters_become_visible_ones() -> None:
    root = tree(nasty("a\x00\x1b\x0b\ufffe\ud800z", "f\x08.yaml"))
    (failure,) = root.iter("failure")
    assert failure.attrib["message"] == "a␀␛␋\ufffd\ufffdz"
    assert "f␈.yaml" in [suite.attrib["name"] for suite in root]


@pytest.mark.parametrize("text", EVIL)
def test_hostile_texts_are_text(text: str) -> None:
    check(text, text)


@given(text=TEXTS, file=FILES)
def test_any_text_is_text(text: str, file: str) -> None:
    check(text, file)


def check(text: str, file: str) -> None:
    root = tree(nasty(text, file), *ALL)
    (case,) = root.findall("./testsuite/testcase[@classname='some-rule']")
    assert [element.tag for element in case.iter()] == ["testcase", "failure"]
    if text.isascii() and text.isprintable():
        assert case[0].attrib["message"] == text
