"""The keys of a chart at `helm install`: each live one works and changes something, each frozen one says why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import helm_python
import pytest
from loop_axes import Key, at
from loop_charts import Bare, dumped, objects, output, said, sample, written
from loop_keys import (
    candidates,
    frozen_keys,
    install_keys,
    instead,
    most,
    overlay,
    sayable,
    set_expressions,
    unused_keys,
)

from chartgen import manifests, spec
from chartgen.catalogue import workloads
from chartgen.manifests import schema as kubernetes
from chartgen.spec import Loaded

COUNT = 1
PARTS = 4
_AGAIN = "run chartgen render again"


@cache
def charts(part: int) -> tuple[Loaded, ...]:
    return tuple(loaded for _, loaded in sample(COUNT)[part::PARTS])


@pytest.mark.parametrize("part", range(PARTS))
def test_every_live_key_changes_the_output(part: int, tmp_path: Path) -> None:
    dead = []
    for number, loaded in enumerate(charts(part)):
        chart = Bare(written(loaded, tmp_path / str(number)))
        bases = [(base, chart.output(base)) for base in ({}, accepted(chart, loaded), accepted(chart, loaded, -1))]
        assert bases[0][1]
        for key in install_keys(loaded.choices):
            away = instead(key, loaded.choices, loaded.values)
            tries = (
                (chart.output(overlay(key.path, value, base)), before)
                for base, before in [*bases, (away, chart.output(away))]
                for value in candidates(key.node)
            )
            alive = any(after is not None and after != (before or bases[0][1]) for after, before in tries)
            if not alive and not alone(key, loaded):
                dead.append(f"{key.dotted}: {loaded.choices}")
        chart.close()
    assert "\n".join(dead) == ""


def alone(key: Key, loaded: Loaded) -> bool:
    """Whether the key is that of a number which can only be 1: a disk that is attached to one node serves one pod."""
    kind = workloads.workload(loaded.choices.kind)
    return key.dotted == kind.count and kind.claim == "shared" and spec.backends()[loaded.choices.backend].attaches


def accepted(chart: Bare, loaded: Loaded, which: int = 0) -> dict[str, Any]:
    """As many install keys as can be set together, each with one of its examples."""
    values: dict[str, Any] = {}
    examples = most(loaded.choices, loaded.values, which) if which == 0 else most(loaded.choices, {}, which)
    for key in install_keys(loaded.choices):
        example = at(examples, key.path)
        if example is not None:
            more = overlay(key.path, example, values)
            if len(key.path) > 1 and at(loaded.values, key.path[:-1]) is None:  # its section comes as a whole
                whole = at(instead(key, loaded.choices, loaded.values), key.path[:-1])
                more = overlay(key.path[:-1], whole, values)
            values = values if chart.output(more) is None else more
    return values


@pytest.mark.parametrize("part", range(PARTS))
def test_set_of_every_install_key_works(part: int, tmp_path: Path) -> None:
    faults = []
    tried: Counter[str] = Counter()
    for number, loaded in enumerate(charts(part)):
        folder = written(loaded, tmp_path / str(number))
        with helm_python.Chart.load(folder) as chart:
            bare = Bare(folder)
            much = accepted(bare, loaded)
            for key in install_keys(loaded.choices):
                away = instead(key, loaded.choices, loaded.values)
                answers = [broken(chart, values) for values in spoken(key, bare, ({}, much, away))]
                # Of examples that are for different choices, one is enough.
                if all(answers):
                    faults.append(f"{key.dotted}: {answers} {loaded.choices}")
                tried[key.dotted] += len(answers)
            bare.close()
    assert "\n".join(faults) == ""
    assert len(tried) > 40


def spoken(key: Key, chart: Bare, bases: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """What `helm install --set KEY=EXAMPLE` says, or --set-json where --set has no words for it.

    Beside the first of the `bases` with which the chart takes it.
    """
    for value in key.node["examples"]:
        if sayable(value):
            typed = helm_python.parse_set_string(",".join(set_expressions(key.path, value)))
        else:
            typed = helm_python.parse_set_json(f"{key.dotted}={dumped(value)}")
        tries = [overlay(key.path, at(typed, key.path), base) for base in bases]
        yield next((values for values in tries if chart.output(values) is not None), tries[0])


def broken(chart: helm_python.Chart, values: Mapping[str, Any]) -> list[str]:
    """What is wrong with a release that has these values."""
    try:
        texts = output(chart, values)
    except helm_python.HelmError as error:
        return [said(error)[:400]]
    assert list(objects(texts))
    found = [
        item
        for name, text in texts.items()
        if not name.endswith("NOTES.txt")
        for item in manifests.from_text(text, name, rendered=True)
    ]
    return [f"{problem.manifest.kind} {problem.pointer}: {problem.message}" for problem in kubernetes.check(found)]


@pytest.mark.parametrize("part", range(PARTS))
def test_set_of_a_frozen_key_says_what_to_do(part: int, tmp_path: Path) -> None:
    faults = []
    for number, loaded in enumerate(charts(part)):
        with helm_python.Chart.load(written(loaded, tmp_path / str(number))) as chart:
            for key in frozen_keys(loaded.choices):
                now = at(loaded.values, key.path)
                if now is None:  # of a section that is not there
                    now = key.node.get("default")
                values = candidates(key.node) if key.dotted != "derived" else [{"gpuCount": 99}]
                other = next((value for value in values if value is not None and value != now), None)
                for value in (other, "other") if now is None or isinstance(now, str) else (other,):
                    answer = refusal(chart, overlay(key.path, value))
                    if _AGAIN not in answer or key.path[-1] not in answer:
                        faults.append(f"{key.dotted}={dumped({'': value})}: {answer[:300]}")
    assert "\n".join(faults) == ""


@pytest.mark.parametrize("part", range(PARTS))
def test_set_of_an_unused_key_says_why(part: int, tmp_path: Path) -> None:
    faults = []
    for number, loaded in enumerate(charts(part)):
        with helm_python.Chart.load(written(loaded, tmp_path / str(number))) as chart:
            for key in unused_keys(loaded.choices):
                sentences = [node["x-why-not"] for node in key.live if "x-why-not" in node]
                value = next(candidates(key.node))
                answer = refusal(chart, overlay(key.path, value))
                if not any(sentence in answer for sentence in sentences):
                    faults.append(f"{key.dotted}={dumped({'': value})}: {answer[:300]}")
    assert "\n".join(faults) == ""


def refusal(chart: helm_python.Chart, values: Mapping[str, Any]) -> str:
    try:
        output(chart, values)
    except helm_python.HelmError as error:
        return said(error)
    return "accepted"
