"""CPU, memory, shared memory and disk against each other, the provider's nodes and the model."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from chartgen.model.spec import Derived, Spec
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.host import disk_gib
from chartgen.spec.derive.quantity import parse
from chartgen.spec.derive.resolved import Resolved

_MIB = 2**20
_GIB = 2**30


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse what no node can give, a /dev/shm that leaves the engine no memory, and a disk below the model's size."""
    memory = spec.workload.resources.memory or derived.memory
    shared = spec.workload.shared_memory or derived.shared_memory
    yield from _shared(shared, memory)
    yield from _disk(spec, derived, resolved)
    if spec.cluster.node_pool is None and not spec.cluster.pool_priority:
        yield from _node(spec.workload.resources.cpu or derived.cpu, memory, resolved)


def _shared(shared: str, memory: str) -> Iterator[Refusal]:
    shared_bytes, memory_bytes = parse(shared), parse(memory)
    if shared_bytes is None or memory_bytes is None or shared_bytes < memory_bytes:
        return
    yield Refusal(
        "workload.sharedMemory",
        f"/dev/shm of {shared} lies in the container's memory of {memory} and would fill it",
        f"set workload.sharedMemory below {memory}, or workload.resources.memory above {shared}",
    )


def _disk(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    model, size = resolved.model, None if spec.storage.size is None else parse(spec.storage.size)
    if model is None or size is None or derived.source != "hub" or size >= Decimal(model.repository_gib) * _GIB:
        return
    yield Refusal(
        "storage.size",
        f"{spec.storage.size} do not hold the {model.repository_gib:.2f} GiB of {model.id}",
        f"set storage.size to {disk_gib(spec, resolved)}Gi, which has room for a new revision beside the old one",
    )


def _node(cpu: str, memory: str, resolved: Resolved) -> Iterator[Refusal]:
    """Compare with the largest node that holds a replica; without known nodes there is nothing to say."""
    cores, size = parse(cpu), parse(memory)
    nodes = [resolved.provider.allocatable(instance) for instance in resolved.instances]
    most = max((millicores for millicores, _ in nodes), default=None)
    if cores is not None and most is not None and cores * 1000 > most:
        yield Refusal(
            "workload.resources.cpu",
            f"{cpu} CPU are more than the largest node with {resolved.gpu_count} {resolved.gpu.title} gives to pods "
            f"({Decimal(most) / 1000})",
            f"set workload.resources.cpu to {most // 1000} at most, or remove it",
        )
    known = [mib for _, mib in nodes if mib is not None]
    if size is not None and known and len(known) == len(nodes) and size > max(known) * _MIB:
        yield Refusal(
            "workload.resources.memory",
            f"{memory} are more than the largest node with {resolved.gpu_count} {resolved.gpu.title} gives to pods "
            f"({max(known)}Mi)",
            f"set workload.resources.memory to {max(known) // 1024}Gi at most, or remove it",
        )
