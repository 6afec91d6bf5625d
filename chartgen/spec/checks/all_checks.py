"""Runs every check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from chartgen.model.spec import Derived, Spec
from chartgen.spec.checks import (
    accelerator,
    backend,
    batch,
    exposure,
    heartbeat,
    host,
    lora,
    memory,
    nodes,
    parallelism,
    scaling,
    serving,
    sharing,
    shutdown,
    storage,
    table,
    triggers,
)
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.resolved import Resolved, resolve

Check = Callable[[Spec, Derived, Resolved], Iterator[Refusal]]

CHECKS: tuple[Check, ...] = (
    accelerator.check,
    sharing.check,
    parallelism.check,
    memory.check,
    host.check,
    backend.check,
    storage.check,
    nodes.check,
    scaling.check,
    batch.check,
    triggers.check,
    shutdown.check,
    heartbeat.check,
    lora.check,
    serving.check,
    exposure.check,
)


def check(spec: Spec, derived: Derived, made: Mapping[str, str]) -> list[Refusal]:
    """Every reason to refuse, or to warn about, `spec`, in the order of the checks; empty if there is none.

    `made` are its choices as `chosen` finds them, the same that decide which templates the chart has.
    """
    resolved = resolve(spec)
    found = [refusal for run in CHECKS for refusal in run(spec, derived, resolved)]
    return [*table.check(made), *found]
