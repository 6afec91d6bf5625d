"""What the names in a values file mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from chartgen.catalogue import configs, engine_versions, gpus, models, providers, workloads
from chartgen.model.spec import Spec
from chartgen.spec.backends import Backend, backends
from chartgen.spec.choices import resolved_kind

# A DaemonSet's pods are as many as there are nodes, which the values file does not say.
_ASSUMED_NODES = 4

_ENGINE_IMAGE = re.compile(r"(^|[/_.-])vllm([/_.-]|$)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The values file with its names looked up.

    `model` is None if neither the file nor the catalogue knows it, `version` None if the image's tag names no engine
    version. `workload` is never `auto`. `gpu_count` is per pod, of which a replica has one on each of its `nodes`;
    `pods` is the highest number of pods, `sharers` that of the pods on one GPU. Of a GPU that is cut into slices, `gpu`
    is the slice.
    """

    gpu: gpus.Gpu
    sharers: int
    model: models.ModelFacts | None
    provider: providers.Provider
    backend: Backend
    version: engine_versions.Version | None
    workload: workloads.WorkloadKind
    nodes: int
    gpu_count: int
    pods: int

    @property
    def kind(self) -> str:
        """Name of the workload kind."""
        return self.workload.name

    @property
    def instances(self) -> tuple[providers.InstanceType, ...]:
        """The provider's instance types that can hold one pod, smallest first."""
        found = self.provider.instances(self.gpu.name)
        return tuple(instance for instance in found if instance.gpus >= self.gpu_count)


def resolve(spec: Spec) -> Resolved:
    """Look up what `spec` names; KeyError on a name that the values schema would have refused."""
    gpu = gpus.gpu(spec.gpu.type)
    if gpu is None:
        raise KeyError(spec.gpu.type)
    sharers = spec.gpu.replicas_per_gpu or (slices(gpu, spec.gpu.mig_profile) if spec.gpu.mig_profile else 1)
    backend = backends()[spec.storage.backend]
    nodes = spec.parallelism.nodes or 1
    workload = workloads.workload(resolved_kind(spec.workload.kind, backend.name, nodes))
    return Resolved(
        gpu=slice_of(gpu, spec.gpu.mig_profile) if spec.gpu.mig_profile else gpu,
        sharers=sharers,
        model=_model(spec),
        provider=providers.provider(spec.cluster.provider),
        backend=backend,
        version=engine_version(spec),
        workload=workload,
        nodes=nodes,
        gpu_count=-(-spec.parallelism.tensor * spec.parallelism.pipeline // nodes),
        pods=_replicas(spec, workload) * nodes,
    )


def slice_of(gpu: gpus.Gpu, profile: str) -> gpus.Gpu:
    """The slice of `gpu` with a MIG profile, as a GPU; of one that has no such profile only the nominal size counts."""
    _, memory = _sizes(profile)
    return replace(
        gpu,
        title=f"{profile} slice of {gpu.title}",
        usable_gib=gpu.mig.get(profile) or None,
        nominal_gb=memory,
        products=tuple(f"{product}-MIG-{profile}" for product in gpu.products),
    )


def slices(gpu: gpus.Gpu, profile: str) -> int:
    """How many slices with `profile` a GPU has at most, by its compute units and by its memory."""
    units, memory = _sizes(profile)
    most = max((_sizes(known)[0] for known in gpu.mig), default=units)
    return max(1, min(most // units, gpu.nominal_gb // memory))


def _sizes(profile: str) -> tuple[int, int]:
    """Compute units and GB of a MIG profile: 3 and 40 for `3g.40gb`."""
    units, memory = profile.split("g.")
    return int(units), int(memory.removesuffix("gb"))


def _model(spec: Spec) -> models.ModelFacts | None:
    """By its own configuration if the file gives one, else by the catalogue."""
    if spec.model.config is not None:
        return configs.model_from_config(spec.model.id, spec.model.config)
    return models.model(spec.model.id)


def engine_version(spec: Spec) -> engine_versions.Version | None:
    """The vLLM version in the image's tag; None for an image that is not called vllm, whose tag may mean anything."""
    if _ENGINE_IMAGE.search(spec.engine.image.repository) is None:
        return None
    return engine_versions.parse_version(spec.engine.image.tag)


def flag(spec: Spec, name: str) -> str | int | float | bool | None:
    """The value of the server flag `name` in `engine.args`; the schema lets flags be written with dashes only."""
    return spec.engine.args.get(name)


def _replicas(spec: Spec, workload: workloads.WorkloadKind) -> int:
    if workload.every_node:
        return _ASSUMED_NODES
    if workload.batched:
        return spec.batch.parallelism or 1
    if spec.autoscaling.kind != "none":
        return spec.autoscaling.max or 1
    if spec.spot.policy == "mixed":
        return (spec.spot.on_demand_base or 1) + (spec.spot.overflow or 1)
    return spec.workload.replicas or 1
