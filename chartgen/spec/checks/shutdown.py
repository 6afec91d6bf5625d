"""The seconds of a pod's start and end against each other and against the spot notice."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen import catalogue
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
    engine = catalogue.engine()
    if spec.lifecycle.drain_seconds and resolved.version is not None and not engine.drains(resolved.version):
        yield Refusal(
            "lifecycle.drainSeconds",
            f"vLLM {spec.engine.image.tag} has no --shutdown-timeout to drain, {engine.shutdown_timeout_since} has",
            f"set engine.image.tag to v{engine.shutdown_timeout_since} or newer, or remove lifecycle.drainSeconds",
        )


def _notice(spec: Spec, derived: Derived, resolved: Resolved, drain: int) -> Iterator[Refusal]:
    words = resolved.provider.spot
    if spec.spot.policy != "require" or words is None:
        return
    taken = derived.pre_stop_seconds + drain
    says = f"preStop of {derived.pre_stop_seconds} s and a drain of {drain} s take {taken} s"
    if taken > words.notice_seconds:
        yield Refusal(
            "lifecycle.drainSeconds",
            f"{says}, and a spot node of {resolved.provider.title} is gone {words.notice_seconds} s after the notice",
            f"set lifecycle.drainSeconds to {max(0, words.safe_seconds - derived.pre_stop_seconds)}, or remove it",
        )
    elif taken > words.safe_seconds:
        yield Refusal(
            "lifecycle.drainSeconds",
            f"{says}, and of the {words.notice_seconds} s after a spot notice only {words.safe_seconds} s are sure",
            f"set lifecycle.drainSeconds to {max(0, words.safe_seconds - derived.pre_stop_seconds)}, or remove it",
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
    downloads = derived.source == "hub" and resolved.backend.claim == "none"
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
