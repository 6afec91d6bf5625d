"""The heartbeat of `lifecycle.hangDetection` against the flags that would silence it."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.model.spec import Derived, Spec
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.resolved import Resolved, flag


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse a heartbeat that nothing beats."""
    if spec.lifecycle.hang_detection == "heartbeat" and flag(spec, "disable-log-stats"):
        yield Refusal(
            "lifecycle.hangDetection",
            "the heartbeat is read from the engine's metrics, and engine.args.disable-log-stats switches them off",
            "remove engine.args.disable-log-stats, or set lifecycle.hangDetection to none",
        )
