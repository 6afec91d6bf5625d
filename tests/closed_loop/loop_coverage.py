"""The branches of all template texts of a plan: rendered with little and with much, then looked for one by one."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from loop_axes import Key, Values, applied, at, keys
from loop_branches import Arm, MarkedChart
from loop_combination import Combination
from loop_judgement import settle
from loop_keys import candidates, install_keys, most, overlay

from chartgen import chart, spec
from chartgen.spec import Loaded

Kin = tuple[str, tuple[str, ...], int]
_OWNERS = 1
_VALUES = 12
_SPAN = {"timezone": "Etc/UTC", "start": "0 8 * * *", "end": "0 8 * * *", "replicas": 2}
_MOUNT = {"name": "model", "mountPath": "/out"}
# Values that contradict others, or that are taken from inside maps of the user's.
_DOORS: tuple[Values, ...] = (
    {"spot": {"drainSeconds": 86400}, "lifecycle": {"drainSeconds": 86400}},
    {"engine": {"args": {"disable-log-stats": True}}},
    {"autoscaling": {"schedule": [_SPAN]}},
    {"batch": {"output": "/out/answers.jsonl"}, "pod": {"extraVolumeMounts": [_MOUNT]}},
    {"pod": {"annotations": {f"gke-gcsfuse/{n}": "1" for n in ("volumes", "cpu-limit", "memory-limit")}}},
    {"pod": {"annotations": {"cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes": "tmp"}}},
    {"networking": {"httpRoute": {"gateway": {"name": "public", "namespace": None}}}},
)


@dataclass
class Coverage:
    """`texts` are the distinct template texts, `arms` all ways through them by kin, `taken` those that a render took.

    `every` and `reached` count the same by text: the arms of each text by itself.
    """

    texts: set[tuple[str, str]] = field(default_factory=set)
    rendered: set[tuple[str, str]] = field(default_factory=set)
    arms: dict[Kin, list[Combination]] = field(default_factory=dict)
    taken: set[Kin] = field(default_factory=set)
    every: int = 0
    reached: int = 0

    @property
    def missing(self) -> list[Kin]:
        return sorted(self.arms.keys() - self.taken)


def cover(combinations: Iterable[Combination], folder: FilePath, search: bool = True) -> Coverage:
    """Render every template text that these combinations have, and look for the branches that were not taken."""
    found = Coverage()
    schema = spec.schema()
    for combination in combinations:
        loaded = settle(combination.values).loaded
        if loaded is None:
            continue
        files = chart.assemble(loaded.values, loaded.choices, loaded.text, schema, loaded.totals).files
        new = {(name, text) for name, text in files.items() if name.startswith("templates/")} - found.texts
        if new:
            found.texts |= new
            _count(found, combination, loaded, files, folder)
    if search:
        for deep in (False, True):
            _search(found, folder, deep)
    return found


def _search(found: Coverage, folder: FilePath, deep: bool) -> None:
    """Look for the missing branches in charts that have them, each chart once; `deep` changes fixed keys as well."""
    seen: set[str] = set()
    for kin in found.missing:
        for owner in found.arms[kin]:
            if kin not in found.taken and owner.name not in seen:
                seen.add(owner.name)
                _look(found, owner, folder, deep)


def _count(found: Coverage, owner: Combination, loaded: Loaded, files: Mapping[str, str], folder: FilePath) -> None:
    marked = MarkedChart(files, folder / "chart")
    taken: set[Arm] = set()
    for values in _overlays(loaded):
        once = marked.taken(values)
        if once:
            found.rendered |= {(name, text) for name, text in files.items() if name.startswith("templates/")}
        taken |= once
    arms = set(marked.arms.values())
    for kin in {arm.kin for arm in arms}:
        owners = found.arms.setdefault(kin, [])
        if len(owners) < _OWNERS:
            owners.append(owner)
    found.every += len(arms)
    found.reached += len(taken)
    found.taken |= {arm.kin for arm in taken}
    marked.close()
    shutil.rmtree(folder / "chart")


def _overlays(loaded: Loaded) -> tuple[Values, ...]:
    """Nothing, all that has no value yet, and all that may be taken away."""
    much = most(loaded.choices, loaded.values)
    none: Values = {}
    for key in install_keys(loaded.choices):
        if at(loaded.values, key.path) is not None and "default" not in key.node:
            none = overlay(key.path, None, none)
    return ({}, much, none, *_DOORS)


def _look(found: Coverage, owner: Combination, folder: FilePath, deep: bool) -> None:
    settled = settle(owner.values)
    assert settled.loaded
    if deep:
        fixed = [key for key in keys() if key.node.get("x-phase") == "fixed"]
        for values in (settled.values, _richer(settled.values, settled.loaded)):
            for loaded in _variants(values, fixed):
                _try(found, loaded, folder, singly=False)
    else:
        _try(found, settled.loaded, folder, singly=True)


def _richer(values: Values, loaded: Loaded) -> Values:
    """The values file with every install key in it, as far as it is accepted then."""
    rich = values
    for key in install_keys(loaded.choices):
        if at(values, key.path) is None and key.node.get("examples"):
            more = applied(rich, {key.path: key.node["examples"][0]})
            rich = more if settle(more).loaded else rich
    return rich


def _variants(values: Values, changed: Iterable[Key]) -> Iterator[Loaded]:
    """`values` loaded, with each key in turn changed to some values that are accepted."""
    for key in changed:
        for value in itertools.islice(candidates(key.node), _VALUES):
            loaded = settle(applied(values, {key.path: value})).loaded if value is not None else None
            if loaded is not None:
                yield loaded


def _try(found: Coverage, loaded: Loaded, folder: FilePath, *, singly: bool) -> None:
    """Render one chart with install values that may take the branches that are missing in it."""
    files = chart.assemble(loaded.values, loaded.choices, loaded.text, spec.schema(), loaded.totals).files
    marked = MarkedChart(files, folder / "chart")
    asked = {arm.kin: " ".join((*arm.conditions, arm.around)) for arm in marked.arms.values()}
    bases = _overlays(loaded)
    for values in bases:
        found.taken |= {arm.kin for arm in marked.taken(values)}
    for key in install_keys(loaded.choices) if singly else ():
        for value in candidates(key.node):
            if not any(_named(key, asked[kin]) for kin in asked.keys() - found.taken):
                break
            for base in bases[:2]:
                found.taken |= {arm.kin for arm in marked.taken(overlay(key.path, value, base))}
    marked.close()
    shutil.rmtree(folder / "chart")


def _named(key: Key, asked: str) -> bool:
    """Whether conditions may have to do with the key: they name it, or no key at all."""
    return ".Values." not in asked or any(re.search(rf"[.$]{word}\b", asked) for word in key.path)
