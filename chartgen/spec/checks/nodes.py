"""The GPU type, node selector and spot policy against what the provider's nodes are and how they are labelled."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.model.spec import Derived, Spec
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.resolved import Resolved


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse pods that no node would take."""
    if spec.cluster.node_pool is None:
        yield from _offered(resolved)
    yield from _spot(spec, resolved)


def _offered(resolved: Resolved) -> Iterator[Refusal]:
    provider, gpu = resolved.provider, resolved.gpu
    if not provider.instance_types:
        return
    if not provider.instances(gpu.name):
        types = {instance.gpu for instance in provider.instance_types}
        yield Refusal(
            "gpu.type",
            f"no known {provider.title} node has {gpu.title}",
            f"set gpu.type to one of: {', '.join(sorted(types))}; or name the node pool in cluster.nodePool",
        )
    elif gpu.vendor not in provider.labels.gpu_values:
        yield Refusal(
            "gpu.type",
            f"how {provider.title} labels nodes with {gpu.title} is not known",
            "name the node pool in cluster.nodePool",
        )


def _spot(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    """A node selector that asks for spot nodes, while the policy keeps the pods off them."""
    words = resolved.provider.spot
    if words is None:
        return
    selector = spec.cluster.node_selector
    asked = [(key, value) for key, value in words.labels if selector.get(key) == value]
    if spec.spot.policy == "never" and asked:
        key, value = asked[0]
        yield Refusal(
            "cluster.nodeSelector",
            f"it asks for spot nodes ({key}: {value}), and spot.policy never keeps the pods off them",
            "remove the label, and set spot.policy to require or prefer",
        )
    others = [(key, selector[key]) for key, value in words.labels if key in selector and selector[key] != value]
    if spec.spot.policy == "require" and others:
        key, value = others[0]
        yield Refusal(
            "cluster.nodeSelector",
            f"it asks for nodes that are no spot nodes ({key}: {value}), and spot.policy requires spot nodes",
            "remove the label, or set spot.policy to never",
        )
