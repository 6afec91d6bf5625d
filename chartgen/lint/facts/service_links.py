"""Facts about the environment variables that the kubelet makes of Services (`VLLM_PORT=tcp://10.0.0.1:80`)."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.lint.facts.arguments import variables
from chartgen.lint.facts.engine import containers_of, engine_in
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import describe, is_hook, same_namespace
from chartgen.lint.kinds import workloads
from chartgen.lint.release import PodTemplate, Release, Subject, as_map
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "object"
_PREFIX = "VLLM_"
"""How the variables begin that vLLM reads of its own."""


@fact("serviceLinks.variable", FactType.STRING, on=_ON)
def variable(subject: Subject) -> str:
    """The name of the variable that holds the Service's URL: `VLLM_PORT` for a Service named `vllm`."""
    return _variable(subject.manifest)


@fact("serviceLinks.injected", FactType.BOOL, on=_ON)
def injected(subject: Subject) -> bool:
    """Whether the kubelet makes variables of the Service: one with a cluster IP, neither headless nor external."""
    spec = as_map(subject.manifest.object.get("spec"))
    return spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None"


@fact("serviceLinks.engines", FactType.STRINGS, on=_ON)
def engines(subject: Subject) -> list[str] | None:
    """The workloads of the Service's namespace that run vLLM, which reads the variable, and get it; sorted.

    Not those that turn service links off or set the variable themselves. Unknown if there is none and others may exist.
    """
    if not _variable(subject.manifest).startswith(_PREFIX):
        return []
    found = list(_templates(subject.release, subject.manifest, sure=True))
    if found:
        return sorted({describe(template.manifest) for template in found})
    unsure = any(True for _ in _templates(subject.release, subject.manifest, sure=False))
    return None if unsure or not subject.release.closed else []


@related("engines")
def engine_places(subject: Subject) -> Iterator[Place]:
    """The pod specs that would have to turn service links off."""
    if not _variable(subject.manifest).startswith(_PREFIX):
        return
    for template in _templates(subject.release, subject.manifest, sure=True):
        pointer = f"{template.pointer}/spec"
        if "enableServiceLinks" in template.spec:
            pointer += "/enableServiceLinks"
        yield Place(template.manifest, pointer, f"{describe(template.manifest)} gets the variable")


def _variable(manifest: Manifest) -> str:
    return f"{manifest.name.upper().replace('-', '_')}_PORT"


def _templates(release: Release, service: Manifest, *, sure: bool) -> Iterator[PodTemplate]:
    """The templates that get the variable for certain, or those of which it cannot be said."""
    for workload in workloads(release):
        same = same_namespace(release, service, workload.manifest)
        if same is False or is_hook(workload.manifest):
            continue
        for template in workload.templates:
            affected = _affected(release, template, _variable(service))
            if (same is True and affected is True) if sure else (affected is not False and not (same and affected)):
                yield template


def _affected(release: Release, template: PodTemplate, name: str) -> bool | None:
    if template.spec.get("enableServiceLinks") is False:
        return False
    unsure = False
    for pointer, container in containers_of(template):
        found, engine = engine_in(release, template, pointer, template.manifest.object)
        if found is None:
            unsure = True
        elif engine is not None and engine.server.name == "vllm":
            values = variables(container)
            if name not in values.values:
                if values.closed:
                    return True
                unsure = True
    return None if unsure else False
