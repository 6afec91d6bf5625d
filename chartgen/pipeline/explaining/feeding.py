"""Which keys of a chart's values feed the field of a finding: found by trying.

The templates say which keys may; each is then changed by itself and the chart rendered again. A key is told only if its
new value turns up in the field. At most 48 renders for each set of values, in one process, within 20 seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chartgen import manifests
from chartgen.errors import InputError, RenderError
from chartgen.model.chart import RenderedFile
from chartgen.model.finding import Finding
from chartgen.model.manifest import Manifest
from chartgen.model.pointer import keys_of
from chartgen.pipeline import values_trees as values
from chartgen.pipeline.explaining.candidates import Candidates, Trial
from chartgen.pipeline.explaining.marked_charts import ChartCopy, by_template
from chartgen.pipeline.explaining.tracing import Trace
from chartgen.pipeline.locating import reference
from chartgen.pipeline.origin import ChartOrigin
from chartgen.pipeline.values_trees import ABSENT, KeyPath

_RENDERS, _TOLD = 48, 3
_SECONDS = 20


def feeding(
    findings: Sequence[Finding], origin: ChartOrigin, chart: ChartCopy, trace: Trace
) -> dict[int, tuple[KeyPath, ...]]:
    """For each finding, by its index, the keys that were seen to feed its field; others are left out.

    Takes the marks off the copy of the chart.
    """
    chart.unmark(with_schema=not origin.made_here)
    try:
        candidates = Candidates(origin, chart, trace)
    except InputError:
        return {}
    clean = _Rendered(origin.files)
    fields = [_field(finding, trace.template(finding.location), clean) for finding in findings]
    trials = [
        candidates.trials(finding, clean.at(field)) if field else ()
        for finding, field in zip(findings, fields, strict=True)
    ]
    outcomes = _outcomes(_chosen(trials), candidates, origin, chart)
    fed = {}
    for index, (field, tried) in enumerate(zip(fields, trials, strict=True)):
        keys = [
            each.path for each in tried if field and each in outcomes and _feeds(each, field, clean, outcomes[each])
        ]
        if keys:
            fed[index] = tuple(dict.fromkeys(keys))[:_TOLD]
    return fed


@dataclass(frozen=True, slots=True)
class _Field:
    """A place in the output: the object by its template and its position there, and the path in it."""

    template: str
    position: int
    path: KeyPath


class _Rendered:
    """The objects of one render, read when they are asked for."""

    def __init__(self, files: Sequence[RenderedFile]) -> None:
        self._texts = by_template(files)
        self._read: dict[str, list[Manifest]] = {}

    def objects(self, template: str) -> list[Manifest]:
        if template not in self._read:
            try:
                self._read[template] = manifests.from_text(self._texts.get(template, ""), template)
            except InputError:
                self._read[template] = []
        return self._read[template]

    def at(self, field: _Field) -> Any:
        objects = self.objects(field.template)
        return values.at(objects[field.position].object, field.path) if field.position < len(objects) else ABSENT


def _field(finding: Finding, template: str, clean: _Rendered) -> _Field | None:
    """The field of a finding; None if its object cannot be told from another one of the same template."""
    same = [(index, each) for index, each in enumerate(clean.objects(template)) if reference(each) == finding.object]
    if len(same) != 1:
        return None
    index, manifest = same[0]
    path: KeyPath = ()
    for name in keys_of(finding.path):
        in_list = isinstance(values.at(manifest.object, path), list) and name.isdecimal()
        path = (*path, int(name) if in_list else name)
    return _Field(template, index, path)


def _chosen(trials: Sequence[Sequence[Trial]]) -> list[Trial]:
    """As many as are rendered: of each finding the first, then of each the second, and so on."""
    longest = max(map(len, trials), default=0)
    in_turn = (each[rank] for rank in range(longest) for each in trials if rank < len(each))
    return list(dict.fromkeys(in_turn))[:_RENDERS]


def _outcomes(
    trials: Sequence[Trial], candidates: Candidates, origin: ChartOrigin, chart: ChartCopy
) -> dict[Trial, _Rendered]:
    """What the chart renders to with each trial; what Helm refuses is left out, and so is all if it takes too long."""
    if not trials:
        return {}
    given = [_with(origin.request.values or {}, each, candidates.values) for each in trials]
    try:
        answers = origin.again(chart.folder, given, _SECONDS)
    except RenderError:
        return {}
    pairs = zip(trials, answers, strict=True)
    return {trial: _Rendered(answer) for trial, answer in pairs if not isinstance(answer, RenderError)}


def _with(given: dict[str, Any], trial: Trial, effective: dict[str, Any]) -> dict[str, Any]:
    """The values to render with: those given and the trial's; a list that it is in is given whole."""
    for index, step in enumerate(trial.path):
        if isinstance(step, int):
            above = trial.path[:index]
            given = values.with_value(given, above, values.at(effective, above))
            break
    changed: dict[str, Any] = values.with_value(given, trial.path, trial.other)
    return changed


def _feeds(trial: Trial, field: _Field, clean: _Rendered, outcome: _Rendered) -> bool:
    before, after = clean.at(field), outcome.at(field)
    if before is ABSENT:
        return after == trial.other or str(after) == str(trial.other)
    return values.shows(before, after, trial.value, trial.other)
