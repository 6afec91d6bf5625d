"""Facts about the GPUs that containers and pods ask for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from chartgen.catalogue.devices import DEVICES
from chartgen.lint.facts import gpu_cel
from chartgen.lint.facts.engine import CONTAINER, POD, container_at, container_pointer, templates_of
from chartgen.lint.facts.lookup import bearing
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.facts.selectors import either, same_namespace
from chartgen.lint.functions import amount
from chartgen.lint.release import PodTemplate, Release, Subject, as_map, as_text, at_pointer, maps
from chartgen.model.manifest import Manifest
from chartgen.reader import quantities

_SHARES = frozenset(
    {"aliyun.com/gpu-mem", "aliyun.com/gpu-core.percentage", "nvidia.com/gpumem", "nvidia.com/gpucores"}
)
"""Resources of schedulers that share GPUs (gpushare, HAMi): beside them a number of GPUs does not mean devices."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a container asks for: the amount of each GPU resource, limits before requests, None for no whole number.

    `devices` are the resources that are GPUs and `names` those and shares of GPUs, sorted; with an amount of 0 they are
    not asked for. `shared` says that shares of GPUs are named, whatever the amount.
    """

    amounts: Mapping[str, int | None]
    devices: tuple[str, ...]
    names: tuple[str, ...]
    shared: bool


_GPU_CLASS = re.compile(r"gpu|mig\.nvidia|neuron|tpu|gaudi", re.IGNORECASE)


@fact("gpu.requested", FactType.BOOL, on=CONTAINER, cel=gpu_cel.REQUESTED, known=gpu_cel.REQUESTED_KNOWN)
def requested(subject: Subject) -> bool | None:
    """Whether the container asks for a GPU, by resource or by a resource claim of a GPU device class."""
    asked = _of_container(subject)
    if asked.devices or asked.shared:
        return True
    return _claims(subject.release, subject.template, container_at(subject))


@fact("gpu.count", FactType.INT, on=CONTAINER)
def count(subject: Subject) -> int | None:
    """Devices that the container gets, 0 if none; unknown with resource claims and with shared GPUs."""
    asked = _of_container(subject)
    if asked.shared or any(map(is_share, asked.devices)):
        return None
    if _claims(subject.release, subject.template, container_at(subject)) is not False:
        return None
    wanted = [asked.amounts[name] for name in asked.devices]
    return None if None in wanted else sum(each for each in wanted if each is not None)


@fact("gpu.resources", FactType.STRINGS, on=CONTAINER, cel=gpu_cel.RESOURCES)
def resources(subject: Subject) -> list[str]:
    """Names of the GPU resources that the container asks for, sorted."""
    return list(_of_container(subject).names)


@fact("podGpu.requested", FactType.BOOL, on=POD, cel=gpu_cel.POD_REQUESTED, known=gpu_cel.POD_REQUESTED_KNOWN)
def pod_requested(subject: Subject) -> bool | None:
    """Whether a container or init container of the pod (of any pod of the object) asks for a GPU."""
    return True if any(each.names for each in _of_pods(subject)) else _pod_claims(subject)


@fact("podGpu.resources", FactType.STRINGS, on=POD)
def pod_resources(subject: Subject) -> list[str]:
    """Names of the GPU resources that the containers and init containers ask for, sorted."""
    return sorted({name for each in _of_pods(subject) for name in each.names})


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


def of_pod(template: PodTemplate, count: Callable[[str, dict[str, Any]], int | None]) -> int | None:
    """What a pod takes, if `count` says it of (pointer, container); None if it does not know of one of them."""
    running = [count(pointer, container) for pointer, container in template.containers]
    starting = [
        (count(pointer, container), container.get("restartPolicy") == "Always")
        for pointer, container in template.init_containers
    ]
    if None in running or any(each is None for each, _ in starting):
        return None
    return quantities.of_pod([each or 0 for each in running], [(each or 0, stays) for each, stays in starting])


def _pod_claims(subject: Subject) -> bool | None:
    return either(
        _claims(subject.release, template, container)
        for template in templates_of(subject)
        for container in _all_containers(template)
    )


def _all_containers(template: PodTemplate) -> list[dict[str, Any]]:
    return [container for _, container in (*template.containers, *template.init_containers)]


def _of_container(subject: Subject) -> _Asked:
    return _asked(subject.release, subject.manifest, container_pointer(subject))


def _of_pods(subject: Subject) -> Iterator[_Asked]:
    for template in templates_of(subject):
        for pointer, _ in (*template.containers, *template.init_containers):
            yield _asked(subject.release, template.manifest, pointer)


def _asked(release: Release, manifest: Manifest, pointer: str) -> _Asked:
    """What the container at a pointer asks for, read once."""

    def read() -> _Asked:
        given = as_map(at_pointer(manifest.object, f"{pointer}/resources"))
        merged = {**as_map(given.get("requests")), **as_map(given.get("limits"))}
        amounts = {name: _whole(value) for name, value in merged.items() if _is_gpu(name)}
        names = tuple(sorted(name for name, value in amounts.items() if value != 0))
        devices = tuple(name for name in names if name not in _SHARES)
        return _Asked(amounts, devices, names, not _SHARES.isdisjoint(amounts))

    return release.once(("gpu", id(manifest), pointer), read)


def is_share(resource: str) -> bool:
    """Whether a resource of GPUs is a part of one that others share."""
    return resource in _SHARES or resource.endswith(".shared")


@lru_cache(maxsize=1024)
def _is_gpu(resource: str) -> bool:
    return resource in _SHARES or DEVICES.fullmatch(resource) is not None


def _whole(value: Any) -> int | None:
    try:
        number = amount(value) if isinstance(value, str) else value
    except ValueError:
        return None
    if isinstance(number, bool) or number is None or isinstance(number, dict | list) or number != number // 1:
        return None
    return int(number)


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
            named = source[field] if isinstance(source[field], str) else None
            found = () if named is None else bearing(release, "resource.k8s.io", kind, named)
            return [each for each in found if same_namespace(release, origin, each) is not False]
    return []


def _of_gpu_class(manifest: Manifest) -> bool | None:
    classes = _classes(manifest)
    return any(_GPU_CLASS.search(each) for each in classes) if any(classes) else None


def _classes(manifest: Manifest) -> list[str]:
    """The device classes that a claim, or a template of claims, asks for; empty texts for what is missing.

    Monitors look at devices that others use (`adminAccess`), and take none:
    https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/#admin-access
    """
    spec = as_map(manifest.object.get("spec"))
    spec = as_map(spec.get("spec")) if manifest.kind == "ResourceClaimTemplate" else spec
    requests = [request for _, request in maps(as_map(spec.get("devices")).get("requests"))]
    alternatives = [each for request in requests for _, each in maps(request.get("firstAvailable"))]
    asked = [{**each, **as_map(each.get("exactly"))} for each in (*requests, *alternatives)]
    return [
        "adminAccess" if each.get("adminAccess") is True else as_text(each.get("deviceClassName")) for each in asked
    ]
