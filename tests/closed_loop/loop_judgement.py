"""What "accepted" and "refused" have to mean, as a list of what does not hold."""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path as FilePath

from loop_axes import Path, Values, at, keys, put
from loop_combination import Combination
from loop_totals import miscounted

from chartgen import chart, spec
from chartgen.errors import ChartgenError, ValuesInvalid
from chartgen.manifests import schema as kubernetes
from chartgen.model.chart import Chart
from chartgen.model.finding import Severity
from chartgen.model.manifest import Manifest
from chartgen.model.problem import Problem
from chartgen.pipeline.checking import Batch, Policy, check, policy
from chartgen.pipeline.rendering import rendering
from chartgen.spec import Loaded
from chartgen.spec.fault import path_of

_SINCE = re.compile(r"kubeVersion: \"?>=([0-9]+\.[0-9]+)\.0-0")
_SUPPRESSION = "chartgen.dev/ignore"
_MOST_REPAIRS = 12


@dataclass(frozen=True)
class Settled:
    """A values file that was loaded, or why it was not; `values` has the keys that were asked for filled in."""

    values: Values
    loaded: Loaded | None
    problems: tuple[Problem, ...]


def settle(values: Values) -> Settled:
    """Load a values file; where a key that is no choice is missing or does not fit, take one of its examples."""
    tried: dict[Path, int] = {}
    given = {key.path for key in keys() if at(values, key.path) is not None}
    while True:
        try:
            return Settled(values, spec.load_text(json.dumps(values), "values.yaml"), ())
        except ValuesInvalid as error:
            fatal = tuple(problem for problem in error.problems if problem.fatal)
        wanted = {path for problem in fatal for path in _repairable(problem, given)}
        more = [path for path in sorted(wanted) if _repair(values, path, tried)]
        if not more or sum(tried.values()) > _MOST_REPAIRS:
            return Settled(values, None, fatal)


def _repairable(problem: Problem, given: set[Path]) -> Iterator[Path]:
    at_fault = path_of(problem.key)
    for key in keys():
        if at_fault[: len(key.path)] == key.path and key.path not in given and key.node.get("x-phase") != "choice":
            yield key.path


def _repair(values: Values, path: Path, tried: dict[Path, int]) -> bool:
    (node,) = (key.node for key in keys() if key.path == path)
    examples = node.get("examples", ())
    index = tried.get(path, 0)
    if index >= len(examples):
        return False
    put(values, path, examples[index])
    tried[path] = index + 1
    return True


@dataclass
class Tally:
    """What was looked at: `kinds` counts objects by kind, `unchecked` those of them that no schema describes."""

    charts: int = 0
    renders: int = 0
    texts: set[tuple[str, str]] = field(default_factory=set)
    outputs: set[tuple[str, ...]] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    unchecked: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.charts += other.charts
        self.renders += other.renders
        self.texts |= other.texts
        self.outputs |= other.outputs
        self.kinds.update(other.kinds)
        self.unchecked.update(other.unchecked)


def judge(combination: Combination, tally: Tally) -> list[str]:
    """What is wrong with the answer to `combination`; empty if it is accepted or refused as it has to be."""
    settled = settle(combination.values)
    if combination.rows:
        return refusal_faults(combination, settled)
    if settled.loaded is None:
        return [f"refused, and no row of the table says so: {each.key}: {each.message}" for each in settled.problems]
    return accepted_faults(settled.loaded, tally)


def refusal_faults(combination: Combination, settled: Settled) -> list[str]:
    """What is wrong with a refusal: every row is told, at its key, with its remedy, and nothing else is refused."""
    if settled.loaded is not None:
        return [f"accepted, against the row: {row.message}" for row in combination.rows]
    told = {(problem.key, problem.message) for problem in settled.problems}
    known = {(row.key, row.message) for row in combination.rows}
    faults = [f"a row is not told: {key}: {message}" for key, message in sorted(known - told)]
    faults += [f"refused beside the table: {key}: {message}" for key, message in sorted(told - known)]
    return faults + [f"no remedy: {problem.key}" for problem in settled.problems if not problem.remedy]


def accepted_faults(loaded: Loaded, tally: Tally) -> list[str]:
    """What an accepted values file does not keep."""
    try:
        with tempfile.TemporaryDirectory(prefix="chartgen-") as scratch:
            made = rendering(loaded, FilePath(scratch), FilePath("out"))
    except ChartgenError as error:
        return [f"not rendered: {error.message}"]
    tally.charts += 1
    tally.renders += len(made.built)
    charts = [built.chart for built in made.built]
    tally.texts.update((name, text) for each in charts for name, text in each.files.items() if "templates/" in name)
    faults = [*_unfixed(loaded, charts), *miscounted(loaded.totals, made.built[0].objects)]
    output = tuple(file.text for built in made.built for file in built.files)
    if output not in tally.outputs:
        tally.outputs.add(output)
        faults += object_faults(made.objects, since(charts[0]), loaded.choices.provider, tally)
    return faults


def _unfixed(loaded: Loaded, charts: list[Chart]) -> Iterator[str]:
    """The chart's values.yaml makes the same chart again, byte for byte."""
    try:
        again = spec.load_text(loaded.text, "values.yaml")
    except ValuesInvalid as error:
        yield from (f"values.yaml is refused: {each.key}: {each.message}" for each in error.problems)
        return
    fresh = [chart.assemble(again.values, again.choices, again.text, spec.schema(), again.totals)]
    plugin = chart.device_plugin(again.values, again.choices)
    fresh += [plugin] if plugin else []
    for one, other in zip(charts, fresh, strict=True):
        for name in sorted(one.files.keys() | other.files.keys()):
            if one.files.get(name) != other.files.get(name):
                yield f"no fixed point: {one.name}/{name}"


def since(made: Chart) -> str:
    """The oldest Kubernetes version that the chart says it runs on."""
    found = _SINCE.search(made.files["Chart.yaml"])
    assert found, made.files["Chart.yaml"]
    return found[1]


@cache
def _policy() -> Policy:
    return policy()


def object_faults(objects: tuple[Manifest, ...], oldest: str, provider: str, tally: Tally) -> list[str]:
    """What Kubernetes, at both ends of the chart's versions, and our own rules have against these objects."""
    faults: list[str] = []
    for version in (oldest, kubernetes.versions()[-1]):
        faults += [
            f"Kubernetes {version}: {each.manifest.kind} {each.pointer}: {each.message}"
            for each in kubernetes.check(objects, version)
        ]
        tally.unchecked.update(f"{item.api_version} {item.kind}" for item in kubernetes.unchecked(objects, version))
    tally.kinds.update(item.kind for item in objects)
    checked = check(Batch(objects, closed=True, provider=provider, namespace="default"), _policy())
    found = [each for each in checked.findings if each.severity is Severity.error and not each.unknown]
    faults += [f"rule {each.rule}: {each.object.kind} {each.path}: {each.message}" for each in found]
    faults += [f"suppression generated: {item.kind}" for item in objects if _SUPPRESSION in json.dumps(item.object)]
    return faults
