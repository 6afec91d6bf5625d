"""Services: the pods they select, and what they nearly select."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chartgen.lint import kinds
from chartgen.lint.facts.references import holds_operator_work, is_slip
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import Pods, Selected, all_added, describe, is_hook, pods, selected
from chartgen.lint.release import Release, Subject, as_map, as_text
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "object port"
_LEADS = frozenset({"active", "follower", "leader", "master", "primary", "replica", "secondary", "standby"})
"""Values of labels that programs put on their own pods when they have elected a leader (operators, databases)."""


def selector(manifest: Manifest) -> dict[str, Any]:
    """The selector of a Service; empty if it has none, so that its endpoints are made by hand or elsewhere."""
    spec = as_map(manifest.object.get("spec"))
    is_service = kinds.group_of(manifest) == "service" and spec.get("type") != "ExternalName"
    return as_map(spec.get("selector")) if is_service else {}


def selected_by(release: Release, manifest: Manifest) -> Selected:
    """The pods that a Service selects."""

    def find() -> Selected:
        pairs = selector(manifest)
        return selected(release, manifest, {"matchLabels": pairs}) if pairs else Selected()

    return release.once(("services", "selected", id(manifest)), find)


def names(release: Release, found: Selected) -> list[str]:
    """The workloads whose pods are picked for certain, sorted; the same list for all that share the selection."""
    key = ("services", "names", id(found))
    return release.once(key, lambda: sorted({describe(each.manifest) for each in found.sure}))


@fact("service.selects", FactType.STRINGS, on=_ON)
def service_selects(subject: Subject) -> list[str] | None:
    """The workloads (`Deployment vllm`) whose pods the Service selects, sorted; empty if there are none for certain.

    Unknown if pods may come from another file (open world) or from an operator, unless the labels of a workload of the
    same namespace differ from the selector by a slip (service.near); and if pods lack nothing but a label for the one
    of them that leads, which they give each other (`role: primary`).
    """
    release, manifest = subject.release, subject.manifest
    pairs = selector(manifest)
    if not pairs or is_hook(manifest):
        return None
    found = selected_by(release, manifest)
    if found.sure:
        return names(release, found)
    if found.maybe:
        return None
    if _near(release, manifest):
        return []
    if any(_elected(pairs, each.labels) for _, each in pods(release, manifest)):
        return None
    closed = release.closed and not holds_operator_work(release, manifest)
    return [] if closed and not all_added({"matchLabels": pairs}) else None


def _elected(pairs: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    """Whether the pods meet all pairs but those that tell which of them leads, and have no such label."""
    missed = {key: wanted for key, wanted in pairs.items() if labels.get(key) != wanted}
    return len(missed) < len(pairs) and all(
        key not in labels and as_text(wanted) in _LEADS for key, wanted in missed.items()
    )


@fact("service.near", FactType.STRING, on=_ON)
def service_near(subject: Subject) -> str:
    """The workload whose labels differ from the selector by a slip, with those labels (`Deployment vllm has app=vllm`).

    Empty if there is none, or if the selector picks pods.
    """
    found = _near(subject.release, subject.manifest)
    if not found:
        return ""
    each, labels = found[0]
    return f"{describe(each.manifest)} has {', '.join(labels)}"


@related("workloads")
def workload_places(subject: Subject) -> Iterator[Place]:
    """The labels of the pods that a Service selects, or nearly selects."""
    found = [each for each, _ in _near(subject.release, subject.manifest)[:1]]
    for each in found or selected_by(subject.release, subject.manifest).sure:
        yield Place(each.manifest, f"{each.template.pointer}/metadata/labels", f"pods of {describe(each.manifest)}")


@related("service")
def service_places(subject: Subject) -> Iterator[Place]:
    """The selector of each Service that selects the pods of the workload."""
    for service in _index(subject.release).get(id(subject.manifest), ()):
        yield Place(service, "/spec/selector", f"{describe(service)} selects the pods")


def _index(release: Release) -> Mapping[int, list[Manifest]]:
    """The Services that select pods of a workload, by the identity of its manifest."""

    def build() -> dict[int, list[Manifest]]:
        index: dict[int, list[Manifest]] = {}
        for service in release.manifests:
            if kinds.group_of(service) == "service":
                for workload in {id(each.manifest) for each in selected_by(release, service).sure}:
                    index.setdefault(workload, []).append(service)
        return index

    return release.once(("services", "index"), build)


def _near(release: Release, manifest: Manifest) -> list[tuple[Pods, list[str]]]:
    """The pods that a Service misses by a slip, with the labels that it misses.

    A workload that another Service selects is no candidate in an open world: this Service means something else then.
    """

    def search() -> list[tuple[Pods, list[str]]]:
        pairs = selector(manifest)
        found = selected_by(release, manifest)
        if not pairs or found.sure or found.maybe:
            return []
        near: list[tuple[Pods, list[str]]] = []
        for same, each in pods(release, manifest):
            labels = missed(pairs, each.labels) if same else None
            if labels and (release.closed or id(each.manifest) not in _index(release)):
                near.append((each, labels))
        return near

    return release.once(("services", "near", id(manifest)), search)


def missed(pairs: Mapping[str, Any], labels: Mapping[str, Any]) -> list[str] | None:
    """The labels that stand where the pairs should, if every pair is met or missed by a slip only; else None."""
    found: list[str] = []
    for key, wanted in pairs.items():
        if labels.get(key) == wanted:
            continue
        actual = labels.get(key)
        alike = [name for name in sorted(labels) if labels[name] == wanted and is_slip(key, name)]
        if isinstance(actual, str) and isinstance(wanted, str) and is_slip(wanted, actual):
            found.append(f"{key}={actual}")
        elif actual is None and alike:
            found.append(f"{alike[0]}={wanted}")
        else:
            return None
    return sorted(found) or None
