"""What the pods and volumes of a release take of a namespace's quotas: at least, at most, and while it is updated.

Requests are counted, as ResourceQuota does; a container that only has a limit requests as much (Kubernetes
documentation, resource management). Sidecars that a webhook adds, the pod of `helm test` and a device plugin's chart,
which belongs into another namespace, are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from chartgen.model.spec import Demand, Derived, Spec
from chartgen.spec.derive import quantity
from chartgen.spec.derive.resolved import Resolved, resolve

# The request of a claim that is bound to a volume which is there already: charts/vllm/_claim.yaml.j2 and _share.
_BOUND = "1Gi"
_OWN = ("replica", "pod", "shared")


def totals(spec: Spec, derived: Derived) -> tuple[Demand, ...]:
    """One demand if it is always the same; else those that differ, the least first.

    For a pod on every node the first is that of each node.
    """
    resolved = resolve(spec)
    if resolved.workload.every_node:
        each = resolved.backend.claim == "pod"
        first = _demand("on each node", spec, derived, resolved, pods=1, claims=int(each))
        common = _claims(resolved, 1) if not each else 0
        shared = _demand("for all nodes", spec, derived, resolved, pods=0, claims=common)
        return (first, shared) if common else (first,)
    least, most = (count * resolved.nodes for count in _replicas(spec, resolved))
    surge = (derived.max_surge or 0) * resolved.nodes * (2 if spec.spot.policy == "mixed" else 1)
    rows = {"at least": least, "at most": most, "during an update": most + surge}
    counts = list(dict.fromkeys(rows.values()))
    names = [next(name for name, count in rows.items() if count == wanted) for wanted in counts]
    return tuple(
        _demand(name if len(counts) > 1 else "", spec, derived, resolved, pods=count, claims=_claims(resolved, count))
        for name, count in zip(names, counts, strict=True)
    )


def _replicas(spec: Spec, resolved: Resolved) -> tuple[int, int]:
    """The least and the most replicas; charts/vllm/_bounds.yaml.j2 has the same for the overflow of policy mixed."""
    base = spec.spot.on_demand_base or 0
    scaling = spec.autoscaling
    if scaling.kind != "none" and spec.spot.policy == "mixed":
        least = max(0 if scaling.kind == "keda" else 1, (scaling.min or 0) - base)
        return base + least, base + max(1, least, (scaling.max or 0) - base)
    if scaling.kind != "none":
        return scaling.min or 0, max(scaling.min or 0, scaling.max or 0)
    if spec.spot.policy == "mixed":
        return 2 * (base + (spec.spot.overflow or 0),)
    count = spec.batch.parallelism if resolved.workload.batched else spec.workload.replicas
    return 2 * (1 if count is None else count,)


def _claims(resolved: Resolved, pods: int) -> int:
    """How many claims the chart or its workload makes for so many pods."""
    backend = resolved.backend
    if backend.claim == "pod" or (backend.claim == "replica" and resolved.workload.claim == "replica"):
        return pods
    return int(backend.claim in _OWN or "volume" in backend.properties)


def _demand(when: str, spec: Spec, derived: Derived, resolved: Resolved, *, pods: int, claims: int) -> Demand:
    bound = _BOUND if spec.storage.rest.get("volume") else derived.storage_size
    size = quantity.parse(spec.storage.size or bound or "0") or Decimal(0)
    own = {
        "cpu": spec.workload.resources.cpu or derived.cpu,
        "memory": spec.workload.resources.memory or derived.memory,
        "ephemeral-storage": spec.workload.resources.ephemeral_storage or "0",
        derived.gpu_resource: str(derived.gpu_count),
    }
    asked = {name: pods * _of_pod(spec, name, amount) for name, amount in own.items()}
    return Demand(
        when=when,
        pods=pods,
        gpu_resource=derived.gpu_resource,
        gpus=int(asked[derived.gpu_resource]),
        cpu=quantity.cores(asked["cpu"]),
        memory=quantity.size(asked["memory"]),
        ephemeral_storage=quantity.size(asked["ephemeral-storage"]),
        claims=claims,
        storage=quantity.size(claims * size),
    )


def _of_pod(spec: Spec, resource: str, own: str) -> Decimal:
    """All containers that run together, or a larger one before them (Kubernetes documentation, init containers)."""
    before = list(spec.pod.init_containers)
    staying = [container for container in before if container.get("restartPolicy") == "Always"]
    together = (quantity.parse(own) or Decimal(0)) + sum(_requested([*spec.pod.extra_containers, *staying], resource))
    return max([together, *_requested(before, resource)])


def _requested(containers: Iterable[Mapping[str, Any]], resource: str) -> Iterator[Decimal]:
    for container in containers:
        resources = container.get("resources") or {}
        for kind in ("requests", "limits"):
            amount = (resources.get(kind) or {}).get(resource)
            if amount is not None:
                yield quantity.parse(str(amount)) or Decimal(0)
                break
