"""A chart as it was rendered for linting, so that it can be rendered again and asked where its lines come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chartgen import helm
from chartgen.errors import RenderError
from chartgen.helm import RenderRequest
from chartgen.model.chart import RenderedFile

_SECONDS, _MEGABYTES = 60, 2048

Answer = list[RenderedFile] | RenderError


@dataclass(frozen=True, slots=True)
class ChartOrigin:
    """What a chart was rendered from.

    `shown` stands for the chart's folder in file names; `on_disk` says that there is such a folder or archive.
    `values_files` are the names and texts of the files that hold its values, those that win first. `value_set` names
    the values, empty if there was no choice, and `sets` is how many there are. `made_here` says that chartgen wrote
    the chart, so that it need not be confined.
    """

    request: RenderRequest
    engine: str
    shown: str
    on_disk: bool
    files: tuple[RenderedFile, ...]
    values_files: tuple[tuple[str, str], ...]
    value_set: str = ""
    sets: int = 1
    made_here: bool = False

    def again(
        self, chart: Path, value_sets: Sequence[Mapping[str, Any] | None], seconds: float = _SECONDS
    ) -> list[Answer]:
        """Render a copy of the chart once for each of these values.

        Raises RenderError if a limit of time or memory is reached; what Helm refuses stands in place of its files.
        """
        requests = [
            replace(self.request, chart_dir=chart, values=None if values is None else dict(values))
            for values in value_sets
        ]
        if not self.made_here:
            return render_confined(requests, self.engine, seconds)
        return [_rendered(each, self.engine) for each in requests]


def render_confined(requests: Sequence[RenderRequest], engine: str, seconds: float = _SECONDS) -> list[Answer]:
    """Charts that chartgen need not have made, rendered in one child process with limits."""
    return helm.render_each_untrusted(requests, choice=engine, seconds=seconds, megabytes=_MEGABYTES)


def _rendered(request: RenderRequest, engine: str) -> Answer:
    try:
        return helm.engine(engine).render(
            request.chart_dir,
            release=request.release,
            namespace=request.namespace,
            values=request.values,
            kube_version=request.kube_version,
        )
    except RenderError as error:
        return error
