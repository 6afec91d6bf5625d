"""Facts about the environment variables that the kubelet makes of Services (`VLLM_PORT=tcp://10.0.0.1:80`)."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.lint.facts.engine import engine_in, variables_at
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import describe, either, is_hook, namespace_of, same_namespace
from chartgen.lint.facts.serving import may_be_older
from chartgen.lint.kinds import workloads
from chartgen.lint.release import PodTemplate, Release, Subject, as_map, as_text
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "object"
_PREFIX = "VLLM_"
"""How the variables begin that vLLM reads of its own."""

_READS_SINCE = (0, 4, 3)
"""0.4.2 served with VLLM_PORT set to the port of its API, 0.5.0.post1 did not
(github.com/vllm-project/vllm/issues/5867); the release between them is taken for the first that reads it."""


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
    release, found = subject.release, _templates(subject.release, subject.manifest, sure=True)
    if found:
        names = (describe(template.manifest) for template in found)
        return release.once(("serviceLinks", "names", id(found)), lambda: sorted(set(names)))
    return None if _templates(release, subject.manifest, sure=False) or not release.closed else []


@fact("serviceLinks.certain", FactType.BOOL, on=_ON)
def certain(subject: Subject) -> bool:
    """Whether one of them runs a vLLM that is known to read the variable: an image of vLLM's own, no old release."""
    release, name = subject.release, _variable(subject.manifest)
    found = _templates(release, subject.manifest, sure=True)
    certain = (
        _reads(release, template, pointer, name) is True
        and not may_be_older(as_text(container.get("image")), _READS_SINCE)
        for template in found
        for pointer, container in template.containers
    )
    return release.once(("serviceLinks", "certain", id(found)), lambda: any(certain))


@related("engines")
def engine_places(subject: Subject) -> Iterator[Place]:
    """The pod specs that would have to turn service links off."""
    if not _variable(subject.manifest).startswith(_PREFIX):
        return
    for template in _templates(subject.release, subject.manifest, sure=True):
        pointer = f"{template.spec_pointer}"
        if "enableServiceLinks" in template.spec:
            pointer += "/enableServiceLinks"
        yield Place(template.manifest, pointer, f"{describe(template.manifest)} gets the variable")


def _variable(manifest: Manifest) -> str:
    return f"{manifest.name.upper().replace('-', '_')}_PORT"


def _templates(release: Release, service: Manifest, *, sure: bool) -> tuple[PodTemplate, ...]:
    """The templates that get the variable for certain, or those of which it cannot be said.

    They are the same for all Services of a namespace whose variable no container sets.
    """
    name = _variable(service)
    own = name if name in release.once(("serviceLinks", "set"), lambda: _set(release)) else None
    key = ("serviceLinks", namespace_of(release, service), own, sure)
    return release.once(key, lambda: tuple(_find(release, service, name, sure=sure)))


def _set(release: Release) -> frozenset[str]:
    """The variables that containers set themselves."""
    return frozenset(
        name
        for workload in workloads(release)
        for template in workload.templates
        for pointer, _ in template.containers
        for name in variables_at(release, pointer, workload.manifest.object).values
    )


def _find(release: Release, service: Manifest, name: str, *, sure: bool) -> Iterator[PodTemplate]:
    for workload in workloads(release):
        same = same_namespace(release, service, workload.manifest)
        if same is False or is_hook(workload.manifest):
            continue
        for template in workload.templates:
            affected = _affected(release, template, name)
            if (same is True and affected is True) if sure else (affected is not False and not (same and affected)):
                yield template


def _affected(release: Release, template: PodTemplate, name: str) -> bool | None:
    if template.spec.get("enableServiceLinks") is False:
        return False
    return either(_reads(release, template, pointer, name) for pointer, _ in template.containers)


def _reads(release: Release, template: PodTemplate, pointer: str, name: str) -> bool | None:
    """Whether the container runs vLLM and leaves the variable to the kubelet."""
    root = template.manifest.object
    found, engine = engine_in(release, template, pointer, root)
    if found is None:
        return None
    if engine is None or engine.server.name != "vllm":
        return False
    values = variables_at(release, pointer, root)
    if name in values.values:
        return False
    return True if values.closed else None
