"""Facts about the GPUs that containers and pods ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chartgen.catalogue.devices import DEVICES
from chartgen.lint.facts import gpu_cel
from chartgen.lint.facts.basic import ALL_CONTAINERS
from chartgen.lint.facts.engine import CONTAINER, POD, container_at, templates_of
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.facts.selectors import either, same_namespace
from chartgen.lint.functions import amount
from chartgen.lint.kinds import kind_of
from chartgen.lint.release import PodTemplate, Release, Subject, as_map, as_text, maps
from chartgen.model.manifest import Manifest

_SHARES = frozenset(
    {"aliyun.com/gpu-mem", "aliyun.com/gpu-core.percentage", "nvidia.com/gpumem", "nvidia.com/gpucores"}
)
"""Resources of schedulers that share GPUs (gpushare, HAMi): beside them a number of GPUs does not mean devices."""

_GPU_CLASS = re.compile(r"gpu|mig\.nvidia|neuron|tpu|gaudi", re.IGNORECASE)


@fact("gpu.requested", FactType.BOOL, on=CONTAINER, cel=gpu_cel.REQUESTED, known=gpu_cel.REQUESTED_KNOWN)
def requested(subject: Subject) -> bool | None:
    """Whether the container asks for a GPU, by resource or by a resource claim of a GPU device class."""
    container = container_at(subject)
    if _devices(container) or _SHARES & set(_amounts(container)):
        return True
    return _claims(subject.release, subject.template, container)


@fact("gpu.count", FactType.INT, on=CONTAINER)
def count(subject: Subject) -> int | None:
    """Devices that the container gets, 0 if none; unknown with resource claims and with shared GPUs."""
    container = container_at(subject)
    amounts = _amounts(container)
    devices = _devices(container)
    if _SHARES & set(amounts) or any(each.endswith(".shared") for each in devices):
        return None
    if _claims(subject.release, subject.template, container) is not False:
        return None
    wanted = [amounts[name] for name in devices]
    return None if None in wanted else sum(each for each in wanted if each is not None)


@fact("gpu.resources", FactType.STRINGS, on=CONTAINER, cel=gpu_cel.RESOURCES)
def resources(subject: Subject) -> list[str]:
    """Names of the GPU resources that the container asks for, sorted."""
    return _names(container_at(subject))


@fact("podGpu.requested", FactType.BOOL, on=POD, cel=gpu_cel.POD_REQUESTED, known=gpu_cel.POD_REQUESTED_KNOWN)
def pod_requested(subject: Subject) -> bool | None:
    """Whether a container or init container of the pod (of any pod of the object) asks for a GPU."""
    found = [container for template in templates_of(subject) for container in _all_containers(template)]
    return True if any(map(_names, found)) else _pod_claims(subject)


@fact("podGpu.resources", FactType.STRINGS, on=POD)
def pod_resources(subject: Subject) -> list[str]:
    """Names of the GPU resources that the containers and init containers ask for, sorted."""
    found = [container for template in templates_of(subject) for container in _all_containers(template)]
    return sorted({name for container in found for name in _names(container)})


@fact("podGpu.dra", FactType.BOOL, on=POD)
def pod_dra(subject: Subject) -> bool | None:
    """Whether a container gets a GPU by a resource claim (dynamic resource allocation); unknown if its class is."""
    return _pod_claims(subject)


@fact("podGpu.claimClasses", FactType.STRINGS, on=POD)
def pod_claim_classes(subject: Subject) -> list[str] | None:
    """The GPU device classes (`gpu.nvidia.com`) that the containers' resource claims ask for, sorted.

    Unknown if a claim is not in the input.
    """
    found = [
        _claimed(subject.release, template.manifest, source)
        for template in templates_of(subject)
        for container in _all_containers(template)
        for source in _sources(template, container)
    ]
    names = {name for claims in found for claim in claims for name in _classes(claim) if _GPU_CLASS.search(name)}
    return sorted(names) if all(found) else None


def _pod_claims(subject: Subject) -> bool | None:
    return either(
        _claims(subject.release, template, container)
        for template in templates_of(subject)
        for container in _all_containers(template)
    )


def _all_containers(template: PodTemplate) -> list[dict[str, Any]]:
    return [container for field in ALL_CONTAINERS for _, container in maps(template.spec.get(field))]


def _amounts(container: Mapping[str, Any]) -> dict[str, int | None]:
    """The amount of each GPU resource, limits before requests; None for what is no whole number."""
    asked = as_map(container.get("resources"))
    merged = {**as_map(asked.get("requests")), **as_map(asked.get("limits"))}
    return {name: _whole(value) for name, value in merged.items() if name in _SHARES or DEVICES.fullmatch(name)}


def _whole(value: Any) -> int | None:
    try:
        number = amount(value) if isinstance(value, str) else value
    except ValueError:
        return None
    if isinstance(number, bool) or number is None or isinstance(number, dict | list) or number != number // 1:
        return None
    return int(number)


def _devices(container: Mapping[str, Any]) -> list[str]:
    return sorted(name for name, value in _amounts(container).items() if value != 0 and name not in _SHARES)


def _names(container: Mapping[str, Any]) -> list[str]:
    shares = {name for name, value in _amounts(container).items() if value != 0} & _SHARES
    return sorted({*_devices(container), *shares})


def _claims(release: Release, template: PodTemplate | None, container: Mapping[str, Any]) -> bool | None:
    """Whether one of the container's resource claims is for a GPU; None if the claim is not in the input."""
    if template is None or not maps(as_map(container.get("resources")).get("claims")):
        return False
    sources = _sources(template, container)
    found = [_claimed(release, template.manifest, source) for source in sources]
    return either(either(map(_of_gpu_class, each)) if each else None for each in found) if sources else None


def _sources(template: PodTemplate, container: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries of the pod's resourceClaims that the container names."""
    named = {as_text(claim.get("name")) for _, claim in maps(as_map(container.get("resources")).get("claims"))}
    return [claim for _, claim in maps(template.spec.get("resourceClaims")) if as_text(claim.get("name")) in named]


def _claimed(release: Release, origin: Manifest, source: Mapping[str, Any]) -> list[Manifest]:
    """The claims, or templates of claims, that an entry of resourceClaims stands for; none if they are not there."""
    for field, kind in (("resourceClaimTemplateName", "ResourceClaimTemplate"), ("resourceClaimName", "ResourceClaim")):
        if field in source:
            return [
                manifest
                for manifest in release.manifests
                if kind_of(manifest).group == "resource.k8s.io"
                and (manifest.kind, manifest.name) == (kind, source[field])
                and same_namespace(release, origin, manifest) is not False
            ]
    return []


def _of_gpu_class(manifest: Manifest) -> bool | None:
    classes = _classes(manifest)
    return any(_GPU_CLASS.search(each) for each in classes) if any(classes) else None


def _classes(manifest: Manifest) -> list[str]:
    """The device classes that a claim, or a template of claims, asks for; empty texts for what is missing."""
    spec = as_map(manifest.object.get("spec"))
    spec = as_map(spec.get("spec")) if manifest.kind == "ResourceClaimTemplate" else spec
    requests = [request for _, request in maps(as_map(spec.get("devices")).get("requests"))]
    alternatives = [each for request in requests for _, each in maps(request.get("firstAvailable"))]
    return [
        as_text(each.get("deviceClassName") or as_map(each.get("exactly")).get("deviceClassName"))
        for each in (*requests, *alternatives)
    ]
