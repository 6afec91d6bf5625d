"""Which disruption budgets cover which pods: none, one, or several at once, which the eviction API refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chartgen.lint import kinds
from chartgen.lint.facts import gpu
from chartgen.lint.facts.basic import objects
from chartgen.lint.facts.budgets import selected_by
from chartgen.lint.facts.references import holds_operator_work
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import Pods, Selected, all_added, describe, either, pods
from chartgen.lint.facts.services import missed, names
from chartgen.lint.release import Release, Subject, as_map
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "object"


@fact("budgets.covering", FactType.STRINGS, on=_ON)
def budgets_covering(subject: Subject) -> list[str] | None:
    """The disruption budgets that cover pods of the workload, sorted.

    Unknown if there is none in the input and one may stand elsewhere (open world), or hang on a label or a namespace.
    """
    release = subject.release
    index = _index(release)
    found = index.selections.get(id(subject.manifest))
    if found:
        key = ("coverage", "names", tuple(id(each) for each in found))
        return release.once(key, lambda: sorted(describe(one) for each in found for one in index.budgets[id(each)]))
    return None if not release.closed or id(subject.manifest) in index.unsure else []


@fact("budget.covers", FactType.STRINGS, on=_ON)
def budget_covers(subject: Subject) -> list[str] | None:
    """The workloads of any kind whose pods the budget covers, sorted; empty if there are none for certain.

    Unknown if pods may come from another file (open world) or from an operator, unless the labels of a workload of the
    same namespace differ from the selector by a slip (budget.near).
    """
    release, manifest = subject.release, subject.manifest
    found = selected_by(release, manifest)
    if found.sure:
        return names(release, found)
    if found.maybe:
        return None
    if _near(release, manifest):
        return []
    selector = as_map(manifest.object.get("spec")).get("selector")
    closed = release.closed and not holds_operator_work(release, manifest)
    return [] if closed and not all_added(selector) else None


@fact("budget.near", FactType.STRING, on=_ON)
def budget_near(subject: Subject) -> str:
    """The workload whose labels differ from the selector by a slip, with those labels; empty if there is none."""
    found = _near(subject.release, subject.manifest)
    return f"{describe(found[0][0].manifest)} has {', '.join(found[0][1])}" if found else ""


@fact("budget.rivals", FactType.STRINGS, on=_ON)
def budget_rivals(subject: Subject) -> list[str] | None:
    """The other budgets that cover one of the same pods for certain, sorted.

    Unknown if there are some in other files only, in an open world: files may hold variants of one installation.
    """
    found = _rivals(subject)
    closed, file = subject.release.closed, subject.manifest.source.file
    near = {each.told for each in found if closed or each.place.manifest.source.file == file}
    return sorted(near) if near or not found else None


@fact("budget.gpu", FactType.BOOL, on=_ON)
def budget_gpu(subject: Subject) -> bool | None:
    """Whether a pod that the budget covers asks for a GPU; unknown if the input has none of its pods."""
    found = selected_by(subject.release, subject.manifest).sure
    if not found:
        return None
    workloads = {id(each.manifest): each.manifest for each in found}.values()
    return either(gpu.pod_requested(each) for one in workloads for each in objects(subject.release, one))


@related("rivals")
def rival_places(subject: Subject) -> Iterator[Place]:
    """The selectors of the other budgets."""
    for each in _rivals(subject):
        yield each.place


@related("nearly")
def near_places(subject: Subject) -> Iterator[Place]:
    """The labels that a budget misses by a slip."""
    for each, _ in _near(subject.release, subject.manifest)[:1]:
        yield Place(each.manifest, f"{each.template.pointer}/metadata/labels", f"pods of {describe(each.manifest)}")


@dataclass(frozen=True, slots=True)
class _Rival:
    """A budget that covers the same pods as others, ready to be told."""

    name: str
    told: str
    place: Place


def _rivals(subject: Subject) -> list[_Rival]:
    release, own = subject.release, selected_by(subject.release, subject.manifest)
    found = release.once(("coverage", "sharing", id(own)), lambda: _sharing(release, own))
    # The same name again is a variant of the same budget, or a duplicate of its own kind.
    name = subject.manifest.name
    return [each for each in found if each.name != name]


def _sharing(release: Release, own: Selected) -> list[_Rival]:
    """The budgets that cover one of the same pods, in input order."""
    index = _index(release)
    covered = {_key(each) for each in own.sure}
    met = {id(each): each for workload, _ in covered for each in index.selections.get(workload, ())}
    alike = (each for each in met.values() if any(_key(one) in covered for one in each.sure))
    found = sorted((one for each in alike for one in index.budgets[id(each)]), key=lambda one: index.order[id(one)])
    return [
        _Rival(one.name, describe(one), Place(one, "/spec/selector", f"{describe(one)} covers them too"))
        for one in found
    ]


def _key(each: Pods) -> tuple[int, str]:
    return id(each.manifest), each.template.pointer


@dataclass(frozen=True, slots=True)
class _Index:
    """What the budgets of a release cover. Everything is named by its identity.

    `selections` holds what picks pods of a workload, `budgets` those that share a selection, and `order` the place of
    each budget in the input. `unsure` are the workloads of which a budget may or may not pick pods.
    """

    selections: Mapping[int, list[Selected]]
    budgets: Mapping[int, list[Manifest]]
    order: Mapping[int, int]
    unsure: frozenset[int]


def _index(release: Release) -> _Index:
    def build() -> _Index:
        selections: dict[int, list[Selected]] = {}
        budgets: dict[int, list[Manifest]] = {}
        order: dict[int, int] = {}
        unsure: set[int] = set()
        for budget in (each for each in release.manifests if kinds.group_of(each) == "budget"):
            found = selected_by(release, budget)
            order[id(budget)] = len(order)
            if id(found) not in budgets:
                unsure.update(id(each.manifest) for each in found.maybe)
                for workload in {id(each.manifest) for each in found.sure}:
                    selections.setdefault(workload, []).append(found)
            budgets.setdefault(id(found), []).append(budget)
        return _Index(selections, budgets, order, frozenset(unsure))

    return release.once(("coverage", "index"), build)


def _near(release: Release, manifest: Manifest) -> list[tuple[Pods, list[str]]]:
    """The pods that a budget misses by a slip, with the labels that it misses; not those that another one covers."""

    def search() -> list[tuple[Pods, list[str]]]:
        selector = as_map(as_map(manifest.object.get("spec")).get("selector"))
        pairs = as_map(selector.get("matchLabels"))
        found = selected_by(release, manifest)
        if not pairs or selector.get("matchExpressions") or found.sure or found.maybe:
            return []
        covered = _index(release).selections
        alike = [(each, missed(pairs, each.labels)) for same, each in pods(release, manifest) if same]
        return [(each, labels) for each, labels in alike if labels and id(each.manifest) not in covered]

    if kinds.group_of(manifest) != "budget":
        return []
    return release.once(("coverage", "near", id(manifest)), search)
