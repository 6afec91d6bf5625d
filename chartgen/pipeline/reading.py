"""How inputs are read, and what is found in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from chartgen.errors import ChartgenError
from chartgen.manifests import Kustomized
from chartgen.model.finding import Finding
from chartgen.model.manifest import Manifest, Source
from chartgen.pipeline.checking import Batch
from chartgen.pipeline.ignoring import Ignored

if TYPE_CHECKING:  # most runs ask no registry
    from chartgen.publish import Access

Tell = Callable[[str], None]
"""Shows what is being done."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """How inputs are read: the options that matter for it. `texts` stand in place of what files of that name hold.

    `ignored` files and folders are passed over. `value_files` are sets of values for charts, each rendered besides the
    chart's own values; if there are none, the chart's `ci` folder has them; None means neither. What is unpacked or
    written stays until `scratch` is closed. `purpose` is what errors say was not done. Charts are taken from registries
    where there is an `access`.
    """

    closed: bool
    provider: str
    namespace: str
    kube_version: str
    engine: str
    tell: Tell
    texts: Mapping[str, str] = field(default_factory=dict)
    ignored: Ignored = lambda _: False
    value_files: Sequence[str] | None = None
    purpose: str = "linted"
    access: Access | None = None
    scratch: ExitStack = field(default_factory=ExitStack)

    def folder(self) -> Path:
        """A new folder of our own."""
        import tempfile  # noqa: PLC0415 - only for charts

        return Path(self.scratch.enter_context(tempfile.TemporaryDirectory(prefix="chartgen-")))


@dataclass(slots=True, eq=False)
class Inputs:
    """`unreadable` are findings about text that could not be read; `failures` say what else was not linted, and why.

    `charts` counts charts; `notes` say what was left out without being a failure.
    """

    batches: list[Batch] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    unreadable: list[Finding] = field(default_factory=list)
    failures: list[ChartgenError] = field(default_factory=list)
    loose: list[Manifest] = field(default_factory=list)
    kustomized: Kustomized = field(default_factory=Kustomized)
    skipped: int = 0
    charts: int = 0
    notes: list[str] = field(default_factory=list)
