"""Charts rendered by Helm into manifests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chartgen import manifests, reader
from chartgen.errors import InputError, RenderError
from chartgen.helm import RenderRequest
from chartgen.model.chart import RenderedFile
from chartgen.model.manifest import Manifest
from chartgen.pipeline import values_trees
from chartgen.pipeline.origin import ChartOrigin, render_confined

_RELEASE_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?")
DEFAULTS = "values.yaml"
"""What the set of values is called that is the chart's own."""


@dataclass(frozen=True, slots=True)
class ValueSet:
    """Values to render a chart with: the file that holds them, by the name to print, its text, and what it holds.

    `values` is None for the chart's own values.
    """

    name: str
    text: str
    values: dict[str, Any] | None


def value_sets(chart: Path, shown: str, given: Sequence[str] | None) -> tuple[list[ValueSet], list[InputError]]:
    """The chart's own values, then one set for each file of `given`, or else for each `ci/*-values.yaml` of the chart.

    None for `given` means the chart's own values alone. A file that is given twice is one set, and the chart's own
    values are none besides. The second list says which files hold no values. `shown` stands for the chart's folder in
    file names.
    """
    known = {(chart / DEFAULTS).resolve()}
    files = []
    for file in given or ():
        if Path(file).resolve() not in known:
            known.add(Path(file).resolve())
            files.append((Path(file), file))
    if not given and given is not None:
        files = [(path, f"{shown}/ci/{path.name}") for path in sorted((chart / "ci").glob("*-values.yaml"))]
    sets, refused = [ValueSet(f"{shown}/{DEFAULTS}", _text(chart / DEFAULTS), None)], []
    for path, name in files:
        try:
            text = reader.read(path)
            sets.append(ValueSet(name, text, values_trees.read(text, name)))
        except InputError as error:
            refused.append(error)
    return sets, refused


def rendered(
    chart: Path, shown: str, sets: Sequence[ValueSet], *, namespace: str, kube_version: str, engine: str
) -> list[ChartOrigin | RenderError]:
    """A chart that chartgen need not have made, rendered with each of these sets in a confined process.

    What Helm refuses is a RenderError in its place. Raises RenderError if a limit of time or memory is reached.
    """
    release = _release(chart)
    requests = [RenderRequest(chart, release, namespace or "default", each.values, kube_version) for each in sets]
    answers = render_confined(requests, engine)
    succeeded = sum(not isinstance(answer, RenderError) for answer in answers)
    return [
        answer
        if isinstance(answer, RenderError)
        else ChartOrigin(
            request=request,
            engine=engine,
            shown=shown,
            on_disk=True,
            files=tuple(answer),
            values_files=tuple((file.name, file.text) for file in ((each, sets[0]) if index else (each,))),
            value_set=each.name if len(sets) > 1 else "",
            sets=succeeded,
        )
        for index, (each, request, answer) in enumerate(zip(sets, requests, answers, strict=True))
    ]


def objects(files: Sequence[RenderedFile], shown: str, value_set: str = "") -> list[Manifest]:
    """The objects in what Helm rendered; a file is named after its template, in the folder `shown`."""
    found: list[Manifest] = []
    for file in files:
        template = file.template.partition("/")[2]
        found += manifests.from_text(file.text, f"{shown}/{template}", rendered=True, value_set=value_set)
    return found


def as_stream(files: Sequence[RenderedFile]) -> str:
    """All files as one YAML stream, each under the name of its template, as `helm template` prints them."""
    return "".join(f"---\n# Source: {file.template}\n{file.text.removeprefix('---').strip()}\n" for file in files)


def _text(path: Path) -> str:
    try:
        return reader.read(path) if path.is_file() else ""
    except InputError:
        return ""


def is_library(chart: Path) -> bool:
    """Whether the chart says that it renders to nothing by itself; Helm's program refuses to render such a one."""
    return _described(chart).get("type") == "library"


def _release(chart: Path) -> str:
    """The chart's own name, which is what most releases are called; a plain word if it is not fit for a release."""
    name = _described(chart).get("name")
    return name if isinstance(name, str) and _RELEASE_NAME.fullmatch(name) else "release-name"


def _described(chart: Path) -> dict[str, Any]:
    """What Chart.yaml holds; nothing if it cannot be read, which Helm then says."""
    with suppress(OSError, InputError):
        data = (chart / "Chart.yaml").read_bytes()
        documents = reader.parse(reader.decode(data, "Chart.yaml"), "Chart.yaml")
        if documents and isinstance(documents[0].value, dict):
            return documents[0].value
    return {}
