"""Which disruption budgets cover which pods: none, one, or several at once, which the eviction API refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chartgen.lint import kinds
from chartgen.lint.facts import gpu
from chartgen.lint.facts.basic import objects
from chartgen.lint.facts.budgets import selected_by
from chartgen.lint.facts.references import holds_operator_work
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import Pods, all_added, describe, either, pods
from chartgen.lint.facts.services import missed
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
    sure, maybe = _index(release)
    found = sure.get(id(subject.manifest), ())
    if found:
        return sorted(describe(each) for each in found)
    return None if not release.closed or id(subject.manifest) in maybe else []


@fact("budget.covers", FactType.STRINGS, on=_ON)
def budget_covers(subject: Subject) -> list[str] | None:
    """The workloads of any kind whose pods the budget covers, sorted; empty if there are none for certain.

    Unknown if pods may come from another file (open world) or from an operator, unless the labels of a workload of the
    same namespace differ from the selector by a slip (budget.near).
    """
    release, manifest = subject.release, subject.manifest
    found = selected_by(release, manifest)
    if found.sure:
        return sorted({describe(each.manifest) for each in found.sure})
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
    near = [each for each in found if subject.release.closed or each.source.file == subject.manifest.source.file]
    return sorted({describe(each) for each in near}) if near or not found else None


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
        yield Place(each, "/spec/selector", f"{describe(each)} covers them too")


@related("nearly")
def near_places(subject: Subject) -> Iterator[Place]:
    """The labels that a budget misses by a slip."""
    for each, _ in _near(subject.release, subject.manifest)[:1]:
        yield Place(each.manifest, f"{each.template.pointer}/metadata/labels", f"pods of {describe(each.manifest)}")


def _rivals(subject: Subject) -> list[Manifest]:
    release, manifest = subject.release, subject.manifest
    covered = {_key(each) for each in selected_by(release, manifest).sure}
    sure, _ = _index(release)
    others = {id(each): each for workload, _ in sorted(covered) for each in sure.get(workload, ())}
    # The same name again is a variant of the same budget, or a duplicate of its own kind.
    return [
        each
        for each in others.values()
        if each.name != manifest.name and any(_key(one) in covered for one in selected_by(release, each).sure)
    ]


def _key(each: Pods) -> tuple[int, str]:
    return id(each.manifest), each.template.pointer


def _budgets(release: Release) -> list[Manifest]:
    return [each for each in release.manifests if kinds.group_of(each) == "budget"]


def _index(release: Release) -> tuple[Mapping[int, list[Manifest]], frozenset[int]]:
    """The budgets of each workload, by the identity of its manifest, and the workloads of which it cannot be said."""

    def build() -> tuple[Mapping[int, list[Manifest]], frozenset[int]]:
        sure: dict[int, list[Manifest]] = {}
        maybe: set[int] = set()
        for budget in _budgets(release):
            found = selected_by(release, budget)
            maybe.update(id(each.manifest) for each in found.maybe)
            for workload in {id(each.manifest) for each in found.sure}:
                sure.setdefault(workload, []).append(budget)
        return sure, frozenset(maybe)

    return release.once(("coverage", "index"), build)


def _near(release: Release, manifest: Manifest) -> list[tuple[Pods, list[str]]]:
    """The pods that a budget misses by a slip, with the labels that it misses; not those that another one covers."""

    def search() -> list[tuple[Pods, list[str]]]:
        selector = as_map(as_map(manifest.object.get("spec")).get("selector"))
        pairs = as_map(selector.get("matchLabels"))
        found = selected_by(release, manifest)
        if not pairs or selector.get("matchExpressions") or found.sure or found.maybe:
            return []
        covered, _ = _index(release)
        alike = [(each, missed(pairs, each.labels)) for same, each in pods(release, manifest) if same]
        return [(each, labels) for each, labels in alike if labels and id(each.manifest) not in covered]

    if kinds.group_of(manifest) != "budget":
        return []
    return release.once(("coverage", "near", id(manifest)), search)
