"""Tensor and pipeline size against the model's shape, the number of nodes and the GPUs of each.

vLLM 0.33.0, config/model.py and the parallel layers: attention heads and the intermediate size are divided by the
tensor size without rest; key-value heads are divided, or repeated where the tensor size is the larger. A pod runs on
one node, so it cannot have more GPUs than the largest node. Several nodes share the GPUs of a replica evenly
(vllm/config/parallel.py: world size divided by nnodes), and where a tensor group does not fit on one of them each
layer's sum crosses the network.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.catalogue import engine_versions, models
from chartgen.model.spec import Derived, Spec
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.resolved import Resolved

_SIZES = range(1, 65)

# The most GPUs of any cloud machine type known here: Google's a2-megagpu-16g (SkyPilot's catalogue).
_LARGEST_MACHINE = 16


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse sizes that the engine or the nodes cannot have."""
    if resolved.model is not None:
        yield from _shape(spec, resolved.model)
    yield from _node(derived, resolved)
    if resolved.nodes > 1:
        yield from _nodes(spec, resolved)


def divides(shape: models.Shape, tensor: int) -> bool:
    """Whether the engine can split a model of this shape into `tensor` parts."""
    return not _obstacle(shape, tensor)


def _shape(spec: Spec, model: models.ModelFacts) -> Iterator[Refusal]:
    tensor = spec.parallelism.tensor
    obstacle = _obstacle(model.shape, tensor)
    if obstacle:
        legal = [str(size) for size in _SIZES if size <= 2 * tensor and divides(model.shape, size)]
        yield Refusal(
            "parallelism.tensor",
            f"{model.id} has {obstacle}, which a tensor size of {tensor} does not divide",
            f"set parallelism.tensor to one of: {', '.join(legal)}",
        )


def _obstacle(shape: models.Shape, tensor: int) -> str:
    """What `tensor` does not divide, as words; empty if it divides all."""
    if shape.heads % tensor:
        return f"{shape.heads} attention heads"
    larger, smaller = max(shape.kv_heads, tensor), min(shape.kv_heads, tensor)
    if shape.kv_heads and larger % smaller:
        return f"{shape.kv_heads} key-value heads"
    if shape.intermediate is not None and shape.intermediate % tensor:
        return f"an intermediate size of {shape.intermediate}"
    return ""


def _node(derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    provider, gpu = resolved.provider, resolved.gpu
    instances = provider.instances(gpu.name)
    if provider.instance_types and not instances:
        return
    most = max((instance.gpus for instance in instances), default=_LARGEST_MACHINE)
    if derived.gpu_count > most:
        largest = f"the largest {provider.title} node with {gpu.title}" if instances else "the largest machine"
        yield Refusal(
            "parallelism.tensor",
            f"a replica needs {derived.gpu_count} GPUs in one node, and {largest} has {most}",
            f"lower parallelism.tensor x parallelism.pipeline to {most * resolved.nodes} at most, choose a larger "
            "gpu.type, or spread a replica over nodes with parallelism.nodes",
        )


def _nodes(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    tensor, pipeline, nodes = spec.parallelism.tensor, spec.parallelism.pipeline, resolved.nodes
    since = engine_versions.engine().multi_node_since
    if resolved.version is not None and not engine_versions.engine().spans_nodes(resolved.version):
        yield Refusal(
            "parallelism.nodes",
            f"vLLM {spec.engine.image.tag} is not known to span nodes by itself (--nnodes), {since} does",
            f"set engine.image.tag to v{since} or newer, or remove parallelism.nodes",
        )
    if tensor * pipeline % nodes:
        yield Refusal(
            "parallelism.nodes",
            f"{tensor} x {pipeline} GPUs cannot be shared evenly by {nodes} nodes",
            f"set parallelism.pipeline to {nodes}, and parallelism.tensor to the GPUs of one node",
        )
    elif tensor > resolved.gpu_count:
        yield Refusal(
            "parallelism.tensor",
            f"a tensor size of {tensor} with {resolved.gpu_count} GPUs on each node sends every layer over the network",
            f"set parallelism.tensor to {resolved.gpu_count}, and parallelism.pipeline to "
            f"{tensor * pipeline // resolved.gpu_count}",
            fatal=False,
        )
