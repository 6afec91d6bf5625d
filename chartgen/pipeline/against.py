"""The version before: what differs from it, handed to the rules as facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from chartgen import upgrade
from chartgen.errors import InputError, UsageError
from chartgen.model.change import Upgrade
from chartgen.model.manifest import Manifest
from chartgen.pipeline.charts import DEFAULTS
from chartgen.pipeline.checking import Batch
from chartgen.pipeline.inputs import gather
from chartgen.pipeline.reading import Inputs, Reading

if TYPE_CHECKING:  # most runs ask no registry
    from chartgen.publish import Access


def compared(inputs: Inputs, old: str, reading: Reading, access: Access | None) -> None:
    """Give each batch of `inputs` its changes since `old`, a path as `gather` takes it, in a registry with `access`.

    What a chart renders to with one set of values is compared with what the old one renders to with the same. What is
    only in `old` goes with the first batch of its set. Raises InputError, or the error of the chart, values file or
    registry, if `old` cannot be read: half a comparison would call objects new that are not. Raises UsageError for
    standard input.
    """
    if old == "-":
        raise UsageError("nothing was compared: --against takes no standard input", remedy="name a file or a chart")
    asked = replace(reading, texts={}, ignored=lambda _: False, purpose="compared", access=access)
    before = gather([old], None, asked)
    refuse_unread(before, old)
    for name in dict.fromkeys(map(_values, inputs.batches)):
        own = [batch for batch in inputs.batches if _values(batch) == name]
        others = [batch for batch in before.batches if _values(batch) == name] or before.batches[:1]
        changes = upgrade.changes(objects(others), objects(own), namespace=reading.namespace)
        inputs.batches[:] = [
            replace(batch, changes=_part(changes, batch, first=batch is own[0])) if batch in own else batch
            for batch in inputs.batches
        ]
        inputs.sources += {manifest.source: None for manifest in changes.removed()}


def objects(batches: Sequence[Batch]) -> list[Manifest]:
    return [manifest for batch in batches for manifest in batch.manifests]


def refuse_unread(inputs: Inputs, path: str) -> None:
    """Raise the first error that kept something of `path` from being read."""
    if inputs.failures:
        raise inputs.failures[0]
    if inputs.unreadable:
        finding = inputs.unreadable[0]
        raise InputError(f"nothing was compared: {path} cannot be read: {finding.message}", location=finding.location)


def _values(batch: Batch) -> str:
    """The file name of the set of values that a batch was rendered with."""
    names = {PurePath(manifest.source.value_set).name for manifest in batch.manifests}
    return max(names, default="") or DEFAULTS


def _part(changes: Upgrade, batch: Batch, *, first: bool) -> Upgrade:
    own = set(map(id, batch.manifests))
    return replace(
        changes,
        objects=tuple(each for each in changes.objects if (first if each.new is None else id(each.new) in own)),
    )
