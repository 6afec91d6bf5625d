"""SARIF 2.1.0, for GitHub code scanning and every other service that reads it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html says what the properties mean,
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
which of them GitHub shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import chartgen
from chartgen.model.finding import Finding, Fix, Severity
from chartgen.report import remedies, secrecy
from chartgen.report.anchor import Anchor, Anchors, told
from chartgen.report.content import Report, RuleNote
from chartgen.report.fingerprint import distinct, fingerprint
from chartgen.report.formats.json import dumped
from chartgen.report.formats.markdown import escaped, prose
from chartgen.report.printable import printable

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_LEVELS = {Severity.error: "error", Severity.warning: "warning", Severity.info: "note"}
_PROBLEMS = {Severity.error: "error", Severity.warning: "warning", Severity.info: "recommendation"}


def render(report: Report, *, colour: bool = False) -> str:
    """One log with one run, as indented JSON. `colour` has no meaning here."""
    run = {
        "tool": {
            "driver": {
                "name": "chartgen",
                "semanticVersion": chartgen.__version__,
                "rules": [_rule(note) for note in report.rules],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not report.failures,
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": printable(each)}} for each in report.failures
                ],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "results": _Results(report).all(),
        "properties": {
            "objects": report.objects,
            "suppressed": len(report.suppressed),
            "baselined": report.baselined,
            "skipped": report.skipped,
            "kubeVersion": report.kube_version,
            "unchecked": dict(sorted(report.unchecked.items())),
        },
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return dumped(log)


def _rule(note: RuleNote) -> dict[str, Any]:
    links = [reference for reference in note.references if reference.startswith("https://")]
    why, remedy = _paragraphs(note.why or note.title), _paragraphs(note.remedy)
    listed = [f"<{text}>" if text in links else escaped(text) for text in note.references]
    return {
        "id": note.name,
        "shortDescription": {"text": note.title},
        "fullDescription": {"text": "\n\n".join(why)},
        "help": {
            "text": "\n\n".join([*why, *remedy, *note.references]),
            "markdown": "\n\n".join([*map(prose, [*why, *remedy]), "\n".join(f"- {each}" for each in listed)]).strip(),
        },
        **({"helpUri": links[0]} if links else {}),
        "defaultConfiguration": {"level": _LEVELS[note.severity]},
        "properties": {"problem.severity": _PROBLEMS[note.severity], "tags": ["kubernetes"]},
    }


class _Results:
    """The findings as results of the run."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._anchors = Anchors(report)
        self._secrets = secrecy.pointers(report)
        self._indexes = {note.name: index for index, note in enumerate(report.rules)}

    def all(self) -> list[dict[str, Any]]:
        findings = self._report.shown
        anchors = [self._anchors.of_finding(finding) for finding in findings]
        lines = [(finding.rule, anchor.file, anchor.line) for finding, anchor in zip(findings, anchors, strict=True)]
        crowd = Counter(lines)
        return [
            self._result(finding, anchor, mark if crowd[line] > 1 or finding.rendered else "")
            for finding, anchor, line, mark in zip(findings, anchors, lines, distinct(findings), strict=True)
        ]

    def _result(self, finding: Finding, anchor: Anchor, mark: str) -> dict[str, Any]:
        """`mark` is given if the file's line does not tell the finding from others of the same rule."""
        prints = {"chartgen/v1": fingerprint(finding)}
        if mark:
            # GitHub follows an alert by this key, and fills it with a hash of the line that the result is at.
            prints["primaryLocationLineHash"] = mark
        index = self._indexes.get(finding.rule)
        fix = None if finding.fix and secrecy.spells_out(finding.fix, self._secrets) else finding.fix
        related = [
            {"id": number, **self._location(anchor, label)}
            for number, (anchor, label) in enumerate(self._related(finding), 1)
        ]
        return {
            "ruleId": finding.rule,
            **({} if index is None else {"ruleIndex": index}),
            # An evaluation that could not be decided is no failure, whatever the rule's severity.
            "kind": "open" if finding.unknown else "fail",
            "level": "none" if finding.unknown else _LEVELS[finding.severity],
            "message": {"text": _message(told(finding))},
            "locations": [self._location(anchor) | _logical(finding)],
            **({"relatedLocations": related} if related else {}),
            **({"fixes": [self._fix(finding, fix)]} if fix and fix.replacements else {}),
            "partialFingerprints": prints,
            **({"suppressions": self._suppressions(finding)} if self._report.show_suppressed else {}),
        }

    def _suppressions(self, finding: Finding) -> list[dict[str, Any]]:
        """Either every result has them or none has (section 3.27.23): an empty list means that it is shown."""
        if finding.suppressed is None:
            return []
        anchor = self._anchors.of(finding.suppressed.location, rendered=finding.rendered)
        reason = printable(finding.suppressed.reason)
        return [
            {
                "kind": "inSource",
                **({"justification": reason} if reason else {}),
                "location": self._location(anchor),
            }
        ]

    def _related(self, finding: Finding) -> Iterator[tuple[Anchor, str]]:
        for other in finding.related:
            yield self._anchors.of(other.location, rendered=finding.rendered), other.label
        for line in finding.template.included if finding.template else ():
            yield self._anchors.of_line(line), "included here"
        for key in finding.values:
            if key.location:
                yield self._anchors.of_line(key.location), f"values key {key.path}"

    def _fix(self, finding: Finding, fix: Fix) -> dict[str, Any]:
        changes: dict[str, dict[str, Any]] = {}
        for each in fix.replacements:
            where = self._location(self._anchors.of(each.start, rendered=False))["physicalLocation"]["artifactLocation"]
            change = changes.setdefault(each.start.file, {"artifactLocation": where, "replacements": []})
            region = {
                "startLine": each.start.line,
                "startColumn": each.start.column,
                "endLine": each.end.line,
                "endColumn": each.end.column,
            }
            change["replacements"].append({"deletedRegion": region, "insertedContent": {"text": each.text}})
        safe = "" if fix.safe else " (to be reviewed)"
        text = f"{remedies.summary(finding)}{safe}"
        return {"description": {"text": _message(text)}, "artifactChanges": list(changes.values())}

    def _location(self, anchor: Anchor, label: str = "") -> dict[str, Any]:
        region = {"startLine": anchor.line}
        if anchor.column:
            region["startColumn"] = anchor.column
        if anchor.end:
            region |= {"endLine": anchor.line, "endColumn": anchor.end}
        base = {"uriBaseId": _ROOT} if anchor.inside else {}
        return {
            "physicalLocation": {"artifactLocation": {"uri": anchor.uri, **base}, "region": region},
            **({"message": {"text": _message(label)}} if label else {}),
        }


def _logical(finding: Finding) -> dict[str, Any]:
    where = finding.object
    if not where.kind:
        return {}
    name = f"{where.api_version} {where.kind} {where.namespace}/{where.name}#{finding.path}"
    return {"logicalLocations": [{"name": where.name, "fullyQualifiedName": printable(name), "kind": "resource"}]}


def _message(text: str) -> str:
    """A message string in which nothing is a placeholder (section 3.11.5) or an embedded link (section 3.11.6)."""
    return printable(text).replace("{", "{{").replace("}", "}}").replace("](", "] (")


def _paragraphs(text: str) -> list[str]:
    """Without the line ends that they have in the rule file."""
    return [" ".join(part.split()) for part in text.strip().split("\n\n")]
