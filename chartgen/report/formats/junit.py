"""JUnit XML, which every CI server shows: a suite for each file, a failed test case for each error and warning.

What is only worth knowing is a skipped test case: it is shown, and no build is red because of it. There is no standard;
https://github.com/testmoapp/junitxml describes what CI servers read.
"""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from chartgen.model.finding import Finding, Severity
from chartgen.report.anchor import Anchors, known_place, with_sets
from chartgen.report.content import Report
from chartgen.report.printable import printable


def render(report: Report, *, colour: bool = False) -> str:
    """One XML document. `colour` has no meaning here. A file without findings is one passed test case."""
    anchors = Anchors(report)
    remedies = {note.name: note.remedy for note in report.rules}
    by_file: dict[str, list[Finding]] = {source.file: [] for source in report.sources}
    for finding in report.findings:
        by_file.setdefault(finding.location.file, []).append(finding)
    root = Element("testsuites")
    for file, findings in sorted(by_file.items()):
        suite = SubElement(root, "testsuite", {"name": printable(file)})
        for finding in findings:
            _case(suite, finding, anchors, remedies.get(finding.rule, ""))
        if not findings:
            SubElement(suite, "testcase", {"classname": "chartgen", "name": printable(file)})
        _count(suite)
    for failure in report.failures:
        suite = SubElement(root, "testsuite", {"name": "not linted"})
        case = SubElement(suite, "testcase", {"classname": "chartgen", "name": "not linted"})
        SubElement(case, "error", {"message": printable(failure)})
        _count(suite)
    root.attrib = {"name": "chartgen", **{key: str(_total(root, key)) for key in _COUNTED}}
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


_COUNTED = {
    "tests": "testcase",
    "failures": "testcase/failure",
    "errors": "testcase/error",
    "skipped": "testcase/skipped",
}


def _count(suite: Element) -> None:
    for key, path in _COUNTED.items():
        suite.set(key, str(len(suite.findall(path))))


def _total(root: Element, key: str) -> int:
    return sum(int(suite.get(key, 0)) for suite in root)


def _case(suite: Element, finding: Finding, anchors: Anchors, remedy: str) -> None:
    anchor = anchors.of_finding(finding)
    name = f"{finding.object} {finding.path}".strip() if finding.object.kind else finding.location.file
    attributes = {"classname": finding.rule, "name": printable(name), "file": printable(anchor.file)}
    case = SubElement(suite, "testcase", {**attributes, "line": str(anchor.line)})
    message = printable(finding.message)
    if finding.unknown or finding.severity is Severity.info:
        SubElement(case, "skipped", {"message": message})
        return
    failure = SubElement(case, "failure", {"type": finding.severity.name, "message": message})
    lines = [message, *map(printable, _places(finding))]
    lines += [printable(f"{other.location} {other.object} {other.label}") for other in finding.related]
    failure.text = "\n".join([*lines, printable(" ".join(remedy.split()))]).rstrip()


def _places(finding: Finding) -> list[str]:
    """The template's line if it is known, the rendered one, and what feeds it."""
    place = known_place(finding)
    shown = f"{finding.location} (rendered)" if finding.rendered else str(finding.location)
    keys = [f"values key {each.path}{f' at {each.location}' if each.location else ''}" for each in finding.values]
    return [*([f"at {place}"] if place else []), f"at {shown}", *keys, *filter(None, [with_sets(finding)])]
