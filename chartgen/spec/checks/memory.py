"""Whether the model and the longest context fit the GPUs; the formulas stand in chartgen/spec/derive/fit.py."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.catalogue import engine_versions, gpus, models
from chartgen.model.spec import Derived, Spec
from chartgen.spec.checks.parallelism import divides
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.fit import ACTIVATIONS_GIB, BLOCK, GIB, OUTSIDE_GIB, Fit, fit, utilization
from chartgen.spec.derive.resolved import Resolved, flag, slice_of

# A context below this is of little use; the figure is the project's own.
_SHORT = 2048

_LONGER_ANYWAY = "VLLM_ALLOW_LONG_MAX_MODEL_LEN"


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse what cannot fit even without activations; warn where it only may."""
    yield from _context(spec, resolved)
    model, found = resolved.model, fit(spec, resolved)
    if model is None or found is None:
        return
    given, surely = spec.model.max_length, derived.max_length
    if found.hopeful_tokens < BLOCK:
        yield _too_large(spec, resolved, model, found)
    elif given is not None and given > found.hopeful_tokens:
        yield _overlong(given, derived, model, found)
    elif found.sure_tokens < BLOCK:
        yield _tight(spec, derived, resolved, model, found)
    elif given is not None and given > found.sure_tokens:
        yield _long(given, found)
    elif given is None and surely is not None and surely < min(_SHORT, model.context or _SHORT):
        yield _short(surely, spec, resolved, model)


def larger(spec: Spec, resolved: Resolved) -> tuple[str, ...]:
    """GPU types of the provider that hold the model with the same parallelism, smallest first."""
    found: list[tuple[float, str]] = []
    for gpu in gpus.gpus():
        on_it = fit(spec, resolved, gpu) if _usable(gpu, resolved) else None
        if on_it is not None and on_it.sure_tokens >= _SHORT:
            found.append((gpu.usable_gib or 0, gpu.name))
    return tuple(name for _, name in sorted(found))


def _profiles(spec: Spec, resolved: Resolved) -> tuple[str, ...]:
    """MIG profiles of the GPU that hold the model."""
    gpu = gpus.gpu(spec.gpu.type)
    if gpu is None:
        return ()
    profiles = resolved.provider.profiles(gpu)
    found = [(profile, fit(spec, resolved, slice_of(gpu, profile))) for profile in profiles]
    return tuple(profile for profile, on_it in found if on_it is not None and on_it.sure_tokens >= _SHORT)


def _usable(gpu: gpus.Gpu, resolved: Resolved) -> bool:
    """Whether the engine's version runs on `gpu`, and the provider has nodes with enough of them."""
    if gpu.vendor != resolved.gpu.vendor or (resolved.gpu.bfloat16 and not gpu.bfloat16):
        return False
    floor = engine_versions.engine().floor(resolved.version)
    if floor is not None and gpu.capability is not None and gpu.capability < floor.capability:
        return False
    instances = resolved.provider.instances(gpu.name)
    return not resolved.provider.instance_types or any(one.gpus >= resolved.gpu_count for one in instances)


def _too_large(spec: Spec, resolved: Resolved, model: models.ModelFacts, found: Fit) -> Refusal:
    share = utilization(spec, resolved)
    return Refusal(
        "gpu.type",
        f"{model.id} does not fit: {_each(resolved)} must hold {found.weights + OUTSIDE_GIB:.3f} GiB (weights and "
        f"{OUTSIDE_GIB} GiB of the runtime), and has {found.budget:.3f} GiB ({resolved.gpu.usable_gib} GiB x {share})",
        _remedies(spec, resolved, model),
    )


def _remedies(spec: Spec, resolved: Resolved, model: models.ModelFacts) -> str:
    remedies: list[str] = []
    if model.quantization is None:
        known = models.quantized_versions(model.id)
        name = f", such as {known[0].id}" if known else ""
        remedies.append(f"set model.id to an AWQ checkpoint of the model{name}")
    types = larger(spec, resolved)
    if spec.gpu.mig_profile is not None:
        profiles = _profiles(spec, resolved)
        remedies += [f"set gpu.migProfile to a larger one: {', '.join(profiles)}"] if profiles else []
    elif types:
        remedies.append(f"set gpu.type to a larger one: {', '.join(types[:3])}")
    tensor = _enough(spec, resolved, model)
    if tensor is not None and spec.gpu.sharing == "none":
        remedies.append(f"set parallelism.tensor to {tensor}")
    return ", or ".join(remedies) or "choose a smaller model"


def _enough(spec: Spec, resolved: Resolved, model: models.ModelFacts) -> int | None:
    """The smallest power of two of GPUs on one node that surely hold the model; None if none do."""
    instances = resolved.provider.instances(resolved.gpu.name)
    most = max((instance.gpus for instance in instances), default=0 if resolved.provider.instance_types else 8)
    for size in (2, 4, 8):
        if resolved.gpu_count * resolved.nodes < size <= most and divides(model.shape, size):
            found = fit(spec, resolved, gpus=size)
            if found is not None and found.sure_tokens >= _SHORT:
                return size
    return None


def _tight(spec: Spec, derived: Derived, resolved: Resolved, model: models.ModelFacts, found: Fit) -> Refusal:
    length = spec.model.max_length or derived.max_length
    context = f", and the context is {length} tokens" if length else ""
    return Refusal(
        "gpu.type",
        f"{model.id} fits {_each(resolved)} only if activations stay below {found.budget - found.needed:.2f} GiB; "
        f"up to {ACTIVATIONS_GIB} GiB were measured{context}",
        _remedies(spec, resolved, model),
        fatal=False,
    )


def _long(length: int, found: Fit) -> Refusal:
    return Refusal(
        "model.maxLength",
        f"{length} tokens fit only if activations stay below {ACTIVATIONS_GIB} GiB; {found.sure_tokens} surely do",
        f"set model.maxLength to {found.sure_tokens}, or remove it",
        fatal=False,
    )


def _overlong(length: int, derived: Derived, model: models.ModelFacts, found: Fit) -> Refusal:
    """Sure only without a sliding window, behind which the cache of some layers stops growing."""
    wanted = length * found.token_bytes / GIB
    return Refusal(
        "model.maxLength",
        f"one sequence of {length} tokens needs {wanted:.2f} GiB of cache on each GPU, and after the weights at most "
        f"{found.budget - found.needed:.2f} GiB remain of {found.budget:.2f} GiB",
        f"set model.maxLength to {derived.max_length or found.sure_tokens}, or choose a larger gpu.type",
        fatal=not model.shape.sliding_window,
    )


def _short(length: int, spec: Spec, resolved: Resolved, model: models.ModelFacts) -> Refusal:
    return Refusal(
        "gpu.type",
        f"{_each(resolved)} surely holds only {length} tokens beside {model.id}",
        _remedies(spec, resolved, model),
        fatal=False,
    )


def _each(resolved: Resolved) -> str:
    count = resolved.gpu_count * resolved.nodes
    return ("one" if count == 1 else f"each of {count}") + f" {resolved.gpu.title}"


def _context(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    length = spec.model.max_length
    context = None if resolved.model is None else resolved.model.context
    if length is None or context is None or length <= context:
        return
    if _LONGER_ANYWAY in spec.engine.env or flag(spec, "hf-overrides") is not None:
        return
    yield Refusal(
        "model.maxLength",
        f"{spec.model.id} has a context of {context} tokens, fewer than {length}",
        f"set model.maxLength to {context} at most, or remove it",
    )
