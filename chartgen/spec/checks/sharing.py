"""Parts of GPUs: whether the GPU can be cut so, what cannot be built of parts, and what nobody measures of them."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.catalogue import gpus, providers
from chartgen.model.spec import Derived, Spec
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.fit import usual_utilization
from chartgen.spec.derive.resolved import Resolved

_DCGM = "DCGM_"
_MIG, _TURNS = "mig", "time-slicing"


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse parts of GPUs that do not exist, that would have to be joined, or that are larger than the whole."""
    if spec.gpu.sharing == "none":
        return
    if resolved.gpu.vendor != "nvidia":
        yield Refusal(
            "gpu.sharing",
            f"only GPUs of NVIDIA can be shared so, and gpu.type is {spec.gpu.type}",
            "set gpu.sharing to none",
        )
    elif spec.gpu.sharing == _MIG:
        yield from _profile(spec, resolved.provider)
    else:
        yield from _turns(spec, resolved)
    if not resolved.workload.nodes:  # of a kind that joins GPUs of several nodes the table says so
        yield from _joined(spec)
    yield from _measured(spec)


def _profile(spec: Spec, provider: providers.Provider) -> Iterator[Refusal]:
    gpu, profile = gpus.gpu(spec.gpu.type), spec.gpu.mig_profile
    if gpu is None or profile in provider.profiles(gpu):
        return
    if gpu.mig:
        owner = f"on {provider.title} " if profile in gpu.mig else ""
        message, remedy = f"{owner}{gpu.title} has no profile {profile}", f"one of: {', '.join(provider.profiles(gpu))}"
        yield Refusal("gpu.migProfile", message, f"set gpu.migProfile to {remedy}")
        return
    others = [known.name for known in gpus.gpus() if profile in known.mig]
    instead = f"set gpu.type to one of: {', '.join(others)}; or " if others else ""
    message = f"{gpu.title} is not known to have Multi-Instance GPU"
    yield Refusal("gpu.sharing", message, f"{instead}set gpu.sharing to none")


def _turns(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    """Nothing keeps the memory of pods apart that take turns (NVIDIA/k8s-device-plugin, time-slicing).

    The engine does not start if less is free than its share, and each has a CUDA context beside it.
    """
    pods, share = spec.gpu.replicas_per_gpu, spec.engine.gpu_memory_utilization
    if pods is not None and share is not None and round(share * pods, 6) >= 1:
        yield Refusal(
            "engine.gpuMemoryUtilization",
            f"{pods} pods on a GPU, each with {share} of its memory, leave nothing for their CUDA contexts, so the "
            "last does not start",
            f"set it to {usual_utilization(spec, resolved)}, or remove it",
        )
    if resolved.provider.slices_are_gpus and spec.gpu.resource != resolved.gpu.resource:
        yield Refusal(
            "gpu.resource",
            f"{resolved.provider.title} calls a GPU that pods take turns on {resolved.gpu.resource}",
            f"set it to {resolved.gpu.resource}, or remove it",
        )


def _joined(spec: Spec) -> Iterator[Refusal]:
    """MIG: a process sees one slice (NVIDIA MIG user guide), and slices have no peer-to-peer (NVIDIA/nccl#1716).

    Time-slicing: two parts may be of the same GPU, where NCCL refuses two ranks (`Duplicate GPU detected`).
    """
    count = spec.parallelism.tensor * spec.parallelism.pipeline
    if count == 1:
        return
    key = "parallelism.tensor" if spec.parallelism.tensor > 1 else "parallelism.pipeline"
    what = "slices of GPUs" if spec.gpu.sharing == _MIG else "GPUs that pods take turns on"
    yield Refusal(
        key,
        f"a replica is split over {count} GPUs, and {what} cannot be joined",
        f"set {key} to 1, or gpu.sharing to none",
    )


def _measured(spec: Spec) -> Iterator[Refusal]:
    """NVIDIA's exporter measures no utilisation of a MIG slice, nor of one pod of several on a GPU."""
    why = {
        _MIG: "is not measured on a GPU that is cut into slices",
        _TURNS: "counts all pods of a GPU together (NVIDIA/dcgm-exporter#587)",
    }[spec.gpu.sharing]
    for index, metric in enumerate(spec.autoscaling.metrics):
        if metric.name.startswith(_DCGM):
            yield Refusal(
                f"autoscaling.metrics[{index}].name",
                f"{metric.name} {why}",
                "scale on vllm:num_requests_running",
            )
