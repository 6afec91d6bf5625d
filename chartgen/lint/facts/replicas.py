"""How many pods a template has at least and at most, from the workload's own count or from its autoscaler."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chartgen.lint import kinds
from chartgen.lint.facts.autoscalers import scaling
from chartgen.lint.facts.counts import whole
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import describe
from chartgen.lint.release import PodTemplate, Release, Subject, as_map, at_pointer
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "object pod container volume env claim"
_SCALED_BY_FIELD = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout", "LeaderWorkerSet")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Fewest and most; None if it cannot be known (a DaemonSet's nodes, a field that is no number)."""

    least: int | None = None
    most: int | None = None

    def times(self, factor: int | None) -> Bounds:
        if factor is None:
            return Bounds()
        least = None if self.least is None else self.least * factor
        return Bounds(least, None if self.most is None else self.most * factor)


def bounds(release: Release, manifest: Manifest) -> Bounds:
    """Bounds of the workload's own count (`spec.replicas`; groups for a LeaderWorkerSet; parallel pods for a Job)."""
    kind = kinds.kind_of(manifest).name
    spec = as_map(manifest.object.get("spec"))
    if kind == "Pod":
        return Bounds(1, 1)
    if kind in ("Job", "CronJob"):
        return _job(spec if kind == "Job" else as_map(at_pointer(spec, "/jobTemplate/spec")))
    sure, doubt = scaling(release, manifest)
    if kind not in _SCALED_BY_FIELD or doubt:
        return Bounds()
    if not sure:
        count = whole(spec.get("replicas"), 1)
        return Bounds(count, count)
    least = [each.minimum for each in sure if each.minimum is not None]
    most = [each.maximum for each in sure if each.maximum is not None]
    return Bounds(
        min(least) if len(least) == len(sure) else None,
        max(most) if len(most) == len(sure) else None,
    )


def pods(release: Release, template: PodTemplate) -> Bounds:
    """Bounds of the number of pods that one template makes, over all groups of its workload."""
    key = ("replicas", id(template.manifest), template.pointer)
    return release.once(key, lambda: _pods(release, template))


def _pods(release: Release, template: PodTemplate) -> Bounds:
    manifest = template.manifest
    kind = kinds.kind_of(manifest)
    if kind.group == "ray.io":
        return _ray(template)
    if kind.name == "LeaderWorkerSet":
        return bounds(release, manifest).times(_group_share(template))
    return bounds(release, manifest)


def pods_of(release: Release, manifest: Manifest) -> Bounds:
    """Bounds of the number of pods of a whole workload."""
    each = [pods(release, template) for template in kinds.templates_in(release, manifest)]
    least = [one.least for one in each if one.least is not None]
    most = [one.most for one in each if one.most is not None]
    return Bounds(
        sum(least) if each and len(least) == len(each) else None,
        sum(most) if each and len(most) == len(each) else None,
    )


def told(bounds: Bounds) -> str:
    """Bounds in words: `1 replica`, `1 to 3 replicas`."""
    if bounds.least is None or bounds.most is None:
        return "an unknown number of replicas"
    if bounds.least == bounds.most:
        return f"{bounds.most} replica{'' if bounds.most == 1 else 's'}"
    return f"{bounds.least} to {bounds.most} replicas"


def field_pointer(manifest: Manifest) -> str:
    """Where a workload says how many pods it has."""
    kind = kinds.kind_of(manifest).name
    return {"Job": "/spec/parallelism", "CronJob": "/spec/jobTemplate/spec/parallelism"}.get(kind, "/spec/replicas")


@fact("replicas.min", FactType.INT, on=_ON)
def replicas_min(subject: Subject) -> int | None:
    """The fewest pods: the autoscaler's minimum if one targets the workload, else spec.replicas (default 1).

    Counts the pods of the template that the element lies in, of all templates for an object that has several.
    Unknown for a DaemonSet.
    """
    return _of(subject).least


@fact("replicas.max", FactType.INT, on=_ON)
def replicas_max(subject: Subject) -> int | None:
    """The most pods: the autoscaler's maximum if one targets the workload, else spec.replicas (default 1).

    Counts as replicas.min does.
    """
    return _of(subject).most


@fact("replicas.autoscaled", FactType.BOOL, on=_ON)
def replicas_autoscaled(subject: Subject) -> bool | None:
    """Whether an HPA or ScaledObject of the input targets the workload; a vertical autoscaler does not count."""
    if not kinds.is_workload(subject.manifest):
        return None
    sure, doubt = scaling(subject.release, subject.manifest)
    return True if sure else None if doubt else False


@fact("replicas.told", FactType.STRING, on=_ON)
def replicas_told(subject: Subject) -> str:
    """The bounds in words, for messages: `1 replica`, `3 replicas`, `1 to 3 replicas`, `a replica on each node`."""
    if kinds.kind_of(subject.manifest).name == "DaemonSet":
        return "a replica on each node"
    return told(_of(subject))


@fact("replicas.autoscalers", FactType.STRINGS, on=_ON)
def replicas_autoscalers(subject: Subject) -> list[str]:
    """The HPAs and ScaledObjects that target the workload (`HorizontalPodAutoscaler vllm`), sorted."""
    sure, _ = scaling(subject.release, subject.manifest)
    return sorted({describe(each.manifest) for each in sure})


@related("replicas")
def replicas_places(subject: Subject) -> Iterator[Place]:
    """Where the number of pods comes from: the autoscalers' bounds, else the workload's own field."""
    yield from places(subject.release, subject.manifest)


def places(release: Release, manifest: Manifest) -> tuple[Place, ...]:
    """The same for any workload."""
    return release.once(("replicas", "places", id(manifest)), lambda: tuple(_places(release, manifest)))


def _places(release: Release, manifest: Manifest) -> Iterator[Place]:
    sure, _ = scaling(release, manifest)
    for each in sure:
        field = "maxReplicas" if kinds.kind_of(each.manifest).group == "autoscaling" else "maxReplicaCount"
        most = "an unknown number of" if each.maximum is None else str(each.maximum)
        yield Place(each.manifest, f"/spec/{field}", f"scales to {most} replicas")
    count = at_pointer(manifest.object, field_pointer(manifest))
    if not sure and isinstance(count, int):
        yield Place(manifest, field_pointer(manifest), told(Bounds(count, count)))


def _of(subject: Subject) -> Bounds:
    if not kinds.is_workload(subject.manifest):
        return Bounds()
    if subject.template is not None:
        return pods(subject.release, subject.template)
    return pods_of(subject.release, subject.manifest)


def _job(spec: dict[str, Any]) -> Bounds:
    parallel, completions = whole(spec.get("parallelism"), 1), whole(spec.get("completions"), -1)
    if parallel is None or completions is None:
        return Bounds()
    count = parallel if completions < 0 else min(parallel, completions)
    return Bounds(count, count)


def _group_share(template: PodTemplate) -> int | None:
    """Pods of the template in one group of a LeaderWorkerSet: without a leader template, the leader is a worker."""
    spec = as_map(at_pointer(template.manifest.object, "/spec/leaderWorkerTemplate"))
    size = whole(spec.get("size"), 1)
    if template.role == "leader":
        return 1
    if size is None or "leaderTemplate" not in spec:
        return size
    return max(size - 1, 0)


def _ray(template: PodTemplate) -> Bounds:
    """KubeRay: one head; a worker group has `replicas` times `numOfHosts` pods, or its bounds if Ray autoscales."""
    if template.role == "head":
        return Bounds(1, 1)
    group_pointer = template.pointer.rpartition("/")[0]
    cluster = as_map(at_pointer(template.manifest.object, group_pointer.rpartition("/workerGroupSpecs")[0]))
    group = as_map(at_pointer(template.manifest.object, group_pointer))
    hosts = whole(group.get("numOfHosts"), 1)
    if cluster.get("enableInTreeAutoscaling") is True:
        return Bounds(whole(group.get("minReplicas")), whole(group.get("maxReplicas"))).times(hosts)
    count = whole(group.get("replicas"))
    return Bounds(count, count).times(hosts)
