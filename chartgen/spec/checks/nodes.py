"""The GPU type, node selector and spot policy against what the provider's nodes are and how they are labelled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chartgen.catalogue import gpus
from chartgen.model.spec import Derived, Spec
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.resolved import Resolved


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse pods that no node would take."""
    if spec.cluster.node_pool is not None:
        yield from _pool(spec.cluster.node_pool, resolved)
    elif not spec.cluster.pool_priority:
        yield from _offered(spec, resolved)
    yield from _ranked(spec)
    yield from _streamed(spec)
    yield from _spot(spec, resolved)
    if spec.spot.policy == "require":
        yield from _lonely(spec, resolved)
    if spec.spot.policy == "mixed":
        yield from _two_pools(spec, resolved)


def _offered(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    provider, gpu = resolved.provider, resolved.gpu
    if not provider.instance_types:
        return
    first = "set spot.policy to require, and " if spec.spot.policy == "mixed" else ""
    named = f"{first}name the node pool in cluster.nodePool"
    if not provider.offers(gpu):
        types = {known.name for known in gpus.gpus() if provider.offers(known)}
        yield Refusal(
            "gpu.type",
            f"no known {provider.title} node has {gpu.title}",
            f"set gpu.type to one of: {', '.join(sorted(types))}; or {named}",
        )
    elif not provider.labels_gpu(gpu):
        yield Refusal(
            "gpu.type",
            f"how {provider.title} labels nodes with {gpu.title} is not known",
            named,
        )


def _pool(name: str, resolved: Resolved) -> Iterator[Refusal]:
    provider = resolved.provider
    if provider.labels.node_pool_names and re.fullmatch(provider.labels.node_pool_names, name, re.ASCII) is None:
        yield Refusal(
            "cluster.nodePool",
            f"no node pool of {provider.title} can be called {name}",
            f"write the pool's name as it stands in the label {provider.labels.node_pool}",
        )


def _ranked(spec: Spec) -> Iterator[Refusal]:
    pools = [rank.node_pool for rank in spec.cluster.pool_priority]
    if pools and spec.cluster.node_pool is not None:
        yield Refusal(
            "cluster.poolPriority",
            f"cluster.nodePool names one node pool, and this ranks {len(pools)}",
            "remove one of the two",
        )
    for index, pool in enumerate(pools):
        if pool in pools[:index]:
            yield Refusal(
                f"cluster.poolPriority[{index}].nodePool",
                f"{pool} is in the list already, at place {pools.index(pool) + 1}",
                "name each node pool once",
            )


def _streamed(spec: Spec) -> Iterator[Refusal]:
    """GKE documentation, image-streaming: repositories of Artifact Registry, and public ones of Docker Hub."""
    registry = spec.engine.image.registry
    if spec.cluster.image_streaming and registry != "docker.io" and not registry.endswith("-docker.pkg.dev"):
        yield Refusal(
            "cluster.imageStreaming",
            f"GKE does not stream images of {registry}, so a new node waits for the whole image",
            "put the image into Artifact Registry, and set engine.image.registry to LOCATION-docker.pkg.dev",
            fatal=False,
        )


def _spot(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    """A node selector that asks for spot nodes, while the policy keeps the pods off them."""
    words = resolved.provider.spot
    if words is None:
        return
    selector = spec.cluster.node_selector
    labels = words.labels + words.older_labels
    asked = [(key, selector[key]) for key, values in labels if selector.get(key) in values]
    if spec.spot.policy == "never" and asked:
        key, value = asked[0]
        yield Refusal(
            "cluster.nodeSelector",
            f"it asks for spot nodes ({key}: {value}), and spot.policy never keeps the pods off them",
            "remove the label, and set spot.policy to require or prefer",
        )
    others = [(key, selector[key]) for key, values in labels if key in selector and selector[key] not in values]
    if spec.spot.policy == "require" and others:
        key, value = others[0]
        yield Refusal(
            "cluster.nodeSelector",
            f"it asks for nodes that are no spot nodes ({key}: {value}), and spot.policy requires spot nodes",
            "remove the label, or set spot.policy to never",
        )


def _lonely(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    """A single replica on nodes that the provider takes away; rule spot-notice-exceeded warns of the same."""
    workload, scaled = resolved.workload, spec.autoscaling.kind != "none"
    most = spec.autoscaling.max if scaled else spec.workload.replicas
    key = "autoscaling.max" if scaled else workload.count
    if not workload.replicated or not key or (most or 1) > 1:
        return
    yield Refusal(
        key,
        "the only replica runs on spot nodes alone: when its node is taken nobody answers until another has loaded the "
        "model",
        f"set {key} to 2 at least, or spot.policy to prefer",
        fatal=False,
    )


def _two_pools(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    """With spot policy mixed, whatever holds for all pods must hold on spot nodes and on others."""
    words, selector = resolved.provider.spot, spec.cluster.node_selector
    labels = () if words is None else words.labels + words.older_labels
    for key in [key for key, _ in labels if key in selector][:1]:
        yield Refusal(
            "cluster.nodeSelector",
            f"{key}: {selector[key]} is on the nodes of one pool alone, and spot.policy mixed needs both",
            "remove the label; the chart tells the two pools apart by itself",
        )
