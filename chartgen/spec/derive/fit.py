"""Whether a model fits its GPUs, and the longest context that does.

The engine may use `usable x utilisation` of each GPU (vllm 0.33.0, v1/worker/gpu_worker.py: requested = total x
utilisation). What remains after weights, activations and memory outside PyTorch holds the key-value cache, which must
take at least one sequence of the longest context.

Constants are KAITO's (presets/workspace/generator/model-sku-calculation.md, measured with vLLM 0.10.1): loaded weights
are 1.02 x the checkpoint, activations at most 1.7 GiB and memory outside PyTorch at most 0.6 GiB per GPU. The
activations are an upper bound (vllm#13061 shows 0.19 GiB), so two bounds are kept: `sure` counts them, `hopeful` does
not. A values file is refused only by the hopeful bound; the longest context comes from the sure one.
"""

from __future__ import annotations

from dataclasses import dataclass

from chartgen.catalogue import engine_versions, models
from chartgen.catalogue.gpus import Gpu
from chartgen.model.spec import Spec
from chartgen.spec.derive.adapters import adapters_gib
from chartgen.spec.derive.resolved import Resolved, flag

GIB = 2**30
LOADED = 1.02
ACTIVATIONS_GIB = 1.7
OUTSIDE_GIB = 0.6

# The cache is handed out in blocks of 16 tokens (vllm: --block-size, 16 with most backends).
BLOCK = 16

# Flags that change what lies in GPU memory in ways that these formulas do not follow.
_UNACCOUNTED = ("cpu-offload-gb", "kv-cache-memory-bytes", "speculative-config", "hf-overrides", "load-format")

# Methods that quantise a 2-byte checkpoint while it is loaded, with the bits of a weight afterwards.
_ON_LOAD = {"fp8": 8}


@dataclass(frozen=True, slots=True)
class Fit:
    """Memory of one GPU in GiB, and the tokens of one sequence that its cache can hold.

    `budget` is what the engine may use, `weights` the loaded weights and adapters. `sure_tokens` and `hopeful_tokens`
    are whole blocks and never negative.
    """

    budget: float
    weights: float
    token_bytes: float
    sure_tokens: int
    hopeful_tokens: int

    @property
    def needed(self) -> float:
        """The least that one GPU must give, in GiB: weights and memory outside PyTorch."""
        return self.weights + OUTSIDE_GIB


def fit(spec: Spec, resolved: Resolved, gpu: Gpu | None = None, gpus: int | None = None) -> Fit | None:
    """The fit of the model on its GPUs, or on `gpus` GPUs of another type `gpu` (tensor parallel).

    None if the model's size or the GPU's usable memory is not known, or a flag makes the formulas meaningless.
    """
    gpu = gpu or resolved.gpu
    weights = None if resolved.model is None else weights_gib(spec, resolved.model)
    if resolved.model is None or weights is None or gpu.usable_gib is None:
        return None
    adapters = adapters_gib(spec, resolved.model)
    if adapters is None:
        return None
    if any(flag(spec, name) is not None for name in _UNACCOUNTED):
        return None
    tensor, pipeline = (spec.parallelism.tensor, spec.parallelism.pipeline) if gpus is None else (gpus, 1)
    budget = gpu.usable_gib * utilization(spec, resolved)
    loaded = weights * LOADED / (tensor * pipeline) + adapters
    token_bytes = cache_bytes(spec, resolved.model.shape, tensor, pipeline)
    return Fit(
        budget=budget,
        weights=loaded,
        token_bytes=token_bytes,
        sure_tokens=_tokens(budget - loaded - OUTSIDE_GIB - ACTIVATIONS_GIB, token_bytes),
        hopeful_tokens=_tokens(budget - loaded - OUTSIDE_GIB, token_bytes),
    )


def weights_gib(spec: Spec, model: models.ModelFacts) -> float | None:
    """Size of the weights in GiB as the engine will hold them; None if `model.quantization` makes it unknown."""
    chosen = spec.model.quantization
    if model.quantization is not None:
        return model.weights_gib
    if chosen is None:
        return model.weights_gib * (2 if spec.model.dtype == "float32" else 1)
    if chosen in _ON_LOAD:
        return models.quantized_gib(model.parameters, model.shape, _ON_LOAD[chosen], None)
    return None


def utilization(spec: Spec, resolved: Resolved) -> float:
    """The share of GPU memory that the engine is told to use."""
    return spec.engine.gpu_memory_utilization or usual_utilization(spec, resolved)


def usual_utilization(spec: Spec, resolved: Resolved) -> float:
    """The default of the engine's version, or an equal part of it where pods take turns on a GPU, in whole hundredths.

    The setting counts for one instance, whatever else runs on the GPU (vLLM documentation, gpu_memory_utilization). An
    instance does not start if less is free than it may use (vllm, v1/worker/utils.py, request_memory), and the CUDA
    context of each lies beside that: so what the default leaves free, it leaves free for all together.
    """
    usual = engine_versions.engine().gpu_memory_utilization(resolved.version)
    pods = spec.gpu.replicas_per_gpu
    return usual if pods is None else round(usual * 100) // pods / 100


def cache_bytes(spec: Spec, shape: models.Shape, tensor: int, pipeline: int) -> float:
    """Bytes of key-value cache of one token on one GPU.

    2 x layers x heads x size x bytes, layers split over the pipeline and heads over the tensor size, but at least one
    head per GPU (vllm, config/model.py). Latent attention keeps its vector on every tensor rank.
    """
    layers = -(-shape.layers // pipeline)
    if shape.kv_latent:
        return layers * shape.kv_latent * _element_bytes(spec)
    heads = max(1, shape.kv_heads // tensor)
    return 2 * layers * heads * shape.head_size * _element_bytes(spec)


def max_length(spec: Spec, resolved: Resolved) -> int | None:
    """The longest context in tokens that surely fits, and that the model has; None if either is not known.

    Where nothing surely fits, half of what the hopeful bound leaves: measured activations lie between the two bounds.
    """
    found = fit(spec, resolved)
    context = None if resolved.model is None else resolved.model.context
    if found is None or context is None:
        return None
    tokens = found.sure_tokens or found.hopeful_tokens // 2 // BLOCK * BLOCK
    return max(min(tokens, context), 1)


def dtype(spec: Spec, gpu: Gpu) -> str:
    """The type in the file; else `half` on a GPU without bfloat16, where the engine refuses that type, else `auto`."""
    if spec.model.dtype not in (None, "auto"):
        return str(spec.model.dtype)
    return "auto" if gpu.bfloat16 else "half"


def _element_bytes(spec: Spec) -> int:
    chosen = spec.model.kv_cache_dtype or "auto"
    if chosen.startswith("fp8"):
        return 1
    return 4 if chosen == "auto" and spec.model.dtype == "float32" else 2


def _tokens(gib: float, token_bytes: float) -> int:
    return max(0, int(gib * GIB / token_bytes) // BLOCK * BLOCK)
