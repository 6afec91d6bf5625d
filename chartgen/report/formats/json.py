"""For machines: schemas/report.schema.json describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import chartgen
from chartgen.model.finding import (
    Finding,
    ObjectRef,
    Related,
    Severity,
    Suppressed,
    TemplatePlace,
    ValueSets,
    ValuesKey,
)
from chartgen.model.location import Location
from chartgen.report import remedies, secrecy
from chartgen.report.content import Report, RuleNote
from chartgen.report.fingerprint import fingerprint

VERSION = 1


def render(report: Report, *, colour: bool = False) -> str:
    """The report as one JSON object, indented, with a newline at its end. `colour` has no meaning here."""
    secrets = secrecy.pointers(report)
    document = {
        "version": VERSION,
        "tool": {"name": "chartgen", "version": chartgen.__version__},
        "summary": _summary(report),
        "rules": [_rule(note) for note in report.rules],
        "findings": [_finding(finding, secrets) for finding in report.shown],
        "notes": list(report.notes),
        "failures": list(report.failures),
    }
    return dumped(document)


def _summary(report: Report) -> dict[str, Any]:
    return {
        "objects": report.objects,
        **{severity.name: report.count(severity) for severity in sorted(Severity, reverse=True)},
        "unknown": len(report.findings) - len(report.decided),
        "suppressed": len(report.suppressed),
        "baselined": report.baselined,
        "skipped": report.skipped,
        "kubeVersion": report.kube_version,
        "unchecked": dict(sorted(report.unchecked.items())),
    }


def _rule(note: RuleNote) -> dict[str, Any]:
    return {
        "name": note.name,
        "title": note.title,
        "severity": note.severity.name,
        "remedy": note.remedy,
        "references": list(note.references),
    }


def _finding(finding: Finding, secrets: Mapping[ObjectRef, Sequence[str]]) -> dict[str, Any]:
    fix = finding.fix
    return {
        "rule": finding.rule,
        "severity": finding.severity.name,
        "unknown": finding.unknown,
        "message": finding.message,
        "object": _object(finding.object) if finding.object.kind else None,
        "path": finding.path,
        "location": _location(finding.location),
        "rendered": finding.rendered,
        "suppressed": _suppressed(finding.suppressed) if finding.suppressed else None,
        "template": _template(finding.template) if finding.template else None,
        "values": [_values_key(each) for each in finding.values],
        "valueSets": _value_sets(finding.value_sets) if finding.value_sets else None,
        "related": [_related(related) for related in finding.related],
        "fix": None if fix is not None and secrecy.spells_out(fix, secrets) else remedies.data(fix),
        "fingerprint": fingerprint(finding),
    }


def _suppressed(suppressed: Suppressed) -> dict[str, Any]:
    return {"reason": suppressed.reason, "location": _location(suppressed.location)}


def _template(place: TemplatePlace) -> dict[str, Any]:
    return {
        **_location(place.location),
        "precision": place.precision.value,
        "includedAt": [_location(each) for each in place.included],
    }


def _values_key(each: ValuesKey) -> dict[str, Any]:
    where = _location(each.location) if each.location else {"file": None, "line": None, "column": None}
    return {"key": each.path, **where}


def _value_sets(sets: ValueSets) -> dict[str, Any]:
    return {"names": list(sets.names), "total": sets.total}


def _related(related: Related) -> dict[str, Any]:
    return {
        "label": related.label,
        "object": _object(related.object),
        "path": related.path,
        "location": _location(related.location),
    }


def _object(reference: ObjectRef) -> dict[str, str]:
    return {
        "apiVersion": reference.api_version,
        "kind": reference.kind,
        "namespace": reference.namespace,
        "name": reference.name,
    }


def _location(location: Location) -> dict[str, Any]:
    return {"file": location.file, "line": location.line, "column": location.column}


def dumped(value: Any) -> str:
    """`value` as JSON, indented, with a newline at its end.

    Lone surrogates, which file names can hold, are replaced: they cannot be written as UTF-8.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return text.encode("utf-8", "replace").decode()
