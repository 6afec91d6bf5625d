"""Who reaches the engine, and who is kept out; whether its replicas find their zones."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.model.spec import Derived, Spec
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.resolved import Resolved
from chartgen.spec.exposure import admits_its_own
from chartgen.spec.listed import has_macro


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse a policy that shuts out who needs the engine; warn of an open door, and of zones without GPUs."""
    yield from _open(spec)
    yield from _shut(spec, resolved)
    yield from _unheard(spec, resolved)
    yield from _zones(spec, resolved)


def _open(spec: Spec) -> Iterator[Refusal]:
    host = spec.networking.ingress.host or spec.networking.http_route.host
    if host is not None and spec.engine.api_key is None:
        yield Refusal(
            "engine.apiKey",
            f"everybody who reaches {host} may use the model, unless what stands in front of it asks who they are",
            "set engine.apiKey to a key of a Secret",
            fatal=False,
        )


def _shut(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    """A policy that admits nobody beside the namespace, though the file has something that comes from elsewhere.

    Fatal where nobody outside is left: whoever the chart itself admits (`network_peers`) needs no more.
    """
    policy, service = spec.networking.network_policy, spec.networking.service
    if not policy.enabled or policy.namespaces or policy.addresses:
        return
    through = _through(spec, resolved)
    shut = {name for name, admitted in through.items() if not admitted}
    outside = sorted(shut)
    if service is not None and service.type != "ClusterIP":
        outside.append("clients outside the cluster")
    monitor = spec.monitoring.kind or "none"
    watched = monitor != "none" and not has_macro(f"monitoring/{monitor}", "network_peers")
    if comers := outside + ["Prometheus"] * watched:
        yield Refusal(
            f"networking.networkPolicy.{'addresses' if outside and not shut else 'namespaces'}",
            f"only pods of the release's own namespace may connect, so {' and '.join(comers)} may not from elsewhere",
            "set networking.networkPolicy.namespaces or networking.networkPolicy.addresses to where they come from",
            fatal=bool(outside) and not any(through.values()),
        )


def _through(spec: Spec, resolved: Resolved) -> dict[str, bool]:
    """By what clients outside reach the release, with whether the chart admits it by itself."""
    ingress, route, provider = spec.networking.ingress, spec.networking.http_route, resolved.provider.name
    found: dict[str, bool] = {}
    if ingress.host is not None:
        found["the ingress controller"] = admits_its_own("ingress", ingress.controller or "auto", provider)
    if route.host is not None:
        found["the Gateway"] = admits_its_own("httpRoute", route.controller or "auto", provider)
    return found


def _unheard(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    """Time-outs of a route that GKE's own Gateway does not read; rule route-timeout-missing warns of the same.

    Source: GKE documentation, configure Gateway resources (GCPBackendPolicy, timeoutSec: 30 s by default).
    """
    route = spec.networking.http_route
    if route.host is not None and resolved.provider.name == "gke" and route.controller == "standard":
        yield Refusal(
            "networking.httpRoute.controller",
            "a Gateway of GKE's own ignores the time-outs of a route, and gives an answer up after 30 s",
            "set it to gke, unless another controller serves the Gateway",
            fatal=False,
        )


def _zones(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    """A required spread counts every zone with a node that the pods may run on; without GPU labels, that is each."""
    labelled = resolved.provider.labels.gpu or resolved.instances or spec.cluster.node_selector
    if spec.availability.spread == "required" and not labelled:
        yield Refusal(
            "availability.spread",
            "a zone whose nodes have no GPU counts as an empty one, so the replicas of the other zones stay pending",
            "set cluster.nodeSelector to a label of the GPU nodes, or availability.spread to preferred",
            fatal=False,
        )
