"""What a replica needs of its node beside the GPUs: CPU, memory, /dev/shm, disk."""

from __future__ import annotations

from math import ceil

from chartgen.catalogue import providers
from chartgen.model.spec import Spec
from chartgen.spec.derive.clocks import stored_gib
from chartgen.spec.derive.quantity import parse_bytes
from chartgen.spec.derive.resolved import Resolved

GIB = 2**30

# vLLM's documentation: at least 2 + N physical cores for N GPUs; a request of so many vCPUs leaves the rest to bursts.
_CORES = 2

# vLLM's documentation mounts 2 GiB at /dev/shm in its NVIDIA example and 15 GiB in the multi-node one, with 8 GPUs a
# node; a linear rule between the two is the project's own.
_SHARED_GIB = 2

# Python, CUDA context, compiled graphs and tokenizer, per GPU worker; and the part of the checkpoint that a worker has
# in memory at a time, since a file that is no safetensors file is read whole. No authoritative figures are published;
# these are the project's own.
_PROCESS_GIB = 6
_CHECKPOINT_GIB = 10

# What the provider's own DaemonSets (network, storage drivers, logs) request on each node.
_SYSTEM_MILLICORES = 500
_SYSTEM_MIB = 1024

# vLLM's Dockerfile makes a user of this id, in group 0. It may open NVIDIA's devices, which belong to all; those of AMD
# belong to a group whose id is another on every host (ROCm documentation: run with --group-add render).
_IMAGE_USER = 2000

_LEAST_DISK_GIB = 16
_CACHE_GIB = 4


def cpu(resolved: Resolved) -> int:
    """CPU cores that a replica requests: 2 + GPUs, at most its share of the smallest node that holds it."""
    wanted = _CORES + resolved.gpu_count
    for instance in resolved.instances:
        allocatable, _ = resolved.provider.allocatable(instance)
        share = (allocatable - _SYSTEM_MILLICORES) * resolved.gpu_count // _pods(instance, resolved) // 1000
        wanted = min(wanted, share)
    return max(1, wanted)


def memory_gib(spec: Spec, resolved: Resolved) -> int:
    """Memory that a replica requests and is limited to, in GiB: shared memory, processes and checkpoint files.

    At most its share of the smallest node that holds it. The shared memory counts, since a tmpfs is charged to the pod.
    """
    shared = shared_bytes(spec, resolved) / GIB
    stored = stored_gib(spec, resolved)
    loading = min(stored, _CHECKPOINT_GIB * resolved.gpu_count)
    loading = max(loading, min(stored, resolved.backend.buffer_gib) * resolved.gpu_count)
    wanted = ceil(shared + _PROCESS_GIB * resolved.gpu_count + loading)
    share = node_memory_gib(resolved)
    return max(1, wanted if share is None else min(wanted, share))


def node_memory_gib(resolved: Resolved) -> int | None:
    """A replica's share of the memory of the smallest node that holds it, in GiB; None if no node's memory is known."""
    shares: list[int] = []
    for instance in resolved.instances:
        _, allocatable = resolved.provider.allocatable(instance)
        if allocatable is not None:
            shares.append((allocatable - _SYSTEM_MIB) * resolved.gpu_count // _pods(instance, resolved) // 1024)
    return min(shares, default=None)


def _pods(instance: providers.InstanceType, resolved: Resolved) -> int:
    """How many pods with one GPU, or one part of it, a node has room for."""
    return instance.gpus * resolved.sharers


def shared_gib(resolved: Resolved) -> int:
    """Size of /dev/shm in GiB."""
    return _SHARED_GIB * resolved.gpu_count


def shared_bytes(spec: Spec, resolved: Resolved) -> int:
    """Size of /dev/shm in bytes, as it will be: the file's own, else the derived one."""
    given = None if spec.workload.shared_memory is None else parse_bytes(spec.workload.shared_memory)
    return shared_gib(resolved) * GIB if given is None else given


def run_as_user(resolved: Resolved) -> int:
    """The user id of the engine: the image's own user on NVIDIA GPUs, root on others."""
    return _IMAGE_USER if resolved.gpu.vendor == "nvidia" else 0


def disk_gib(spec: Spec, resolved: Resolved) -> int:
    """Size of a claim for the model in GiB: two copies, a new revision beside the old one, and the compile cache."""
    stored = stored_gib(spec, resolved) if resolved.model is None else resolved.model.repository_gib
    return max(_LEAST_DISK_GIB, resolved.backend.least_gib, ceil(2 * stored + _CACHE_GIB))
