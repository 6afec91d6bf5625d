"""Charts and values files among the inputs: each is rendered, and a batch of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chartgen.errors import ChartgenError, InputError, RenderError
from chartgen.helm import RenderRequest
from chartgen.manifests.archives import unpack
from chartgen.model.manifest import Manifest
from chartgen.pipeline import charts
from chartgen.pipeline.checking import Batch
from chartgen.pipeline.dependencies import absent
from chartgen.pipeline.origin import ChartOrigin
from chartgen.pipeline.reading import Inputs, Reading
from chartgen.report.secrecy import may_hold_secret

if TYPE_CHECKING:  # charts that are there need no generator
    from chartgen.pipeline.rendering import Built, Rendering

_SHOWN = 100
_WANTING = re.compile(r"execution error at|values don't meet the specifications")
"""What Helm says where a chart calls `fail` or `required`, or its schema refuses the values."""


def render_archive(inputs: Inputs, archive: Path, shown: str, reading: Reading) -> None:
    """As `render_chart`, with a packed chart. What cannot be unpacked is a failure."""
    try:
        folder = unpack(archive, reading.folder(), shown)
    except ChartgenError as error:
        inputs.failures.append(error)
        return
    render_chart(inputs, folder, shown, reading)


def render_chart(inputs: Inputs, chart: Path, shown: str, reading: Reading) -> None:
    """Each set of values is a batch of its own. One that Helm refuses is a failure and does not hide the others."""
    reading.tell(f"rendering {shown}")
    inputs.charts += 1
    if reading.value_files is not None and charts.is_library(chart):
        inputs.notes.append(f"{shown} is a library chart, which renders to nothing by itself")
        return
    sets, refused = charts.value_sets(chart, shown, reading.value_files)
    inputs.failures += refused
    try:
        answers = charts.rendered(
            chart,
            shown,
            sets,
            namespace=reading.namespace,
            kube_version=reading.kube_version,
            engine=reading.engine,
        )
    except ChartgenError as error:
        inputs.failures.append(_naming(error, shown, reading.purpose))
        return
    lacking = absent(chart, sets)
    build = f"`helm dependency build {shown}`" if Path(shown).is_dir() else "`helm package --dependency-update`"
    for each, answer, names in zip(sets, answers, lacking, strict=True):
        lacks = f"{', '.join(names)}, which it depends on and {shown}/charts lacks"
        if not isinstance(answer, RenderError):
            _add_rendered(inputs, answer, reading, whole=not names)
            without = f"{shown} was {reading.purpose} without {lacks}: {build} fetches that"
            inputs.notes += [without] if names and without not in inputs.notes else []
        elif each.values is None and any(not isinstance(other, RenderError) for other in answers):
            inputs.notes.append(f"{shown} was not {reading.purpose} with its own values alone: {answer.message}")
        else:
            with_set = f"{shown} was not {reading.purpose} with {each.name}: " if each.values is not None else ""
            answer.message = f"{with_set}{answer.message}"
            if reading.value_files is not None and _WANTING.search(answer.message):
                answer.remedy = answer.remedy or "Where it wants other values, give them with --values FILE."
            if names and not answer.remedy:
                answer.remedy = f"It was rendered without {lacks}: run {build}."
            inputs.failures.append(_naming(answer, shown, reading.purpose))


def _add_rendered(inputs: Inputs, origin: ChartOrigin, reading: Reading, *, whole: bool) -> None:
    """What the chart renders to. A template that makes no YAML does not hide the others; what it holds is unknown.

    `whole` says that all charts are there that it depends on.
    """
    objects: list[Manifest] = []
    refused = []
    for file in origin.files:
        try:
            objects += charts.objects([file], origin.shown, origin.value_set)
        except InputError as error:
            refused.append(_in_rendered(error, file.text, origin, reading.purpose))
    inputs.failures += refused
    if objects or not refused:
        namespace = reading.namespace or "default"
        _add_batch(inputs, objects, reading.provider, namespace, [origin], closed=whole and not refused)


def _in_rendered(error: InputError, text: str, origin: ChartOrigin, purpose: str) -> ChartgenError:
    """The same error with the line itself in place of a location: the template has other lines than its output."""
    place = error.location
    if place is None:
        return _naming(error, origin.shown, purpose)
    lines = [] if may_hold_secret(text) else text.split("\n")[: place.line]
    shown = next((f" ({line.strip()[:_SHOWN]})" for line in reversed(lines) if line.strip()), "")
    with_set = f" with {origin.value_set}" if origin.value_set else ""
    rendered = f"line {place.line} of what it renders to{shown}"
    message = f"{place.file} was not {purpose}{with_set}: {rendered}: {error.message}"
    return InputError(message, remedy="Correct the template, or the values that it writes.")


def render_values(inputs: Inputs, text: str, file: str, reading: Reading) -> None:
    """What a values file stands for: the charts that chartgen makes of it, in one batch."""
    from chartgen import spec  # noqa: PLC0415 - as below
    from chartgen.pipeline.rendering import rendering  # noqa: PLC0415 - charts that are there need no generator

    reading.tell(f"rendering {file}")
    try:
        loaded = spec.load_text(text, file)
        folder = reading.folder()
        made = rendering(loaded, folder, Path(), namespace=reading.namespace, engine=reading.engine)
    except ChartgenError as error:
        inputs.failures.append(_naming(error, file, reading.purpose))
        return
    origins = [_own_origin(made, each, folder, (file, text), reading) for each in made.built]
    _add_batch(inputs, made.objects, made.loaded.choices.provider, reading.namespace or "default", origins)


def _own_origin(
    made: Rendering, built: Built, folder: Path, values_file: tuple[str, str], reading: Reading
) -> ChartOrigin:
    """One of the charts of a values file (its name and text), written below `folder`."""
    return ChartOrigin(
        request=RenderRequest(
            chart_dir=folder / built.chart.name,
            release=built.chart.name,
            namespace=reading.namespace or "default",
            values=None,
            kube_version=made.loaded.spec.cluster.kubernetes_version,
        ),
        engine=reading.engine,
        shown=built.chart.name,
        on_disk=False,
        files=built.files,
        values_files=(values_file,),
        made_here=True,
    )


def _add_batch(
    inputs: Inputs,
    objects: Sequence[Manifest],
    provider: str,
    namespace: str,
    origins: Sequence[ChartOrigin],
    *,
    closed: bool = True,
) -> None:
    """What a chart renders to is all there is of it: the world of its batch is closed, if all of it is known."""
    inputs.batches.append(Batch(tuple(objects), closed, provider, namespace, tuple(origins)))
    inputs.sources += {item.source: None for item in objects}


def _naming(error: ChartgenError, file: str, purpose: str) -> ChartgenError:
    """The same error, with the path in front if it does not say itself which input it is about."""
    named = re.search(rf"(?<![\w./-]){re.escape(file)}(?![\w/-])", error.message)
    if error.location is None and not named:
        error.message = f"{file} was not {purpose}: {error.message}"
    return error
