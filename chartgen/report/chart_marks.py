"""What a finding on a chart points at, for people: the template, what Helm renders it to, and the values behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from chartgen.model.finding import Finding, Precision
from chartgen.model.manifest import Source
from chartgen.report.anchor import with_sets
from chartgen.report.content import Report
from chartgen.report.excerpt import Mark, key, split

_RENDERED = "rendered"


def texts(report: Report) -> Mapping[str, Sequence[str]]:
    """The lines of every text of a report by its key: what Helm rendered is another text than the file of that name."""
    return {key(each.file, _of_source(each)): split(each.text) for each in (*report.sources, *report.quoted)}


def rendered(finding: Finding) -> str:
    """What tells the text of a finding's locations from others of that file name; empty for a file as it is."""
    if not finding.rendered:
        return ""
    return f"{_RENDERED} {finding.value_sets.names[0] if finding.value_sets else ''}"


def marks(finding: Finding) -> list[Mark]:
    """The first is where the finding is; the others say what Helm makes of it and what feeds it."""
    name = str(finding.object) if finding.object.kind else ""
    place = finding.template
    here = Mark(finding.location, " ".join(filter(None, (name, _told(finding)))), text=rendered(finding))
    if place is None or place.precision is Precision.file:
        return [here, *_keys(finding)]
    label = "" if place.precision is Precision.exact else "at or near this line"
    helpers = [Mark(each, "", "included here") for each in place.included]
    return [
        Mark(place.location, name, label),
        *helpers,
        Mark(finding.location, "(rendered)", text=rendered(finding)),
        *_keys(finding),
    ]


def remarks(finding: Finding) -> Iterator[str]:
    """What else there is to say below the excerpt, one line each."""
    free = [each.path for each in finding.values if each.location is None]
    if free:
        yield f"values: {', '.join(free)} can be set"
    if finding.value_sets and len(finding.value_sets.names) < finding.value_sets.total:
        yield f"{with_sets(finding)}: {', '.join(finding.value_sets.names)}"


def _keys(finding: Finding) -> list[Mark]:
    return [Mark(each.location, "", f"values key {each.path}") for each in finding.values if each.location]


def _told(finding: Finding) -> str:
    return "(rendered)" if finding.rendered else ""


def _of_source(source: Source) -> str:
    return f"{_RENDERED} {source.value_set}" if source.rendered else ""
