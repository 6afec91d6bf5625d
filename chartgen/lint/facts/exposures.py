"""What leads from outside to the pods: Ingresses, HTTPRoutes, Services with a load balancer or a port on the nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chartgen.lint.facts.engine import Engine, engine_in, port_of
from chartgen.lint.facts.lookup import named
from chartgen.lint.facts.registry import FactType, fact, iterator, related
from chartgen.lint.facts.selectors import Pods, describe, selected
from chartgen.lint.facts.services import selected_by
from chartgen.lint.kinds import kind_of, walk
from chartgen.lint.release import Release, Subject, as_list, as_map, as_text, maps
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

ON = "exposure"
_POOLS = ("inference.networking.k8s.io", "inference.networking.x-k8s.io")
_INTERNAL = {
    # Annotations by which a Service asks for a load balancer of the inner network: the pages on internal load
    # balancers of AKS, GKE, the AWS Load Balancer Controller and ACK.
    "service.beta.kubernetes.io/azure-load-balancer-internal": ("true",),
    "networking.gke.io/load-balancer-type": ("internal",),
    "cloud.google.com/load-balancer-type": ("internal",),
    "service.beta.kubernetes.io/aws-load-balancer-internal": ("true", "0.0.0.0/0"),
    "service.beta.kubernetes.io/aws-load-balancer-scheme": ("internal",),
    "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": ("intranet",),
}
_MAY_ASK = ("/auth-", "allowlist", "jwt", "middlewares", "plugins", "-snippet", "whitelist")
"""Parts of the names of annotations by which ingress-nginx, Traefik, Kong, ALB and others check a caller."""

_AWS_TYPE = "service.beta.kubernetes.io/aws-load-balancer-type"
_AWS_SCHEME = "service.beta.kubernetes.io/aws-load-balancer-scheme"


@dataclass(frozen=True, slots=True, eq=False)
class Backend:
    """What requests are sent to: a Service, or a pool of pods, and its port (a number, a name, None for any)."""

    group: str
    kind: str
    name: str
    port: Any


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """`paths` are the beginnings of the paths that lead there, as they reach the backend; empty for all."""

    kind: str
    backends: tuple[Backend, ...]
    paths: tuple[str, ...] = ()


@iterator("exposure")
def walk_exposures(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """Each path of an Ingress, each rule of an HTTPRoute, the type of a Service that is LoadBalancer or NodePort."""
    kind = kind_of(manifest)
    if (kind.group, kind.name) == ("networking.k8s.io", "Ingress"):
        found = _of_ingress(manifest)
    elif (kind.group, kind.name) == ("gateway.networking.k8s.io", "HTTPRoute"):
        found = _of_route(manifest)
    elif (kind.group, kind.name) == ("", "Service"):
        found = _of_service(manifest)
    else:
        return
    for pointer, element, exposure in found:
        yield Subject(release, manifest, "exposure", element, pointer, key=exposure)


@fact("exposure.kind", FactType.STRING, on=ON)
def exposure_kind(subject: Subject) -> str:
    """Ingress, HTTPRoute, LoadBalancer or NodePort."""
    return exposure_of(subject).kind


@fact("exposure.paths", FactType.STRINGS, on=ON)
def exposure_paths(subject: Subject) -> list[str]:
    """How the paths begin that lead to the pods, as the pods see them, sorted; `/` where nothing is said."""
    return sorted(set(exposure_of(subject).paths)) or ["/"]


@fact("exposure.engines", FactType.STRINGS, on=ON)
def exposure_engines(subject: Subject) -> list[str] | None:
    """The workloads whose inference servers are reached without anything between, sorted.

    Unknown if a Service is not in the input, or if a port or what a container runs is not known.
    """
    found = servers(subject)
    return None if found is None else sorted({describe(each.manifest) for each, _ in found})


@fact("exposure.software", FactType.STRINGS, on=ON)
def exposure_software(subject: Subject) -> list[str] | None:
    """The names of those servers (vllm, sglang ...), sorted."""
    found = servers(subject)
    return None if found is None else sorted({engine.server.name for _, engine in found})


@fact("exposure.keyed", FactType.BOOL, on=ON)
def exposure_keyed(subject: Subject) -> bool | None:
    """Whether each of those servers asks for an API key; unknown if options or variables are out of sight."""
    found = servers(subject)
    if found is None:
        return None
    verdicts = [_keyed(engine) for _, engine in found]
    return False if False in verdicts else None if None in verdicts else True


@fact("exposure.asksNobody", FactType.BOOL, on=ON)
def exposure_asks_nobody(subject: Subject) -> bool | None:
    """Whether no annotation may have the controller ask who calls; unknown if one may."""
    keys = annotations_of(subject.manifest)
    return None if any(word in key for key in keys for word in _MAY_ASK) else True


@fact("exposure.internal", FactType.BOOL, on=ON)
def exposure_internal(subject: Subject) -> bool:
    """Whether an annotation or a list of source ranges keeps a load balancer to the inner network."""
    spec = as_map(subject.manifest.object.get("spec"))
    annotations = annotations_of(subject.manifest)
    if as_list(spec.get("loadBalancerSourceRanges")):
        return True
    if any(as_text(annotations.get(key)).lower() in values for key, values in _INTERNAL.items()):
        return True
    # The AWS Load Balancer Controller makes an internal one unless it is told otherwise.
    return as_text(annotations.get(_AWS_TYPE)) in ("external", "nlb-ip") and _AWS_SCHEME not in annotations


@related("exposedEngines")
def engine_places(subject: Subject) -> Iterator[Place]:
    """The containers of those servers."""
    for each, engine in servers(subject) or ():
        for pointer, _ in each.template.containers:
            if engine_in(subject.release, each.template, pointer, each.manifest.object)[1] is engine:
                yield Place(each.manifest, pointer, f"{engine.server.name} of {describe(each.manifest)}")


def exposure_of(subject: Subject) -> Exposure:
    return subject.key if isinstance(subject.key, Exposure) else Exposure("", ())


def annotations_of(manifest: Manifest) -> dict[str, Any]:
    return as_map(as_map(manifest.object.get("metadata")).get("annotations"))


def servers(subject: Subject) -> list[tuple[Pods, Engine]] | None:
    """(pods, server) of each inference server that the exposure leads to directly; None if that cannot be known."""
    found: list[tuple[Pods, Engine]] = []
    for backend in exposure_of(subject).backends:
        behind = _behind(subject.release, subject.manifest, backend)
        if behind is None:
            return None
        found += behind
    return found


def backend_manifest(release: Release, near: Manifest, backend: Backend) -> Manifest | None:
    """The Service or pool that a backend names, in the namespace of `near`."""
    return named(release, near, backend.group, backend.kind, backend.name)


def _behind(release: Release, near: Manifest, backend: Backend) -> list[tuple[Pods, Engine]] | None:
    manifest = backend_manifest(release, near, backend)
    if manifest is None:
        return None
    spec = as_map(manifest.object.get("spec"))
    if backend.group in _POOLS:
        selector = as_map(spec.get("selector"))
        pairs = as_map(selector.get("matchLabels")) or selector
        chosen = selected(release, manifest, {"matchLabels": pairs})
        targets: list[Any] = [each.get("number") for _, each in maps(spec.get("targetPorts"))]
        targets = targets or [spec.get("targetPortNumber")]
    else:
        chosen = selected_by(release, manifest)
        targets = [
            port.get("targetPort") or port.get("port")
            for _, port in maps(spec.get("ports"))
            if backend.port is None or backend.port in (port.get("port"), port.get("name"))
        ]
    if not chosen.sure:
        return None
    return _servers_at(release, chosen.sure, targets)


def _servers_at(release: Release, chosen: tuple[Pods, ...], targets: list[Any]) -> list[tuple[Pods, Engine]] | None:
    found: list[tuple[Pods, Engine]] = []
    for each in chosen:
        for pointer, container in each.template.containers:
            present, engine = engine_in(release, each.template, pointer, each.manifest.object)
            port = port_of(engine) if engine else None
            if present is None or (engine is not None and port is None):
                return None
            if engine is not None and any(_leads(target, port, container) for target in targets):
                found.append((each, engine))
    return found


def _leads(target: Any, port: int | None, container: dict[str, Any]) -> bool:
    if isinstance(target, str):
        return any(
            each.get("name") == target and each.get("containerPort") == port for _, each in maps(container.get("ports"))
        )
    return bool(port is not None and target == port)


def _keyed(engine: Engine) -> bool | None:
    word = engine.word("apiKey") if "apiKey" in engine.server.options else None
    if "VLLM_API_KEY" in engine.variables.values or (word is not None and (word.known or word.place)):
        return True
    return None if word is not None or not engine.variables.closed else False


def _of_ingress(manifest: Manifest) -> Iterator[tuple[str, Any, Exposure]]:
    spec = as_map(manifest.object.get("spec"))
    rewrite = as_text(annotations_of(manifest).get("nginx.ingress.kubernetes.io/rewrite-target"))
    for pointer, path in walk(spec, "/rules/*/http/paths/*"):
        backend = _service_of(as_map(as_map(path).get("backend")))
        seen = rewrite or as_text(as_map(path).get("path")) or "/"
        if backend is not None:
            yield f"/spec{pointer}", path, Exposure("Ingress", (backend,), (seen,))
    default = _service_of(as_map(spec.get("defaultBackend")))
    if default is not None:
        yield "/spec/defaultBackend", spec["defaultBackend"], Exposure("Ingress", (default,))


def _service_of(backend: dict[str, Any]) -> Backend | None:
    service = as_map(backend.get("service"))
    port = as_map(service.get("port"))
    name = as_text(service.get("name"))
    return Backend("", "Service", name, port.get("number", port.get("name"))) if name else None


def _of_route(manifest: Manifest) -> Iterator[tuple[str, Any, Exposure]]:
    spec = as_map(manifest.object.get("spec"))
    if any(each.get("kind") == "Service" for _, each in maps(spec.get("parentRefs"))):
        # A route of a mesh, for requests from inside.
        return
    for index, rule in maps(spec.get("rules")):
        backends = tuple(
            Backend(
                as_text(each.get("group")),
                as_text(each.get("kind")) or "Service",
                as_text(each.get("name")),
                each.get("port"),
            )
            for _, each in maps(rule.get("backendRefs"))
        )
        yield f"/spec/rules/{index}", rule, Exposure("HTTPRoute", backends, tuple(_paths_of(rule)))


def _paths_of(rule: dict[str, Any]) -> Iterator[str]:
    replaced = [
        as_text(as_map(as_map(each.get("urlRewrite")).get("path")).get(field))
        for _, each in maps(rule.get("filters"))
        for field in ("replacePrefixMatch", "replaceFullPath")
    ]
    rewritten = next((each for each in replaced if each), "")
    for _, match in maps(rule.get("matches")):
        yield rewritten or as_text(as_map(match.get("path")).get("value")) or "/"


def _of_service(manifest: Manifest) -> Iterator[tuple[str, Any, Exposure]]:
    spec = as_map(manifest.object.get("spec"))
    kind = as_text(spec.get("type"))
    if kind in ("LoadBalancer", "NodePort"):
        yield "/spec/type", kind, Exposure(kind, (Backend("", "Service", manifest.name, None),))
