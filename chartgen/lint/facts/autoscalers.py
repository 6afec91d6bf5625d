"""Horizontal autoscalers: HorizontalPodAutoscaler, KEDA's ScaledObject, and what they point at.

Defaults of the API server (HPA: minReplicas 1, a CPU metric at 80 %, 300 s of scale-down window) and of KEDA
(minReplicaCount 0, maxReplicaCount 100, cooldownPeriod 300, target apps/v1 Deployment) are filled in.
Sources: Kubernetes API reference autoscaling/v2; KEDA 2.21 scaledobject-spec.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chartgen.lint import kinds
from chartgen.lint.facts.counts import whole
from chartgen.lint.facts.registry import FactType, fact, iterator, related
from chartgen.lint.facts.selectors import namespace_of
from chartgen.lint.release import Release, Subject, as_list, as_map, as_text, at_pointer
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

HPA = kinds.Kind("autoscaling", "HorizontalPodAutoscaler")
SCALED_OBJECT = kinds.Kind("keda.sh", "ScaledObject")
_ON = "object target behavior delay metrics"
_KEDA_BEHAVIOR = "/spec/advanced/horizontalPodAutoscalerConfig/behavior"
DEFAULT_WINDOW = 300
DEFAULT_COOLDOWN = 300


@dataclass(frozen=True, slots=True)
class Reference:
    """What an autoscaler scales: `pointer` leads to the reference; `api_version` and `kind` have their defaults."""

    pointer: str
    api_version: str
    kind: str
    name: str

    @property
    def group(self) -> str:
        return kinds.api_group(self.api_version)


@dataclass(frozen=True, slots=True, eq=False)
class Autoscaler:
    """A horizontal autoscaler; a bound that cannot be read is None."""

    manifest: Manifest
    reference: Reference
    minimum: int | None
    maximum: int | None


def reference(manifest: Manifest) -> Reference | None:
    """The scaling target of an HPA, a ScaledObject or a VerticalPodAutoscaler; None for any other object."""
    kind = kinds.kind_of(manifest)
    field = {"HorizontalPodAutoscaler": "scaleTargetRef", "ScaledObject": "scaleTargetRef"}.get(kind.name)
    if (kind.group, kind.name) == ("autoscaling.k8s.io", "VerticalPodAutoscaler"):
        field = "targetRef"
    if field is None or kind.group not in ("autoscaling", "keda.sh", "autoscaling.k8s.io"):
        return None
    value = as_map(at_pointer(manifest.object, f"/spec/{field}"))
    keda = kind.group == "keda.sh"
    return Reference(
        f"/spec/{field}",
        as_text(value.get("apiVersion")) or ("apps/v1" if keda else ""),
        as_text(value.get("kind")) or ("Deployment" if keda else ""),
        as_text(value.get("name")),
    )


def read(manifest: Manifest) -> Autoscaler | None:
    """The manifest as a horizontal autoscaler; None if it is none."""
    kind = kinds.kind_of(manifest)
    aims = reference(manifest)
    spec = as_map(manifest.object.get("spec"))
    if aims is None:
        return None
    if (kind.group, kind.name) == (HPA.group, HPA.name):
        return Autoscaler(manifest, aims, whole(spec.get("minReplicas"), 1), whole(spec.get("maxReplicas")))
    if (kind.group, kind.name) == (SCALED_OBJECT.group, SCALED_OBJECT.name):
        least = whole(spec.get("minReplicaCount"), 0)
        idle = whole(spec.get("idleReplicaCount"), least)
        lowest = None if least is None or idle is None else min(least, idle)
        return Autoscaler(manifest, aims, lowest, whole(spec.get("maxReplicaCount"), 100))
    return None


def scaling(release: Release, manifest: Manifest) -> tuple[tuple[Autoscaler, ...], bool]:
    """The horizontal autoscalers that scale a workload, and whether others may (their namespace is open)."""
    kind = kinds.kind_of(manifest)
    home = namespace_of(release, manifest)
    sure: list[Autoscaler] = []
    doubt = False
    for each in _index(release).get((kind.group, kind.name, manifest.name), ()):
        where = namespace_of(release, each.manifest)
        if where == home:
            sure.append(each)
        elif not where or not home:
            doubt = True
    return tuple(sure), doubt


def autoscalers_of(release: Release, group: str, kind: str, name: str) -> tuple[Autoscaler, ...]:
    """The horizontal autoscalers, of any namespace, that name a target of that API group, kind and name."""
    return tuple(_index(release).get((group, kind, name), ()))


def _index(release: Release) -> dict[tuple[str, str, str], list[Autoscaler]]:
    def build() -> dict[tuple[str, str, str], list[Autoscaler]]:
        index: dict[tuple[str, str, str], list[Autoscaler]] = {}
        for manifest in release.manifests:
            each = read(manifest) if kinds.group_of(manifest) == "autoscaler" else None
            if each is not None and each.reference.name:
                aims = each.reference
                index.setdefault((aims.group, aims.kind, aims.name), []).append(each)
        return index

    return release.once(("autoscalers", "index"), build)


def _behavior_pointer(manifest: Manifest) -> str:
    return _KEDA_BEHAVIOR if kinds.kind_of(manifest).group == SCALED_OBJECT.group else "/spec/behavior"


def _behavior(manifest: Manifest) -> dict[str, Any]:
    return as_map(at_pointer(manifest.object, _behavior_pointer(manifest)))


@iterator("behavior")
def walk_behavior(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """The scaling behaviour of a horizontal autoscaler: one element, an empty map if it is left to the defaults."""
    if read(manifest) is not None:
        yield Subject(release, manifest, "behavior", _behavior(manifest), _behavior_pointer(manifest))


@iterator("delay")
def walk_delays(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """Each time that an autoscaler waits before it removes replicas: the scale-down window, and KEDA's cooldown."""
    if read(manifest) is None:
        return
    window = f"{_behavior_pointer(manifest)}/scaleDown/stabilizationWindowSeconds"
    yield Subject(release, manifest, "delay", at_pointer(manifest.object, window), window, key="window")
    if kinds.kind_of(manifest).group == SCALED_OBJECT.group:
        cooldown = "/spec/cooldownPeriod"
        yield Subject(release, manifest, "delay", at_pointer(manifest.object, cooldown), cooldown, key="cooldown")


@iterator("metrics")
def walk_metrics(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """What a horizontal autoscaler measures, as a whole: the list of metrics or triggers, or the CPU target of v1."""
    if read(manifest) is None:
        return
    spec = as_map(manifest.object.get("spec"))
    field = "triggers" if kinds.kind_of(manifest).group == SCALED_OBJECT.group else "metrics"
    if field not in spec and "targetCPUUtilizationPercentage" in spec:
        field = "targetCPUUtilizationPercentage"
    yield Subject(release, manifest, "metrics", spec.get(field), f"/spec/{field}")


@fact("scale.min", FactType.INT, on=_ON)
def scale_min(subject: Subject) -> int | None:
    """The fewest replicas that the autoscaler keeps (HPA default 1, KEDA default 0, or its idleReplicaCount)."""
    each = read(subject.manifest)
    return each.minimum if each else None


@fact("scale.max", FactType.INT, on=_ON)
def scale_max(subject: Subject) -> int | None:
    """The most replicas that the autoscaler may ask for (KEDA default 100)."""
    each = read(subject.manifest)
    return each.maximum if each else None


@fact("scale.downDisabled", FactType.BOOL, on=_ON)
def scale_down_disabled(subject: Subject) -> bool | None:
    """Whether `scaleDown.selectPolicy: Disabled` forbids removing replicas."""
    if read(subject.manifest) is None:
        return None
    return as_map(_behavior(subject.manifest).get("scaleDown")).get("selectPolicy") == "Disabled"


@fact("scale.metrics", FactType.STRINGS, on=_ON)
def scale_metrics(subject: Subject) -> list[str] | None:
    """What the autoscaler measures: `Resource/cpu`, `Pods/<name>`, `External/<name>`, or `<trigger type>` of KEDA.

    An HPA without metrics measures `Resource/cpu`. KEDA's cpu and memory triggers are `Resource/cpu` and so on.
    """
    if read(subject.manifest) is None:
        return None
    spec = as_map(subject.manifest.object.get("spec"))
    if kinds.kind_of(subject.manifest).group == SCALED_OBJECT.group:
        types = [as_text(as_map(each).get("type")) for each in as_list(spec.get("triggers"))]
        return sorted(f"Resource/{each}" if each in ("cpu", "memory") else each or "unreadable" for each in types)
    metrics = as_list(spec.get("metrics"))
    if not metrics and subject.manifest.api_version == "autoscaling/v1":
        return _metrics_of_v1(subject.manifest)
    return sorted(_metric(as_map(each)) for each in metrics) if metrics else ["Resource/cpu"]


@fact("delay.name", FactType.STRING, on="delay")
def delay_name(subject: Subject) -> str:
    """`window` for stabilizationWindowSeconds of scaleDown, `cooldown` for KEDA's cooldownPeriod (towards zero)."""
    return as_text(subject.key)


@fact("delay.seconds", FactType.INT, on="delay")
def delay_seconds(subject: Subject) -> int | None:
    """How long the autoscaler waits, with the default of 300 s filled in."""
    return whole(subject.element, DEFAULT_WINDOW if subject.key == "window" else DEFAULT_COOLDOWN)


@related("autoscaler")
def autoscaler_places(subject: Subject) -> Iterator[Place]:
    """The reference by which each autoscaler of the workload names it."""
    sure, _ = scaling(subject.release, subject.manifest)
    for each in sure:
        yield Place(each.manifest, each.reference.pointer, f"scaled by this {each.manifest.kind}")


def _metrics_of_v1(manifest: Manifest) -> list[str]:
    """Metrics of autoscaling/v1: the CPU target, and those of v2 that travel in an annotation."""
    annotations = as_map(as_map(manifest.object.get("metadata")).get("annotations"))
    extra = "autoscaling.alpha.kubernetes.io/metrics" in annotations
    return ["Resource/cpu", "unreadable"] if extra else ["Resource/cpu"]


def _metric(metric: dict[str, Any]) -> str:
    kind = as_text(metric.get("type"))
    source = as_map(metric.get(kind[:1].lower() + kind[1:]))
    name = source.get("name") if kind in ("Resource", "ContainerResource") else as_map(source.get("metric")).get("name")
    name = as_text(name) or as_text(source.get("metricName"))
    return f"{'Resource' if kind == 'ContainerResource' else kind}/{name}" if kind and name else "unreadable"
