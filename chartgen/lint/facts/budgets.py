"""Disruption budgets: the pods they cover, and how many of them have to stay.

Percentages are rounded up for both fields, as the disruption controller does. What a selector picks differs by version:
policy/v1 takes an empty one for every pod of the namespace, policy/v1beta1 for none.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.lint import kinds
from chartgen.lint.facts.counts import share
from chartgen.lint.facts.registry import FactType, fact, iterator, related
from chartgen.lint.facts.replicas import Bounds, places, pods
from chartgen.lint.facts.selectors import Selected, describe, selected
from chartgen.lint.release import Release, Subject, as_map, as_text
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "object bound"
_FIELDS = ("maxUnavailable", "minAvailable")
_NOT_REPLICATED = ("DaemonSet", "Job", "CronJob")


@iterator("bound")
def walk_bounds(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """The bound that a disruption budget sets: minAvailable or maxUnavailable, of which the API allows one."""
    if kinds.group_of(manifest) != "budget":
        return
    spec = as_map(manifest.object.get("spec"))
    for field in _FIELDS:
        if field in spec:
            yield Subject(release, manifest, "bound", spec[field], f"/spec/{field}", key=field)
            return


@fact("bound.field", FactType.STRING, on="bound")
def bound_field(subject: Subject) -> str:
    """`minAvailable` or `maxUnavailable`."""
    return as_text(subject.key)


@fact("budget.selects", FactType.STRINGS, on=_ON)
def budget_selects(subject: Subject) -> list[str] | None:
    """The workloads (`Deployment vllm`) whose pods the budget covers, DaemonSets and Jobs left out, sorted.

    Unknown if it covers nothing that the input has, or if that hangs on what is known only at run time.
    """
    found = selected_by(subject.release, subject.manifest)
    if found.maybe or not found.sure:
        return None
    kept = (each.manifest for each in found.sure if each.manifest.kind not in _NOT_REPLICATED)
    return subject.release.once(("budgets", "names", id(found)), lambda: sorted({describe(each) for each in kept}))


@fact("budget.fewest", FactType.INT, on=_ON)
def budget_fewest(subject: Subject) -> int | None:
    """The fewest pods that the budget covers, as autoscalers allow; DaemonSets and Jobs make it unknown."""
    return _bounds(subject).least


@fact("budget.most", FactType.INT, on=_ON)
def budget_most(subject: Subject) -> int | None:
    """The most pods that the budget covers, as autoscalers allow; DaemonSets and Jobs make it unknown."""
    return _bounds(subject).most


@fact("budget.requiredOfFewest", FactType.INT, on=_ON)
def required_of_fewest(subject: Subject) -> int | None:
    """How many pods have to stay while there are fewest, or one if there are none then."""
    fewest = _bounds(subject).least
    return None if fewest is None else _required(subject.manifest, max(1, fewest))


@fact("budget.requiredOfMost", FactType.INT, on=_ON)
def required_of_most(subject: Subject) -> int | None:
    """How many pods have to stay while there are most."""
    most = _bounds(subject).most
    return None if most is None else _required(subject.manifest, most)


@related("covered")
def covered_places(subject: Subject) -> Iterator[Place]:
    """Where the workloads that a budget covers get their number of pods from."""
    covered = {id(each.manifest): each.manifest for each in selected_by(subject.release, subject.manifest).sure}
    for manifest in covered.values():
        yield from places(subject.release, manifest)


def _required(manifest: Manifest, total: int) -> int | None:
    spec = as_map(manifest.object.get("spec"))
    if "maxUnavailable" in spec:
        allowed = share(spec["maxUnavailable"], total, up=True)
        return None if allowed is None else max(0, total - allowed)
    return share(spec.get("minAvailable"), total, up=True)


def selected_by(release: Release, manifest: Manifest) -> Selected:
    """The pods that a disruption budget covers."""

    def find() -> Selected:
        selector = as_map(manifest.object.get("spec")).get("selector")
        empty = isinstance(selector, dict) and not any(selector.values())
        if kinds.group_of(manifest) != "budget" or (empty and manifest.api_version == "policy/v1beta1"):
            return Selected()
        return selected(release, manifest, selector)

    return release.once(("budgets", "selected", id(manifest)), find)


def _bounds(subject: Subject) -> Bounds:
    found = selected_by(subject.release, subject.manifest)
    return subject.release.once(("budgets", "bounds", id(found)), lambda: _sum(subject.release, found))


def _sum(release: Release, found: Selected) -> Bounds:
    if found.maybe or not found.sure or any(each.manifest.kind in _NOT_REPLICATED for each in found.sure):
        return Bounds()
    each = [pods(release, one.template) for one in found.sure]
    least = [one.least for one in each if one.least is not None]
    most = [one.most for one in each if one.most is not None]
    return Bounds(
        sum(least) if len(least) == len(each) else None,
        sum(most) if len(most) == len(each) else None,
    )
