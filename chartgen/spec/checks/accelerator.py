"""What the GPU and the engine's version can compute with: types, quantisation, images.

Figures: chartgen/catalogue/data/engine.toml and gpus.toml.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.catalogue import engine_versions, gpus, models
from chartgen.model.spec import Derived, Spec
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.resolved import Resolved

# Methods that only read what a quantised checkpoint says about itself.
_NEEDS_CHECKPOINT = frozenset(
    (
        "awq",
        "awq_marlin",
        "gptq",
        "gptq_marlin",
        "compressed-tensors",
        "modelopt",
        "modelopt_fp4",
        "modelopt_mxfp8",
        "modelopt_mixed",
        "quark",
        "moe_wna16",
        "mxfp4",
        "gpt_oss_mxfp4",
    )
)


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse types, methods and versions that the GPU or the engine does not have."""
    yield from _version(spec, resolved)
    yield from _dtype(spec, resolved.gpu)
    yield from _method(spec, resolved)
    yield from _checkpoint(spec, resolved.model)
    yield from _vendor(spec, resolved.gpu)


def _version(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    floor = engine_versions.engine().floor(resolved.version)
    capability = resolved.gpu.capability
    if floor is None or capability is None or capability >= floor.capability:
        return
    last = (
        f"set engine.image.tag to v{floor.last_before}, the last release for this GPU, or " if floor.last_before else ""
    )
    yield Refusal(
        "engine.image.tag",
        f"vLLM {spec.engine.image.tag} runs on compute capability {_text(floor.capability)} and newer, and "
        f"{resolved.gpu.title} has {_text(capability)}",
        f"{last}choose a newer gpu.type",
    )


def _dtype(spec: Spec, gpu: gpus.Gpu) -> Iterator[Refusal]:
    for key, value in (("model.dtype", spec.model.dtype), ("model.kvCacheDtype", spec.model.kv_cache_dtype)):
        if value == "bfloat16" and not gpu.bfloat16:
            wanted = _text(engine_versions.engine().bfloat16_capability)
            yield Refusal(
                key,
                f"{gpu.title} has no bfloat16: the engine wants compute capability {wanted}, this GPU has "
                f"{_text(gpu.capability or (0, 0))}",
                f"set {key} to {'half' if key == 'model.dtype' else 'auto'}, or remove it",
            )


def _method(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    chosen = spec.model.quantization
    name = chosen or (None if resolved.model is None else resolved.model.quantization)
    method = None if name is None else engine_versions.engine().quantization.get(name)
    if method is None:
        return
    key = "model.quantization" if chosen else "gpu.type"
    capability = resolved.gpu.capability
    if method.capability is not None and capability is not None and capability < method.capability:
        yield Refusal(
            key,
            f"{method.name} needs compute capability {_text(method.capability)}, and {resolved.gpu.title} has "
            f"{_text(capability)}",
            "choose a newer gpu.type, or a checkpoint with another quantisation",
        )
    if method.absent_from is not None and resolved.version is not None:
        gone = engine_versions.parse_version(method.absent_from)
        if gone is not None and resolved.version >= gone:
            yield Refusal(
                key,
                f"vLLM {spec.engine.image.tag} has no {method.name}: {method.absent_from} at the latest is without it",
                f"set engine.image.tag to a release before v{method.absent_from}, or choose another quantisation",
            )


def _checkpoint(spec: Spec, model: models.ModelFacts | None) -> Iterator[Refusal]:
    chosen = spec.model.quantization
    if model is None or chosen is None:
        return
    own = model.quantization
    if own is None and chosen in _NEEDS_CHECKPOINT:
        known = [facts.id for facts in models.quantized_versions(model.id) if _reads(chosen, facts.quantization)]
        name = f", such as {known[0]}" if known else ""
        yield Refusal(
            "model.quantization",
            f"{model.id} is not quantised, and {chosen} only reads a checkpoint that is",
            f"set model.id to a checkpoint made with {chosen}{name}, or remove model.quantization",
        )
    elif own is not None and not _reads(chosen, own):
        yield Refusal(
            "model.quantization",
            f"{model.id} was quantised with {own}, not with {chosen}",
            "remove model.quantization: the engine reads the method from the checkpoint",
        )


def _reads(method: str, checkpoint: str | None) -> bool:
    """Whether `method` can run a checkpoint made with method `checkpoint`."""
    if checkpoint is None:
        return False
    also = {"awq": {"awq_marlin", "moe_wna16"}, "gptq": {"gptq_marlin", "moe_wna16"}, "mxfp4": {"gpt_oss_mxfp4"}}
    return method == checkpoint or method in also.get(checkpoint, set())


def _vendor(spec: Spec, gpu: gpus.Gpu) -> Iterator[Refusal]:
    repository = spec.engine.image.repository
    rocm = "rocm" in repository
    if gpu.vendor == "amd" and repository.endswith("vllm-openai"):
        yield Refusal(
            "engine.image.repository",
            f"{repository} is built for CUDA, and {gpu.title} needs ROCm",
            "set engine.image.repository to vllm/vllm-openai-rocm",
        )
    if gpu.vendor == "nvidia" and rocm:
        yield Refusal(
            "engine.image.repository",
            f"{repository} is built for ROCm, and {gpu.title} needs CUDA",
            "set engine.image.repository to vllm/vllm-openai",
        )
    if gpu.vendor == "amd" and spec.security.user == "namespace":
        yield Refusal(
            "security.user",
            f"{gpu.title} belongs to a group of its node's, which a user of the namespace's may not be in",
            "let all users open /dev/kfd and /dev/dri on the nodes, or set security.user to image",
            fatal=False,
        )
    if gpu.vendor != "nvidia" and spec.cluster.device_plugin == "install":
        yield Refusal(
            "cluster.devicePlugin",
            f"the device plugin that chartgen installs is NVIDIA's, and {gpu.title} needs its own vendor's",
            "set cluster.devicePlugin to managed, and install the vendor's plugin",
        )


def _text(capability: tuple[int, int]) -> str:
    return f"{capability[0]}.{capability[1]}"
