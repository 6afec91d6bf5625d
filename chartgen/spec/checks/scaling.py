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
        yield from _window(spec, derived)


def _disk(spec: Spec, resolved: Resolved) -> Iterator[Refusal]:
    """Several replicas of a Deployment on one claim that is attached to a node (azuredisk: attachRequired true)."""
    replicas = spec.workload.replicas or 1
    if resolved.kind == "Deployment" and resolved.backend.attaches and replicas > 1:
        yield Refusal(
            "workload.replicas",
            f"{resolved.backend.title} is attached to one node at a time, so of {replicas} replicas of a Deployment "
            "one would start",
            "set workload.kind to StatefulSet, which gives every replica a disk, or workload.replicas to 1",
        )


def _bounds(spec: Spec) -> Iterator[Refusal]:
    least, most = spec.autoscaling.min, spec.autoscaling.max
    if least is not None and most is not None and least > most:
        yield Refusal(
            "autoscaling.min",
            f"the minimum of {least} replicas is above the maximum of {most}",
            f"set autoscaling.min to {most} at most, or autoscaling.max to {least} at least",
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
