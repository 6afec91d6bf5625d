"""How long what stands before a server waits for the next byte of an answer, or for all of it."""

from __future__ import annotations

import json
import re
from typing import Any

from chartgen.lint.facts.exposures import ON, Exposure, annotations_of, backend_manifest, exposure_of
from chartgen.lint.facts.lookup import named
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.facts.selectors import describe, same_namespace
from chartgen.lint.kinds import kind_of
from chartgen.lint.release import Release, Subject, as_map, as_text, at_pointer, maps
from chartgen.model.manifest import Manifest

_NGINX = "nginx.ingress.kubernetes.io/"
_NGINX_READ = 60
_GCE_BACKEND = 30
_ALB_IDLE = 60
"""Defaults in seconds: ingress-nginx `proxy-read-timeout`, GKE BackendConfig `timeoutSec`, ALB `idle_timeout`."""

_IDLE = re.compile(r"idle_timeout\.timeout_seconds=(\d{1,5})")
_DURATION = re.compile(r"(?:\d{1,5}(?:h|ms|m|s))+")
_PART = re.compile(r"(\d{1,5})(h|ms|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_POLICIES = {
    # Objects that set the time-out of a route or of its backend, with the fields that do.
    ("networking.gke.io", "GCPBackendPolicy"): ("/spec/default/timeoutSec",),
    ("gateway.envoyproxy.io", "BackendTrafficPolicy"): ("/spec/timeout/http/requestTimeout",),
    ("gateway.kgateway.dev", "TrafficPolicy"): ("/spec/timeouts/request", "/spec/timeouts/streamIdle"),
    ("gateway.nginx.org", "ProxySettingsPolicy"): ("/spec/timeout",),
}


@fact("ingress.controller", FactType.STRING, on=ON)
def ingress_controller(subject: Subject) -> str:
    """Whose Ingress it is by class or annotations: nginx (of Kubernetes), gce, alb, or empty for any other."""
    annotations = annotations_of(subject.manifest)
    spec = as_map(subject.manifest.object.get("spec"))
    name = as_text(spec.get("ingressClassName")) or as_text(annotations.get("kubernetes.io/ingress.class"))
    if any(key.startswith("nginx.org/") for key in annotations):
        # The controller of F5 NGINX, which has other annotations and defaults, uses the same class name.
        return ""
    if name in ("gce", "gce-internal", "alb"):
        return name.removesuffix("-internal")
    if name == "nginx" or (not name and any(key.startswith(_NGINX) for key in annotations)):
        return "nginx"
    return ""


@fact("ingress.timeout", FactType.INT, on=ON)
def ingress_timeout(subject: Subject) -> int | None:
    """The seconds after which the Ingress gives an answer up: what is set for it, else the controller's default.

    Unknown for another controller, and if what sets it is not in the input.
    """
    annotations = annotations_of(subject.manifest)
    controller = ingress_controller(subject)
    if controller == "nginx":
        text = annotations.get(f"{_NGINX}proxy-read-timeout")
        if text is None:
            return None if _set_for_all(subject.release) else _NGINX_READ
        return int(text) if isinstance(text, str) and text.isdecimal() and len(text) < 8 else None
    if controller == "alb":
        match = _IDLE.search(as_text(annotations.get("alb.ingress.kubernetes.io/load-balancer-attributes")))
        return int(match[1]) if match else _ALB_IDLE
    return _of_backend_config(subject) if controller == "gce" else None


@fact("ingress.timeoutGiven", FactType.BOOL, on=ON)
def ingress_timeout_given(subject: Subject) -> bool:
    """Whether an annotation of the Ingress sets it."""
    annotations = annotations_of(subject.manifest)
    attributes = as_text(annotations.get("alb.ingress.kubernetes.io/load-balancer-attributes"))
    return f"{_NGINX}proxy-read-timeout" in annotations or _IDLE.search(attributes) is not None


@fact("route.timeout", FactType.INT, on=ON)
def route_timeout(subject: Subject) -> int | None:
    """The seconds that a rule of an HTTPRoute grants a request, the shorter of its two time-outs; 0 if it sets none.

    A time-out of zero is none. Unknown for what is no duration.
    """
    timeouts = as_map(as_map(subject.element).get("timeouts"))
    found = [_seconds(timeouts[name]) for name in ("request", "backendRequest") if name in timeouts]
    if None in found:
        return None
    limits = [each for each in found if each]
    return max(1, int(min(limits))) if limits else 0


@fact("route.timeoutGiven", FactType.BOOL, on=ON)
def route_timeout_given(subject: Subject) -> bool:
    """Whether a rule of an HTTPRoute says how long a request may take (`0s`: for ever)."""
    return "request" in as_map(as_map(subject.element).get("timeouts"))


@fact("route.policies", FactType.STRINGS, on=ON)
def route_policies(subject: Subject) -> list[str]:
    """The objects of the input that set a time-out for the route or for what it leads to, sorted."""
    names = {subject.manifest.name, *(each.name for each in exposure_of(subject).backends)}
    policies = subject.release.once(("timeouts", "policies"), lambda: _policies(subject.release))
    found = {id(each): each for name in names for each in policies.get(name, ())}.values()
    near = (each for each in found if same_namespace(subject.release, subject.manifest, each) is not False)
    return sorted(describe(each) for each in near)


def _policies(release: Release) -> dict[str, list[Manifest]]:
    """The policies that set a time-out, by the names of what they are about."""
    found: dict[str, list[Manifest]] = {}
    for each in release.manifests:
        kind = kind_of(each)
        pointers = _POLICIES.get((kind.group, kind.name), ())
        if any(at_pointer(each.object, pointer) is not None for pointer in pointers):
            for name in _targets(each):
                found.setdefault(name, []).append(each)
    return found


def _targets(policy: Manifest) -> set[str]:
    spec = as_map(policy.object.get("spec"))
    references = [as_map(spec.get("targetRef")), *(each for _, each in maps(spec.get("targetRefs")))]
    return {as_text(each.get("name")) for each in references} - {""}


def _of_backend_config(subject: Subject) -> int | None:
    exposure: Exposure = exposure_of(subject)
    services = [backend_manifest(subject.release, subject.manifest, each) for each in exposure.backends]
    if len(services) != 1 or services[0] is None:
        return None
    annotations = annotations_of(services[0])
    text = annotations.get("cloud.google.com/backend-config", annotations.get("beta.cloud.google.com/backend-config"))
    if text is None:
        return _GCE_BACKEND
    configs = [
        config
        for name in sorted(_names_in(text))
        if (config := named(subject.release, services[0], "cloud.google.com", "BackendConfig", name))
    ]
    if len(configs) != 1:
        return None
    seconds = at_pointer(configs[0].object, "/spec/timeoutSec")
    return _GCE_BACKEND if seconds is None else seconds if type(seconds) is int else None


def _names_in(text: Any) -> set[str]:
    """The names in `{"default": "a", "ports": {"8000": "b"}}`."""
    try:
        value = json.loads(as_text(text))
    except (ValueError, RecursionError):
        return set()
    chosen = as_map(value)
    return {each for each in (chosen.get("default"), *as_map(chosen.get("ports")).values()) if isinstance(each, str)}


def _set_for_all(release: Release) -> bool:
    """Whether the input holds a ConfigMap of a controller, which may set the time-out of all Ingresses."""
    said = (
        each.kind == "ConfigMap" and "proxy-read-timeout" in as_map(each.object.get("data"))
        for each in release.manifests
    )
    return release.once(("timeouts", "for all"), lambda: any(said))


def _seconds(value: Any) -> float | None:
    """Seconds of a Gateway API duration (`1h30m`), None if it is none."""
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        return None
    return sum(int(count) * _SECONDS[unit] for count, unit in _PART.findall(value))
