"""The seconds of a pod's start and end against each other and against the spot notice."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.catalogue import engine_versions, providers
from chartgen.model.spec import Derived, Spec
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.clocks import SPARE_SECONDS
from chartgen.spec.derive.resolved import Resolved

# Below this a start that downloads the model on every pod is killed again and again; rule startup-budget-short.
_LEAST_DOWNLOAD = 120

# KEP-3960: the sleep of a preStop hook is beta, and so on by default, since Kubernetes 1.30.
_SLEEP_SINCE = (1, 30)


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse an end that is cut short; warn about a start that is."""
    drain = spec.lifecycle.drain_seconds
    effective = derived.drain_seconds if drain is None else drain
    yield from _engine(spec, resolved)
    yield from _notice(spec, derived, resolved, effective)
    yield from _grace(spec, derived, effective)
    yield from _startup(spec, derived, resolved)
    yield from _sleep(spec)


def _engine(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    engine = engine_versions.engine()
    if resolved.version is None or engine.drains(resolved.version):
        return
    for key, drain in (
        ("lifecycle.drainSeconds", spec.lifecycle.drain_seconds),
        ("spot.drainSeconds", spec.spot.drain_seconds),
    ):
        if drain:
            yield Refusal(
                key,
                f"vLLM {spec.engine.image.tag} has no --shutdown-timeout to drain, {engine.shutdown_timeout_since} has",
                f"set engine.image.tag to v{engine.shutdown_timeout_since} or newer, or remove {key}",
            )


def _notice(spec: Spec, derived: Derived, resolved: Resolved, drain: int) -> Iterator[Refusal]:
    """The drain of the pods that only run on spot nodes, which are the overflow of spot policy mixed."""
    words = resolved.provider.spot
    if words is None:
        return
    if spec.spot.policy == "require":
        yield from _in_time("lifecycle.drainSeconds", derived.pre_stop_seconds, drain, words, resolved.provider.title)
    if spec.spot.policy == "mixed" and derived.spot_pre_stop_seconds is not None:
        given = spec.spot.drain_seconds
        overflow = (derived.spot_drain_seconds or 0) if given is None else given
        yield from _in_time(
            "spot.drainSeconds", derived.spot_pre_stop_seconds, overflow, words, resolved.provider.title
        )


def _in_time(key: str, sleep: int, drain: int, words: providers.SpotWords, provider: str) -> Iterator[Refusal]:
    taken = sleep + drain
    says = f"preStop of {sleep} s and a drain of {drain} s take {taken} s"
    if taken > words.notice_seconds:
        yield Refusal(
            key,
            f"{says}, and a spot node of {provider} is gone {words.notice_seconds} s after the notice",
            f"set {key} to {max(0, words.safe_seconds - sleep)}, or remove it",
        )
    elif taken > words.safe_seconds:
        yield Refusal(
            key,
            f"{says}, and of the {words.notice_seconds} s after a spot notice only {words.safe_seconds} s are sure",
            f"set {key} to {max(0, words.safe_seconds - sleep)}, or remove it",
            fatal=False,
        )


def _grace(spec: Spec, derived: Derived, drain: int) -> Iterator[Refusal]:
    grace = spec.lifecycle.grace_seconds
    needed = derived.pre_stop_seconds + drain + SPARE_SECONDS
    if grace is not None and grace < needed:
        yield Refusal(
            "lifecycle.graceSeconds",
            f"the pod is killed after {grace} s, and preStop of {derived.pre_stop_seconds} s, a drain of {drain} s and "
            f"{SPARE_SECONDS} s to end take {needed} s",
            f"set lifecycle.graceSeconds to {needed} at least, or remove it",
        )


def _startup(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    given = spec.lifecycle.startup_seconds
    if given is None or given >= derived.startup_seconds:
        return
    downloads = derived.source == "hub" and resolved.backend.claim in ("none", "pod")
    yield Refusal(
        "lifecycle.startupSeconds",
        f"the engine is killed if it has not loaded after {given} s; {derived.startup_seconds} s allow for a slow one",
        f"set lifecycle.startupSeconds to {derived.startup_seconds}, or remove it",
        fatal=downloads and given < _LEAST_DOWNLOAD,
    )


def _sleep(spec: Spec) -> Iterator[Refusal]:
    version = spec.cluster.kubernetes_version
    if version is None:
        return
    major, minor = version.split(".")[:2]
    if (int(major), int(minor)) < _SLEEP_SINCE:
        yield Refusal(
            "cluster.kubernetesVersion",
            f"Kubernetes {version} cannot let a pod sleep before it stops (preStop.sleep)",
            f"upgrade the cluster to {_SLEEP_SINCE[0]}.{_SLEEP_SINCE[1]} or newer",
        )
