"""How long a pod may take to start, and to stop.

Starting: weights over the backend's throughput, shared by all replicas where they read one volume, with a download
before it for a hub id, then compiling and CUDA graphs; twice that, since storage and network vary. No trustworthy
table of load times is published, so the constants below are this project's own, chosen high: a budget too long costs
nothing, one too short kills a loading engine (vLLM's Kubernetes troubleshooting page: `KeyboardInterrupt: terminated`).

Stopping: preStop leaves time for the endpoints to forget the pod, then the engine drains (--shutdown-timeout seconds).
preStop + drain + 10 <= grace always, and where spot is required preStop + drain stays inside what the provider's
notice surely leaves. An engine without --shutdown-timeout cuts its requests at the signal, so preStop is the drain.
"""

from __future__ import annotations

from dataclasses import dataclass

from chartgen.catalogue import engine_versions
from chartgen.model.spec import Spec
from chartgen.spec.choices import source
from chartgen.spec.derive.fit import utilization
from chartgen.spec.derive.resolved import Resolved, flag

SPARE_SECONDS = 10

_HUB_MIB = 100
_COMPILE_SECONDS = 120
_GRAPH_SECONDS = 60
_SAFETY = 2
# Nothing below the engine's own limit for its start (VLLM_ENGINE_READY_TIMEOUT_S, 600 s by default).
_LEAST_STARTUP = 600
_PROBE_PERIOD = 10

# A cluster autoscaler's new GPU node with its driver, and the pull of an engine image of about 10 GB.
_NODE_SECONDS = 600
_IMAGE_SECONDS = 300

_PRE_STOP = 10
_PRE_STOP_SPOT = 5
_PRE_STOP_ONLY = 30
_DRAIN = 120
# The default of terminationGracePeriodSeconds.
_LEAST_GRACE = 30

# Limits of the HPA API: stabilizationWindowSeconds and periodSeconds of a policy. 300 is the default window.
_LONGEST_WINDOW = 3600
_LONGEST_PERIOD = 1800
_LEAST_WINDOW = 300


@dataclass(frozen=True, slots=True)
class Stop:
    """Seconds: the sleep before the signal, the drain after it, and the time until the pod is killed."""

    pre_stop: int
    drain: int
    grace: int


def startup_seconds(spec: Spec, resolved: Resolved) -> int:
    """The budget of the startup probe, a multiple of its period."""
    mib = stored_gib(spec, resolved) * 1024
    backend = resolved.backend
    readers = resolved.pods if backend.shared_by_replicas else 1
    seconds = mib / backend.throughput_mib * readers
    if source(spec.model.id) == "hub":
        seconds += mib / min(_HUB_MIB, backend.throughput_mib)
    if flag(spec, "enforce-eager") is not True:
        seconds += _COMPILE_SECONDS + _GRAPH_SECONDS
    periods = -(-int(seconds * _SAFETY) // _PROBE_PERIOD)
    return max(periods * _PROBE_PERIOD, _LEAST_STARTUP)


def time_to_ready(startup: int) -> int:
    """From a pod that has no node yet to its first answer, in seconds: node, image and a start of `startup` seconds."""
    return _NODE_SECONDS + _IMAGE_SECONDS + startup


def stop(spec: Spec, resolved: Resolved) -> Stop:
    """The seconds of a pod's end; what the file sets is counted in, `drain` and `grace` are what stands in for it.

    With spot policy mixed these are the seconds of the base, and `spot_stop` has those of the overflow.
    """
    pre_stop, drain = _within_notice(resolved) if spec.spot.policy == "require" else _at_leisure(resolved)
    if not resolved.workload.serves:
        pre_stop, drain = 0, 0
    grace = spec.lifecycle.grace_seconds
    if grace is not None:
        drain = min(drain, max(0, grace - pre_stop - SPARE_SECONDS))
    effective = drain if spec.lifecycle.drain_seconds is None else spec.lifecycle.drain_seconds
    return Stop(pre_stop, drain, max(_LEAST_GRACE, pre_stop + effective + SPARE_SECONDS))


def spot_stop(spec: Spec, resolved: Resolved) -> Stop | None:
    """As `stop`, for the pods on spot nodes of spot policy mixed; None for the other policies."""
    if spec.spot.policy != "mixed":
        return None
    pre_stop, drain = _within_notice(resolved)
    effective = drain if spec.spot.drain_seconds is None else spec.spot.drain_seconds
    return Stop(pre_stop, drain, max(_LEAST_GRACE, pre_stop + effective + SPARE_SECONDS))


def _within_notice(resolved: Resolved) -> tuple[int, int]:
    """preStop and drain of a pod on a spot node; those of any node where the provider has no spot nodes."""
    spot = resolved.provider.spot
    if spot is None:
        return _at_leisure(resolved)
    drains = engine_versions.engine().drains(resolved.version)
    pre_stop = _PRE_STOP_SPOT if drains else spot.safe_seconds
    return pre_stop, spot.safe_seconds - pre_stop


def _at_leisure(resolved: Resolved) -> tuple[int, int]:
    drains = engine_versions.engine().drains(resolved.version)
    return (_PRE_STOP, _DRAIN) if drains else (_PRE_STOP_ONLY, 0)


def scale_down_window(ready: int) -> int:
    """Seconds of low load before a replica goes: as long as it would take to come back, within the API's limit."""
    return min(max(_LEAST_WINDOW, ready), _LONGEST_WINDOW)


def scale_up_period(ready: int) -> int:
    """Seconds between two steps up: until the last step's pods answer, more load only looks like more need."""
    return min(ready, _LONGEST_PERIOD)


def stored_gib(spec: Spec, resolved: Resolved) -> float:
    """Size of the weights in GiB; for an unknown model all that its GPUs could hold."""
    if resolved.model is not None:
        return resolved.model.weights_gib
    return gpu_gib(spec, resolved)


def gpu_gib(spec: Spec, resolved: Resolved) -> float:
    """What all GPUs of one replica may hold, in GiB; by the vendor's figure where the usable one is not known."""
    one = resolved.gpu.usable_gib or resolved.gpu.nominal_gb * 1e9 / 2**30
    return one * utilization(spec, resolved) * resolved.gpu_count * resolved.nodes
