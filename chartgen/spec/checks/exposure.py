"""Who reaches the engine, and who is kept out; whether its replicas find their zones."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.model.spec import Derived, Spec
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.resolved import Resolved


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Warn of an open door, of a policy that shuts out who needs the engine, and of zones without GPUs."""
    yield from _open(spec)
    yield from _shut(spec)
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


def _shut(spec: Spec) -> Iterator[Refusal]:
    """A policy that admits nobody beside the namespace, though the file has something that comes from elsewhere."""
    policy, service = spec.networking.network_policy, spec.networking.service
    if not policy.enabled or policy.namespaces or policy.addresses:
        return
    comers = [
        name
        for name, comes in (
            ("the ingress controller", spec.networking.ingress.host is not None),
            ("the Gateway", spec.networking.http_route.host is not None),
            ("clients outside the cluster", service is not None and service.type != "ClusterIP"),
            ("Prometheus", spec.monitoring.kind not in (None, "none")),
        )
        if comes
    ]
    if comers:
        yield Refusal(
            "networking.networkPolicy",
            f"only pods of the release's own namespace may connect, so {' and '.join(comers)} may not from elsewhere",
            "set networking.networkPolicy.namespaces or networking.networkPolicy.addresses to where they come from",
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
