"""Whole charts: what the table refuses is refused, everything else is accepted, and what is accepted holds."""

from __future__ import annotations

import pytest
from loop_axes import ABSENT, axes, core
from loop_combination import made
from loop_judgement import Tally, judge, settle
from loop_plan import plan

from chartgen import spec
from chartgen.manifests import schema as kubernetes
from chartgen.model.spec import Choices
from chartgen.spec.checks import rows

# The whole walk is `tests/closed_loop/run`; this many accepted combinations cover every pair of options.
MOST = 40
PARTS = 8


@pytest.mark.parametrize("part", range(PARTS))
def test_accepted_means_that_it_holds(part: int) -> None:
    walked = plan(MOST)
    tally = Tally()
    faults = {
        combination.name: found for combination in walked.accepted[part::PARTS] if (found := judge(combination, tally))
    }
    assert faults == {}
    assert tally.charts == len(walked.accepted[part::PARTS])
    assert not tally.unchecked


@pytest.mark.parametrize("part", range(2))
def test_refused_means_that_a_row_says_so(part: int) -> None:
    faults = {
        combination.name: found for combination in plan(MOST).refused[part::2] if (found := judge(combination, Tally()))
    }
    assert faults == {}


def test_every_row_is_met() -> None:
    met = [row for combination in plan(MOST).refused for row in combination.rows]
    assert [row.message for row in rows() if row not in met] == []


def test_every_choice_is_walked() -> None:
    fields = {field for axis in axes() for field in axis.fields}
    assert fields == set(Choices.__dataclass_fields__)
    seen = {item for combination in plan(MOST).accepted for item in combination.options.items()}
    missing = [(axis.name, option) for axis in axes() for option in axis.options if (axis.name, option) not in seen]
    assert [item for item in missing if item[1] != ABSENT] == []


def test_what_is_not_paired_cannot_be() -> None:
    """A pair that no combination has contradicts the table or an x-when, whatever else is chosen."""
    assert len(plan(MOST).impossible) < plan(MOST).pairs / 5


def test_auto_is_one_of_the_others() -> None:
    for axis in core():
        section, key = axis.name.split(".")
        node = spec.schema()["properties"][section]["properties"][key]
        if "auto" not in node.get("enum", ()):
            continue
        for combination in plan(MOST).accepted[:60]:
            values = {**combination.values, section: {**combination.values[section], key: "auto"}}
            loaded = settle(values).loaded
            if loaded is not None:
                assert loaded.choices == _explicit(combination.values, section, key, loaded.choices)


def _explicit(values: dict[str, object], section: str, key: str, choices: Choices) -> Choices:
    """The choices of the same file with what `auto` came to written out."""
    (field,) = (field for axis in core() if axis.name == f"{section}.{key}" for field in axis.fields)
    written = {**values, section: {**values[section], key: getattr(choices, field)}}  # type: ignore[dict-item]
    loaded = settle(written).loaded
    assert loaded is not None
    return loaded.choices


def test_the_newest_kubernetes_is_one_that_charts_allow() -> None:
    assert kubernetes.versions()[-1] > "1.30"
    assert made({}).rows == ()
