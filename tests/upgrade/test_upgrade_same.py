"""What means the same is no change: another order of keys, defaults written out, equal quantities, null and empty."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from upgrade_objects import compared, text

from chartgen import manifests, upgrade
from chartgen.lint import load, releases, run
from chartgen.model.change import UNCHANGED
from chartgen.report.comparison import Comparison
from chartgen.report.diffs import render

RULES = load(select=["upgrade"])
OBJECTS = yaml.safe_load((Path(__file__).parent / "live.yaml").read_text())


def mixed(short: Any, live: Any, chance: Random) -> Any:
    """The short form with some of what the live form has beside it, its keys in any order, nulls among them."""
    if isinstance(short, dict) and isinstance(live, dict):
        kept = {key: mixed(value, live[key], chance) if key in live else value for key, value in short.items()}
        kept |= {key: live[key] for key in sorted(live.keys() - short.keys()) if chance.random() < 0.5}
        kept |= {"unset": None} if chance.random() < 0.2 else {}
        return {key: kept[key] for key in chance.sample(sorted(kept), len(kept))}
    if isinstance(short, list) and isinstance(live, list) and len(short) == len(live):
        return [mixed(one, other, chance) for one, other in zip(short, live, strict=True)]
    return chance.choice([short, live])


def version(seed: int) -> list[dict[str, Any]]:
    """All objects in any order, each somewhere between its short form and its live form."""
    chance = Random(seed)
    made = [mixed(short, live, chance) for short, live in zip(OBJECTS["short"], OBJECTS["live"], strict=True)]
    return chance.sample(made, len(made))


SEEDS = st.integers(min_value=0, max_value=2**32)


@given(SEEDS, SEEDS)
def test_forms_of_one_object_do_not_differ(one: int, other: int) -> None:
    old, new = (manifests.from_text(text(*version(seed)), "objects.yaml") for seed in (one, other))
    found = upgrade.changes(old, new)
    assert [(each.manifest.kind, each.fields) for each in found.objects if each.action != UNCHANGED] == []
    assert upgrade.verdicts(found) == ()


def test_the_short_and_the_live_form_by_the_command(tmp_path: Path) -> None:
    code, found = compared(tmp_path, text(*OBJECTS["short"]), text(*OBJECTS["live"]), "--fail-on", "info")
    assert (code, found["objects"], found["verdicts"]) == (0, [], [])
    assert found["summary"]["unchanged"] == len(OBJECTS["live"])


def test_what_looks_the_same_and_is_not(tmp_path: Path) -> None:
    old = text(*OBJECTS["short"])
    for before, after, path in (
        ('{"podSelector": {}}', "{}", "spec.ingress[0].from[0].podSelector"),
        ('"podSelector": {}, "ingress"', '"podSelector": {"matchLabels": {"app": "vllm"}}, "ingress"', None),
        ('"serviceAccountName": "vllm", ', '"serviceAccountName": "vllm", "enableServiceLinks": true, ', None),
        ('"averageValue": 5', '"averageValue": 6', None),
        ('"--model", "google/gemma-2-9b-it"', '"google/gemma-2-9b-it", "--model"', None),
    ):
        assert before in old, before
        _, found = compared(tmp_path, old, old.replace(before, after))
        paths = [field["path"] for each in found["objects"] for field in each["fields"]]
        assert paths, before
        assert path is None or path in paths


JUNK: list[Any] = [
    None,
    True,
    -1,
    2.5,
    "",
    "x",
    "25%",
    "1Gi",
    [],
    [[]],
    ["x"],
    {},
    {"name": "a"},
    {"name": []},
    {"x": {}},
]


def broken(value: Any, chance: Random) -> Any:
    """The value with something else in some places."""
    if chance.random() < 0.03:
        return chance.choice(JUNK)
    if isinstance(value, dict):
        return {key: member if key in ("kind", "name") else broken(member, chance) for key, member in value.items()}
    return [broken(member, chance) for member in value] if isinstance(value, list) else value


@settings(max_examples=25)
@given(SEEDS)
def test_any_two_objects_can_be_compared(seed: int) -> None:
    chance = Random(seed)
    sides = []
    for _ in range(2):
        made = [each for each in (broken(live, chance) for live in OBJECTS["live"]) if isinstance(each, dict)]
        sides.append(manifests.from_text(text(*made), "objects.yaml"))
    found = upgrade.changes(*sides)
    for form in ("text", "json", "markdown"):
        assert render(Comparison("old", "new", found, upgrade.verdicts(found, spare_gpus=1)), form)
    release = releases(sides[1], changes=found)
    assert run(release, RULES, valid=lambda _: False) is not None
