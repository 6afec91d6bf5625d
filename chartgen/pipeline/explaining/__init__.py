"""Findings on charts explained: the line of the template that writes the field, and the values keys to change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from chartgen import manifests
from chartgen.errors import ChartgenError
from chartgen.model.finding import Finding, ObjectRef, Precision, TemplatePlace, ValueSets, ValuesKey
from chartgen.model.location import Location
from chartgen.model.manifest import Manifest, Source
from chartgen.pipeline.checking import Batch
from chartgen.pipeline.locating import reference

if TYPE_CHECKING:  # only findings on charts need it
    from chartgen.pipeline.explaining.marked_charts import ChartCopy
    from chartgen.pipeline.origin import ChartOrigin
    from chartgen.pipeline.values_trees import KeyPath

_Key = tuple[object, ...]


class Explaining:
    """Takes the findings of one batch after the other. Charts are copied into a folder that ends with `scratch`.

    `sources` are the texts that the explanations point into, `notes` say where they had to be left out.
    """

    def __init__(self, scratch: ExitStack) -> None:
        self.sources: list[Source] = []
        self.notes: list[str] = []
        self._scratch = scratch
        self._copies: dict[Path, ChartCopy] = {}
        self._known: dict[_Key, tuple[TemplatePlace | None, tuple[KeyPath, ...]]] = {}

    def explain(self, batch: Batch, findings: Sequence[Finding]) -> list[Finding]:
        """The findings of a batch with template lines and values keys, as far as they are certain."""
        explained = list(findings)
        for origin in batch.origins:
            mine = {
                index: finding
                for index, finding in enumerate(explained)
                if finding.rendered and finding.location.file.startswith(f"{origin.shown}/")
            }
            names = dict(zip(mine, _names(origin, mine.values()), strict=True))
            fresh = {name: mine[index] for index, name in names.items() if name not in self._known}
            if fresh:
                self._look_up(origin, fresh, batch.manifests)
            known = {index: self._known[name] for index, name in names.items()}
            keys = _located({key for _, fed in known.values() for key in fed}, origin)
            for index, (template, fed) in known.items():
                sets = ValueSets((origin.value_set,), origin.sets) if origin.value_set else None
                fields = tuple(keys[key] for key in fed)
                explained[index] = replace(explained[index], template=template, values=fields, value_sets=sets)
            self._show((key.location for key in keys.values() if key.location), dict(reversed(origin.values_files)))
        return explained

    def _look_up(self, origin: ChartOrigin, wanted: Mapping[_Key, Finding], objects: Sequence[Manifest]) -> None:
        from chartgen.pipeline.explaining.feeding import feeding  # noqa: PLC0415 - only findings on charts need it
        from chartgen.pipeline.explaining.tracing import trace  # noqa: PLC0415

        findings = list(wanted.values())
        try:
            chart = self._copied(origin.request.chart_dir)
            traced = trace(origin, chart)
            places = [traced.place(each.location, around) for each, around in _with_around(findings, objects)]
            fed = feeding(findings, origin, chart, traced)
        except ChartgenError as error:
            self._tell(origin, error.message)
            places = [TemplatePlace(Location(each.location.file, 1, 1), Precision.file) for each in findings]
            fed = {}
        else:
            if traced.why and any(place.precision is Precision.file for place in places):
                self._tell(origin, traced.why)
            lines = (line for place in places for line in (place.location, *place.included) if origin.on_disk)
            self._show(lines, {f"{origin.shown}/{chart.names[path]}": text for path, text in chart.templates.items()})
        for index, (name, place) in enumerate(zip(wanted, places, strict=True)):
            self._known[name] = (place if origin.on_disk else None, fed.get(index, ()))

    def _tell(self, origin: ChartOrigin, why: str) -> None:
        if origin.on_disk:
            first = why.splitlines()[0] if why else ""
            note = f"some template lines of {origin.shown} are not known: {first}"
            if note not in self.notes:
                self.notes.append(note)

    def _copied(self, chart: Path) -> ChartCopy:
        import tempfile  # noqa: PLC0415 - as above

        from chartgen.pipeline.explaining.marked_charts import copy  # noqa: PLC0415

        if chart not in self._copies:
            folder = self._scratch.enter_context(tempfile.TemporaryDirectory(prefix="chartgen-"))
            self._copies[chart] = copy(chart, Path(folder) / "chart")
        return self._copies[chart]

    def _show(self, places: Iterable[Location], texts: Mapping[str, str]) -> None:
        """Keep those texts that are pointed into, for excerpts."""
        shown = {source.file for source in self.sources}
        wanted = {place.file for place in places} & texts.keys() - shown
        self.sources += [Source(file, texts[file]) for file in sorted(wanted)]


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Findings that several value sets of a chart have in common, each once, with the names of those sets.

    Sets that hold the same key each have a line of their own to change.
    """
    kept: dict[_Key, Finding] = {}
    met: Counter[_Key] = Counter()
    for number, finding in enumerate(findings):
        if finding.value_sets is None:
            kept[(number,)] = finding
            continue
        said = (finding.rule, finding.object, finding.path, finding.message, finding.location.file, finding.unknown)
        names = finding.value_sets.names
        met[(*said, names)] += 1
        # Within a set, what is said twice is about two objects of one name.
        key = (*said, met[(*said, names)])
        if (first := kept.get(key)) is not None and first.value_sets is not None:
            every = dict.fromkeys([*first.value_sets.names, *names])
            keys = dict.fromkeys([*first.values, *finding.values])
            kept[key] = replace(first, value_sets=replace(first.value_sets, names=tuple(every)), values=tuple(keys))
        else:
            kept[key] = finding
    return list(kept.values())


def _names(origin: ChartOrigin, findings: Iterable[Finding]) -> Iterator[_Key]:
    """What tells each finding from others, with whatever set of values it turns up.

    Of two objects of one name the first is the first with every set; what is about no object is told by its line.
    """
    met: Counter[_Key] = Counter()
    for each in findings:
        line = 0 if each.object.kind else each.location.line
        name = (origin.shown, each.location.file, each.rule, each.object, each.path, each.message, line)
        met[name] += 1
        yield (*name, met[name])


def _located(paths: Collection[KeyPath], origin: ChartOrigin) -> dict[KeyPath, ValuesKey]:
    """Where each key is written in the values that the chart was rendered with: another set has other lines."""
    from chartgen.pipeline import values_trees  # noqa: PLC0415 - only findings on charts need it

    trees = [values_trees.read(text, name) for name, text in origin.values_files] if paths else []
    return {
        path: ValuesKey(values_trees.spelled(path), values_trees.located(path, origin.values_files, trees))
        for path in paths
    }


def _with_around(findings: Sequence[Finding], objects: Sequence[Manifest]) -> list[tuple[Finding, list[Location]]]:
    """Each finding with the places of the nodes around its field, the nearest first."""
    by_object: dict[tuple[str, ObjectRef], list[Manifest]] = {}
    for each in objects:
        by_object.setdefault((each.source.file, reference(each)), []).append(each)
    paired = []
    for finding in findings:
        found = by_object.get((finding.location.file, finding.object), [])
        item = found[0] if len(found) == 1 else None  # of several it is not known which
        parts = finding.path.split("/")
        pointers = ["/".join(parts[:end]) for end in reversed(range(1, len(parts)))]
        places = manifests.place(item, pointers) if item else {}
        paired.append((finding, [places[pointer] for pointer in pointers if pointer in places]))
    return paired
