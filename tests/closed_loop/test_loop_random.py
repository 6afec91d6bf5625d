"""Install values at random: in the values file, and at `helm install` of a chart that was made without them."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from loop_axes import Values
from loop_charts import Bare, assembled, sample, written
from loop_judgement import Tally, accepted_faults, object_faults, since
from loop_strategies import install_values

from chartgen import manifests, spec
from chartgen.errors import ValuesInvalid
from chartgen.spec import Loaded

COUNT = 1
LIGHT = settings(
    max_examples=80, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), print_blob=False
)


@cache
def charts() -> tuple[tuple[Values, Loaded], ...]:
    return tuple((combination.values, loaded) for combination, loaded in sample(COUNT))


@cache
def bare(index: int) -> Bare:
    return Bare(written(charts()[index][1], Path(tempfile.mkdtemp(prefix="chartgen-"))))


def indexed() -> st.SearchStrategy[tuple[int, Values]]:
    numbers = st.integers(0, len(charts()) - 1)
    return numbers.flatmap(lambda index: st.tuples(st.just(index), install_values(charts()[index][1].choices)))


def merged(below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{key: merged(below.get(key), value) for key, value in above.items()}}
    return above


def faults(values: Values) -> list[str]:
    """What is wrong with the answer to a values file, be it accepted or refused."""
    try:
        loaded = spec.load_text(json.dumps(values, ensure_ascii=False), "values.yaml")
    except ValuesInvalid as error:
        fatal = [problem for problem in error.problems if problem.fatal]
        return [f"no remedy: {problem.message}" for problem in fatal if not (problem.key and problem.remedy)]
    return accepted_faults(loaded, Tally())


@LIGHT
@given(st.data())
def test_in_the_values_file(data: st.DataObject) -> None:
    index, values = data.draw(indexed())
    whole = merged(charts()[index][1].values, values)
    del whole["derived"]
    assert faults(whole) == []


@LIGHT
@given(st.data())
def test_at_install(data: st.DataObject) -> None:
    index, values = data.draw(indexed())
    _, loaded = charts()[index]
    texts = bare(index).output(values)
    if texts is None:
        return
    objects = [
        item
        for name, text in sorted(texts.items())
        if not name.endswith("NOTES.txt")
        for item in manifests.from_text(text, name, rendered=True)
    ]
    assert object_faults(tuple(objects), since(assembled(loaded)), loaded.choices.provider, Tally()) == []
