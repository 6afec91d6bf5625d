"""Replicas and the autoscaler."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.model.spec import Derived, Spec
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.resolved import Resolved


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse bounds that contradict each other and replicas that cannot share a disk."""
    yield from _disk(spec, resolved)
    if spec.autoscaling.kind != "none":
        yield from _bounds(spec)
        yield from _zero(spec)
        yield from _window(spec, derived)


def _disk(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    """Several pods on one claim that is attached to a node (azuredisk: attachRequired true)."""
    workload = resolved.workload
    pods = (spec.batch.parallelism if workload.batched else spec.workload.replicas) or 1
    if not workload.count or workload.claim == "replica" or not resolved.backend.attaches or pods == 1:
        return
    word = "replicas" if workload.replicated else "pods"
    own = "workload.kind to StatefulSet, which gives every replica a disk, or " if workload.replicated else ""
    yield Refusal(
        workload.count,
        f"{resolved.backend.title} is attached to one node at a time, so of {pods} {word} of "
        f"{workload.indefinite} one would start",
        f"set {own}{workload.count} to 1",
    )


def _bounds(spec: Spec) -> Iterator[Refusal]:
    least, most = spec.autoscaling.min, spec.autoscaling.max
    if least is not None and most is not None and least > most:
        yield Refusal(
            "autoscaling.min",
            f"the minimum of {least} replicas is above the maximum of {most}",
            f"set autoscaling.min to {most} at most, or autoscaling.max to {least} at least",
        )
    base = spec.spot.on_demand_base
    if base is not None and most is not None and most <= base:
        yield Refusal(
            "autoscaling.max",
            f"of {most} replicas the base takes {base}, so the autoscaler has none to add on spot nodes",
            f"set autoscaling.max to {base + 1} at least, or spot.onDemandBase to {max(1, most - 1)} at most",
        )


def _zero(spec: Spec) -> Iterator[Refusal]:
    """Without pods there are no series of theirs, so that something outside of them has to ask for the first one.

    An HPA of Kubernetes before 1.37 cannot have the minimum 0 at all (KEP-2021), and Pods metrics never reach it.
    """
    scaling, base = spec.autoscaling, spec.spot.on_demand_base
    if scaling.min != 0:
        return
    if base is not None:
        yield Refusal(
            "autoscaling.min",
            f"the base of {base} on-demand replicas always runs",
            f"set autoscaling.min to {base} at least",
        )
    elif scaling.kind == "hpa":
        yield Refusal(
            "autoscaling.min",
            "a HorizontalPodAutoscaler on metrics of the pods never adds the first pod, since without pods it has none",
            "set autoscaling.min to 1; or autoscaling.kind to keda with autoscaling.schedule or autoscaling.wakeUp",
        )
    elif not scaling.outside:
        yield Refusal(
            "autoscaling.min",
            "without pods no metric of theirs asks for one, so nothing would start the first again",
            "set autoscaling.schedule, autoscaling.wakeUp to a metric from elsewhere, or autoscaling.httpAddOn; "
            "or set autoscaling.min to 1",
        )


def _window(spec: Spec, derived: Derived) -> Iterator[Refusal]:
    behavior = spec.autoscaling.behavior
    window = None if behavior is None else behavior.scale_down.window_seconds
    wanted = derived.scale_down_window_seconds
    if window is not None and wanted is not None and window < wanted:
        yield Refusal(
            "autoscaling.behavior.scaleDown.windowSeconds",
            f"a replica is given up after {window} s of low load, and a new one takes up to {derived.time_to_ready} s",
            f"set it to {wanted}, or remove it",
            fatal=False,
        )
