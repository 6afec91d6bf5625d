"""Charts rendered by Helm into manifests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from chartgen import helm, manifests, reader
from chartgen.errors import InputError
from chartgen.model.chart import RenderedFile
from chartgen.model.manifest import Manifest

_RELEASE_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?")
_SECONDS, _MEGABYTES = 60, 2048


def rendered(chart: Path, shown: str, *, namespace: str, kube_version: str, engine: str) -> list[Manifest]:
    """The objects of a chart that chartgen need not have made, rendered with its own values in a confined process.

    `shown` stands for the chart's folder in file names. Raises RenderError if Helm refuses the chart, InputError if
    what it renders to is no YAML.
    """
    files = helm.render_untrusted(
        chart,
        release=_release(chart),
        namespace=namespace or "default",
        values=None,
        kube_version=kube_version,
        choice=engine,
        seconds=_SECONDS,
        megabytes=_MEGABYTES,
    )
    return objects(files, shown)


def objects(files: Sequence[RenderedFile], shown: str) -> list[Manifest]:
    """The objects in what Helm rendered; a file is named after its template, in the folder `shown`."""
    found: list[Manifest] = []
    for file in files:
        template = file.template.partition("/")[2]
        found += manifests.from_text(file.text, f"{shown}/{template}", rendered=True)
    return found


def as_stream(files: Sequence[RenderedFile]) -> str:
    """All files as one YAML stream, each under the name of its template, as `helm template` prints them."""
    return "".join(f"---\n# Source: {file.template}\n{file.text.removeprefix('---').strip()}\n" for file in files)


def _release(chart: Path) -> str:
    """The chart's own name, which is what most releases are called; a plain word if it is not fit for a release."""
    with suppress(OSError, InputError):
        data = (chart / "Chart.yaml").read_bytes()
        described = reader.parse(reader.decode(data, "Chart.yaml"), "Chart.yaml")[0].value
        name = described.get("name") if isinstance(described, dict) else None
        if isinstance(name, str) and _RELEASE_NAME.fullmatch(name):
            return name
    return "release-name"
