"""The requests that an autoscaler divides by when it measures use of CPU or memory in percent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartgen.lint import kinds
from chartgen.lint.facts.autoscalers import SCALED_OBJECT, read
from chartgen.lint.facts.limits import defaults
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.targets import resolve
from chartgen.lint.release import PodTemplate, Subject, as_map, as_text, at_pointer, maps
from chartgen.model.finding import Place

_ON = "metrics"
_ANY = ""


@fact("metrics.withoutRequest", FactType.STRINGS, on=_ON)
def without_request(subject: Subject) -> list[str] | None:
    """The amounts that the autoscaler divides by and that a container of its target does not request.

    As `cpu of container vllm`, sorted. A limit is a request, too. Unknown if the target is not in the input, or if one
    is missing and a LimitRange may fill it in (open world, or there is one).
    """
    missing = _missing(subject)
    if missing is None:
        return None
    texts = sorted({f"{name} of container {as_text(container.get('name'))}" for name, _, container in missing})
    target = resolve(subject.release, subject.manifest)
    if texts and (not subject.release.closed or target is None or defaults(subject.release, target)):
        return None
    return texts


@related("unrequested")
def unrequested_places(subject: Subject) -> Iterator[Place]:
    """The resources of the containers that lack such a request."""
    target = resolve(subject.release, subject.manifest)
    for name, pointer, _ in _missing(subject) or ():
        if target is not None:
            yield Place(target, f"{pointer}/resources", f"requests no {name}")


def _missing(subject: Subject) -> list[tuple[str, str, dict[str, Any]]] | None:
    """(resource, pointer, container) of each request that the autoscaler needs and does not find."""
    wanted = _wanted(subject)
    if not wanted:
        return []
    target = resolve(subject.release, subject.manifest)
    if target is None or not kinds.is_workload(target):
        return None
    return [
        (resource, pointer, container)
        for template in kinds.templates_in(subject.release, target)
        if not _pod_level(template)
        for pointer, container in (*template.containers, *template.sidecars)
        for resource, only in wanted
        if only in (_ANY, container.get("name")) and not _requested(container, resource)
    ]


def _wanted(subject: Subject) -> list[tuple[str, str]]:
    """(resource, container or empty for all) of each metric that is a percentage of a request."""
    if read(subject.manifest) is None:
        return []
    spec = as_map(subject.manifest.object.get("spec"))
    if kinds.kind_of(subject.manifest).group == SCALED_OBJECT.group:
        return [found for _, each in maps(spec.get("triggers")) if (found := _of_trigger(each))]
    if subject.manifest.api_version == "autoscaling/v1" or not spec.get("metrics"):
        # Without any metric the API server measures CPU at 80 % of its request.
        return [("cpu", _ANY)]
    return [found for _, each in maps(spec.get("metrics")) if (found := _of_metric(each))]


def _of_trigger(trigger: dict[str, Any]) -> tuple[str, str] | None:
    kind, metadata = as_text(trigger.get("type")), as_map(trigger.get("metadata"))
    asked = trigger.get("metricType") or metadata.get("type") or "Utilization"
    if kind not in ("cpu", "memory") or asked != "Utilization":
        return None
    return kind, as_text(metadata.get("containerName"))


def _of_metric(metric: dict[str, Any]) -> tuple[str, str] | None:
    kind = as_text(metric.get("type"))
    source = as_map(metric.get({"Resource": "resource", "ContainerResource": "containerResource"}.get(kind, "")))
    target = as_map(source.get("target"))
    percent = target.get("type") == "Utilization" or "targetAverageUtilization" in source
    name = as_text(source.get("name"))
    return (name, as_text(source.get("container"))) if percent and name else None


def _requested(container: dict[str, Any], resource: str) -> bool:
    return any(at_pointer(container, f"/resources/{field}/{resource}") is not None for field in ("requests", "limits"))


def _pod_level(template: PodTemplate) -> bool:
    return bool(template.spec.get("resources"))
