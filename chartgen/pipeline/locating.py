"""From JSON pointers to files, lines and columns: one pass over each object that has findings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chartgen import manifests
from chartgen.model.finding import Finding, ObjectRef, Place, Related, Violation
from chartgen.model.location import Location
from chartgen.model.manifest import Manifest


def located(violations: Sequence[Violation]) -> tuple[Finding, ...]:
    """The findings of these violations, sorted by place, then rule and message."""
    lines = _Lines(place for violation in violations for place in (violation.place, *violation.related))
    return ordered(_finding(violation, lines) for violation in violations)


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.location, finding.rule, finding.path, finding.message)))


def reference(manifest: Manifest) -> ObjectRef:
    return ObjectRef(manifest.api_version, manifest.kind, manifest.namespace, manifest.name)


class _Lines:
    """Where the places are, and in what; each object is asked once, for all its places."""

    def __init__(self, places: Iterable[Place]) -> None:
        wanted: dict[Manifest, set[str]] = {}
        for place in places:
            wanted.setdefault(place.manifest, set()).add(place.pointer)
        self._found = manifests.place_all(wanted)
        self._references = {manifest: reference(manifest) for manifest in wanted}

    def of(self, place: Place) -> Location:
        return self._found[place.manifest][place.pointer]

    def object_at(self, place: Place) -> ObjectRef:
        return self._references[place.manifest]


def _finding(violation: Violation, lines: _Lines) -> Finding:
    place = violation.place
    return Finding(
        rule=violation.rule,
        severity=violation.severity,
        message=violation.message,
        object=lines.object_at(place),
        path=place.pointer,
        location=lines.of(place),
        related=tuple(
            Related(lines.of(other), lines.object_at(other), other.pointer, other.label) for other in violation.related
        ),
        rendered=place.manifest.source.rendered,
        unknown=violation.unknown,
        fix=violation.fix,
    )
