"""Which keys of a chart's values may feed a field, as its templates mention them, and what to try with each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from chartgen.helm.expressions import Mentions, expressions
from chartgen.helm.marking import Run
from chartgen.model.finding import Finding
from chartgen.model.pointer import keys_of
from chartgen.pipeline import values_trees as values
from chartgen.pipeline.explaining.marked_charts import ChartCopy
from chartgen.pipeline.explaining.tracing import Trace
from chartgen.pipeline.origin import ChartOrigin
from chartgen.pipeline.values_trees import ABSENT, KeyPath

_OF_ONE, _LEAVES, _MEMBERS = 16, 12, 4
_NEW_NUMBER, _NEW_MAP = 7919, {"z7919": "z7919"}
_SUBCHART = re.compile(r"charts/([^/]+)/")
# What chartgen computes stands there; it is not for people to change.
_COMPUTED = "derived"
# Helm's customary keys that give all objects other names: that mends a name, and nothing that only holds one.
_RENAMING = frozenset({"fullnameOverride", "nameOverride"})
# The ends of pointers that are no names of settings.
_COMMON = frozenset({"spec", "metadata", "template", "containers", "initContainers"})


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A key of the values, what it holds (ABSENT if nothing), and what it is changed to."""

    path: KeyPath
    value: Any
    other: Any


class Candidates:
    """The keys that a chart's templates mention, and its values to look them up in.

    Raises InputError for a values file that holds no map.
    """

    def __init__(self, origin: ChartOrigin, chart: ChartCopy, trace: Trace) -> None:
        self._trace = trace
        self._made_here = origin.made_here
        self._expressions = expressions({chart.names[path]: text for path, text in chart.templates.items()})
        self.trees = [values.read(text, name) for name, text in origin.values_files]
        self.values: dict[str, Any] = values.merged(chart.values(), origin.request.values or {})
        self._pool: dict[tuple[KeyPath, str], Trial] = {}

    def trials(self, finding: Finding, field: Any) -> tuple[Trial, ...]:
        """What to try for a finding whose field holds `field`, the likeliest first."""
        runs = self._trace.runs(finding.location)
        prefix: KeyPath = tuple(_SUBCHART.findall(self._trace.template(finding.location)))
        if field is ABSENT:
            found = self._absent(finding, runs, prefix)
        elif isinstance(field, dict | list):
            # `key:` and what it holds are often written by a line each.
            below = replace(finding.location, line=finding.location.line + 1)
            found = self._whole(field, (*runs, *self._trace.along(below)), prefix)
        else:
            found = self._present(finding, runs, prefix)
        pooled = (self._pool.setdefault((each.path, repr(each.other)), each) for each in found)
        return tuple(dict.fromkeys(pooled))[:_OF_ONE]

    def _present(self, finding: Finding, runs: tuple[Run, ...], prefix: KeyPath) -> Iterator[Trial]:
        name = _names(finding)[-1] if _names(finding) else ""
        written = dict.fromkeys([*runs, *self._trace.along(finding.location)])
        bodies = [body for run in written for body in (*run.actions, *reversed(run.around))]
        mentions = self._mentions(bodies, runs)
        found = [leaf for path in self._paths(mentions, prefix) for leaf in self._leaves(path)]
        found.sort(key=lambda path: (values.at(self.values, path) is ABSENT, not _alike(path, name)))
        for path in dict.fromkeys(found):
            value = values.at(self.values, path)
            other = values.varied(value)
            renames = path[-1] in _RENAMING and not finding.path.endswith("/metadata/name")
            if other is not ABSENT and not renames:
                yield Trial(path, value, other)

    def _whole(self, field: Any, runs: tuple[Run, ...], prefix: KeyPath) -> Iterator[Trial]:
        """Keys that hold just what the field holds: a map or a list that is written out as it is."""
        mentions = self._mentions([body for run in runs for body in (*run.actions, *reversed(run.around))], runs)
        for path in self._paths(mentions, prefix):
            if values.at(self.values, path) == field:
                other = {**field, **_NEW_MAP} if isinstance(field, dict) else [*field, *(field[:1] or [_NEW_MAP])]
                yield Trial(path, field, other)

    def _absent(self, finding: Finding, runs: tuple[Run, ...], prefix: KeyPath) -> Iterator[Trial]:
        """Keys named as a part of the pointer, with what is left of the pointer below them."""
        names = _names(finding)
        files = dict.fromkeys([*(run.file for run in runs), self._trace.template(finding.location)])
        bodies = [body for file in files for body in self._expressions.files.get(file, ())]
        mentions = self._mentions([*(body for run in runs for body in run.actions), *bodies], runs)
        for path in self._paths(mentions, prefix, known=False):
            for index in reversed(range(len(names))):
                rest = names[index + 1 :]
                if names[index] in _COMMON or any(name.isdecimal() for name in rest):
                    break
                if _alike(path, names[index]):
                    yield from self._new((*path, *rest))

    def _new(self, path: KeyPath) -> Iterator[Trial]:
        """Something for a key that holds nothing. An empty list or map says of what kind, or else the name may."""
        held = values.at(self.values, path)
        nothing = held in (ABSENT, None, "")
        if held == [] or (nothing and str(path[-1]).endswith("s")):
            yield Trial(path, ABSENT, [_NEW_MAP])
        if nothing:
            yield Trial(path, ABSENT, _NEW_NUMBER)
        if nothing or held == {}:
            yield Trial(path, ABSENT, _NEW_MAP)

    def _mentions(self, bodies: Iterable[str], runs: tuple[Run, ...]) -> Mentions:
        return self._expressions.mentions(bodies, runs[0].file if runs else "")

    def _paths(self, mentions: Mentions, prefix: KeyPath, *, known: bool = True) -> Iterator[KeyPath]:
        """The paths mentioned, and the relative ones below each.

        A relative one that the values do not have is taken below a map that has another of them, or, unless only
        `known` ones are asked for, below every map.
        """
        absolute = [(*prefix, *path) if path[0] != "global" else path for path in mentions.absolute]
        for base in [each for path in absolute for each in self._members(path)]:
            if self._made_here and base[0] == _COMPUTED:
                continue
            yield base
            held = values.at(self.values, base)
            open_to_more = isinstance(held, dict) and (not known or any(path[0] in held for path in mentions.relative))
            for relative in mentions.relative:
                if values.at(self.values, (*base, *relative)) is not ABSENT or (open_to_more and len(relative) == 1):
                    yield (*base, *relative)

    def _members(self, path: KeyPath) -> Iterator[KeyPath]:
        yield path
        held = values.at(self.values, path)
        if isinstance(held, list):
            yield from ((*path, index) for index in range(min(len(held), _MEMBERS)))
        elif isinstance(held, dict):
            yield from ((*path, key) for key, value in list(held.items())[:_LEAVES] if isinstance(value, dict))

    def _leaves(self, path: KeyPath) -> Iterator[KeyPath]:
        held = values.at(self.values, path)
        if isinstance(held, dict | list):
            for number, leaf in enumerate(values.leaves(held, path)):
                if number == _LEAVES:
                    return
                if not isinstance(values.at(self.values, leaf), dict | list):
                    yield leaf
        else:
            yield path


def _names(finding: Finding) -> tuple[str, ...]:
    return tuple(keys_of(finding.path))


def _alike(path: KeyPath, name: str) -> bool:
    """`podSecurityContext` and `securityContext` are alike, so are `Replicas` and `replicas`."""
    last, other = str(path[-1]).casefold(), name.casefold()
    return bool(other) and (last.endswith(other) or other.endswith(last))
