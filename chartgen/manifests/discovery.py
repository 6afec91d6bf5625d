"""What there is to lint below a path: manifest files, chart folders and packed charts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chartgen.errors import InputError

_TEXT = (".yaml", ".yml", ".json")
_ARCHIVE = (".tgz", ".tar.gz")
_BESIDE = re.compile(r"Chart\.(yaml|lock)|values[^/]*\.(ya?ml|json)|\.helmignore")
_INSIDE = frozenset({"templates", "crds", "ci"})
SKIPPED = frozenset({"node_modules"})


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """A file to read as YAML or JSON."""

    path: Path


@dataclass(frozen=True, slots=True)
class ChartFolder:
    """A folder with a Chart.yaml; what is inside belongs to the chart."""

    path: Path


@dataclass(frozen=True, slots=True)
class ChartArchive:
    """A chart as `helm package` makes it."""

    path: Path


Discovered = ManifestFile | ChartFolder | ChartArchive


def discover(path: Path) -> Iterator[Discovered]:
    """What there is to lint at `path`, in a fixed order.

    A file that is named is taken whatever it is called; a part of a chart (its `Chart.yaml`, values, a template, the
    folder of its templates) stands for the chart, since by itself it says nothing. In folders: `*.yaml`, `*.yml`,
    `*.json`, chart folders and packed charts, by name; hidden names, `node_modules`, what Go vendored and links to
    folders are passed over. InputError if the path does not exist or a folder cannot be listed.
    """
    if not path.exists():
        raise InputError(f"{path} cannot be read: there is no such file or folder", remedy="Check the path.")
    if chart := _chart_of(path):
        yield ChartFolder(chart)
    elif path.is_dir():
        yield from _folder(path)
    elif path.name.lower().endswith(_ARCHIVE):
        yield ChartArchive(path)
    else:
        yield ManifestFile(path)


def _chart_of(path: Path) -> Path | None:
    """The chart that the file or folder is, or is a part of."""
    if (path / "Chart.yaml").is_file():
        return path
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - links stay as they are
    for folder in whole.parents:
        if (folder / "Chart.yaml").is_file():
            first, *inner = whole.relative_to(folder).parts
            if not (first in _INSIDE if inner or path.is_dir() else _BESIDE.fullmatch(first)):
                return None
            return folder if path.is_absolute() else Path(os.path.relpath(folder))
    return None


def _folder(folder: Path) -> Iterator[Discovered]:
    if (folder / "Chart.yaml").is_file():
        yield ChartFolder(folder)
        return
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(f"{folder} cannot be listed: {error.strerror}", remedy="Check its permissions.") from error
    for entry in entries:
        if entry.name.startswith(".") or entry.name in SKIPPED or _vendored(entry):
            continue
        if entry.is_dir():
            if not entry.is_symlink():
                yield from _folder(entry)
        elif entry.is_file():
            yield from _file(entry)


def _vendored(folder: Path) -> bool:
    """Whether Go keeps copies of other modules there, test data among them."""
    return folder.name == "vendor" and (folder / "modules.txt").is_file()


def _file(path: Path) -> Iterator[Discovered]:
    name = path.name.lower()
    if name.endswith(_TEXT):
        yield ManifestFile(path)
    elif name.endswith(_ARCHIVE) and _holds_chart(path):
        yield ChartArchive(path)


def _holds_chart(path: Path) -> bool:
    from chartgen.manifests.archives import holds_chart  # noqa: PLC0415 - few folders have archives

    return holds_chart(path)
