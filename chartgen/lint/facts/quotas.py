"""What a ResourceQuota of the namespace leaves for GPUs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartgen.lint import kinds
from chartgen.lint.facts.counts import whole
from chartgen.lint.facts.gpu import of_pod, pod_resources
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.replicas import pods
from chartgen.lint.facts.selectors import is_hook, namespace_of, same_namespace
from chartgen.lint.release import PodTemplate, Release, Subject, as_map, at_pointer
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest
from chartgen.model.pointer import escape

_ON = "pod"


@fact("quota.name", FactType.STRING, on=_ON)
def quota_name(subject: Subject) -> str:
    """The ResourceQuota of the namespace that limits a GPU resource of the pod the most; empty if there is none."""
    found = _tightest(subject)
    return found[0].name if found else ""


@fact("quota.resource", FactType.STRING, on=_ON)
def quota_resource(subject: Subject) -> str:
    """The GPU resource that it limits; empty if there is none."""
    found = _tightest(subject)
    return found[1] if found else ""


@fact("quota.hard", FactType.INT, on=_ON)
def quota_hard(subject: Subject) -> int | None:
    """How many of them the namespace may ask for; unknown without a quota."""
    found = _tightest(subject)
    return found[2] if found else None


@fact("quota.pod", FactType.INT, on=_ON)
def quota_pod(subject: Subject) -> int | None:
    """How many of them one pod asks for."""
    found = _tightest(subject)
    return _asked(subject.template, found[1]) if found and subject.template else None


@fact("quota.fewest", FactType.INT, on=_ON)
def quota_fewest(subject: Subject) -> int | None:
    """How many of them the workloads of the namespace ask for together, each with its fewest replicas.

    Jobs and Helm hooks are left out. Unknown as soon as one workload's amount, count or namespace is.
    """
    found = _tightest(subject)
    if found is None:
        return None

    def count() -> int | None:
        counts = [_fewest(subject.release, template, found[1]) for template in _templates(subject)]
        return None if None in counts else sum(each for each in counts if each is not None)

    return subject.release.once(("quotas", namespace_of(subject.release, subject.manifest), found[1]), count)


@related("quota")
def quota_places(subject: Subject) -> Iterator[Place]:
    """The limit of that quota."""
    found = _tightest(subject)
    if found:
        pointer = f"/spec/hard/requests.{escape(found[1])}"
        yield Place(found[0], pointer, f"ResourceQuota {found[0].name} allows {found[2]}")


def _tightest(subject: Subject) -> tuple[Manifest, str, int] | None:
    """(quota, resource, limit) with the smallest limit; quotas that hold for a part of the pods only do not count."""
    limits = [
        (hard, quota.name, resource, quota)
        for quota in _quotas(subject)
        for resource in pod_resources(subject)
        if (hard := _count(as_map(at_pointer(quota.object, "/spec/hard")).get(f"requests.{resource}"))) is not None
    ]
    if not limits:
        return None
    hard, _, resource, quota = min(limits, key=lambda each: each[:3])
    return quota, resource, hard


def _quotas(subject: Subject) -> list[Manifest]:
    found = subject.release.once(
        ("quotas", "all"),
        lambda: [
            each
            for each in subject.release.manifests
            if (kinds.kind_of(each).group, each.kind) == ("", "ResourceQuota")
        ],
    )
    return [
        each
        for each in found
        if same_namespace(subject.release, subject.manifest, each) is True
        and not {"scopes", "scopeSelector"} & set(as_map(each.object.get("spec")))
    ]


def _count(value: Any) -> int | None:
    return whole(int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 10 else value)


def _asked(template: PodTemplate, resource: str) -> int | None:
    """Of one pod."""

    def of_container(_: str, container: dict[str, Any]) -> int | None:
        amounts = as_map(container.get("resources"))
        return _count({**as_map(amounts.get("requests")), **as_map(amounts.get("limits"))}.get(resource, 0))

    return of_pod(template, of_container)


def _templates(subject: Subject) -> Iterator[PodTemplate]:
    """Those of the namespace, and those that may turn out to be of it."""
    for workload in kinds.workloads(subject.release):
        passing = workload.kind.group == "batch" or is_hook(workload.manifest)
        if not passing and same_namespace(subject.release, subject.manifest, workload.manifest) is not False:
            yield from workload.templates


def _fewest(release: Release, template: PodTemplate, resource: str) -> int | None:
    each = _asked(template, resource)
    if each == 0:
        return 0
    least = pods(release, template).least
    return None if each is None or least is None else each * least
