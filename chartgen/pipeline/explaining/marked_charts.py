"""Copies of charts whose templates say which of their lines wrote what."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chartgen import reader
from chartgen.errors import ChartgenError, InputError
from chartgen.helm.marking import Marks, boxed, marked, word, writers
from chartgen.manifests.archives import unpack
from chartgen.model.chart import RenderedFile
from chartgen.pipeline import values_trees

_ARCHIVE = (".tgz", ".tar.gz")
_HIDDEN = shutil.ignore_patterns(".git")


@dataclass(slots=True)
class ChartCopy:
    """A copy of a chart in a folder of our own.

    `templates` are the texts of its templates and those of its subcharts, by their path in the copy; `names` are their
    paths in the chart itself, where a subchart may be packed.
    """

    folder: Path
    templates: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def writers(self) -> dict[str, bool]:
        """The helpers that write YAML; the value says that who includes one does nothing but indent it."""
        return writers(self.templates)

    def mark(self, helpers: frozenset[str]) -> Marks:
        """Mark all templates, and of the helpers those that are named; replaces what was marked before."""
        marks = Marks(word(list(self.templates.values())))
        for number, (path, text) in enumerate(self.templates.items()):
            written = marked(text, self.names[path], marks, helpers)
            box = not Path(path).name.startswith("_")
            (self.folder / path).write_bytes((boxed(written, number, marks.word) if box else written).encode())
        return marks

    def unmark(self, *, with_schema: bool) -> None:
        """Put the templates back as they were; the schema of the values stays only if it is wanted."""
        for path, text in self.templates.items():
            (self.folder / path).write_bytes(text.encode())
        if not with_schema:
            (self.folder / "values.schema.json").unlink(missing_ok=True)

    def values(self) -> dict[str, Any]:
        """The default values of the chart, with those of its subcharts below their names."""
        return _values(self.folder)


def copy(chart: Path, into: Path) -> ChartCopy:
    """Copy a chart folder to the new folder `into`, with its packed subcharts unpacked.

    Files that are no UTF-8 are no templates to mark. Raises InputError for what cannot be copied.
    """
    try:
        shutil.copytree(chart, into, ignore=_HIDDEN, copy_function=shutil.copyfile, ignore_dangling_symlinks=True)
        for each in (into, *into.rglob("*")):
            if each.is_dir():
                each.chmod(0o700)
        made = ChartCopy(into)
        for folder, name in _with_subcharts(into, ""):
            for path in sorted((folder / "templates").rglob("*")):
                if path.is_file() and path.name != "NOTES.txt":
                    inner = path.relative_to(into).as_posix()
                    with suppress(UnicodeDecodeError):
                        made.templates[inner] = path.read_bytes().decode()
                        made.names[inner] = f"{name}{path.relative_to(folder).as_posix()}"
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"the chart cannot be copied ({reason})", remedy="Check its permissions.") from error
    return made


def _with_subcharts(folder: Path, name: str) -> Iterator[tuple[Path, str]]:
    """The chart and all charts below it: folder, and what its path in the chart begins with."""
    yield folder, name
    charts = folder / "charts"
    for entry in sorted(charts.iterdir()) if charts.is_dir() else ():
        if (entry / "Chart.yaml").is_file():
            yield from _with_subcharts(entry, f"{name}charts/{entry.name}/")
        elif entry.is_file() and entry.name.endswith(_ARCHIVE):
            try:
                unpacked = unpack(entry, charts / f"{entry.name}.d")
            except ChartgenError:
                continue  # Helm took it as it is; what it renders to is not placed
            entry.unlink()
            yield from _with_subcharts(_moved(unpacked, charts), f"{name}charts/{entry.name}/")


def _moved(unpacked: Path, charts: Path) -> Path:
    """The folder of an unpacked subchart under its own name, or beside another version of it."""
    target = charts / unpacked.name
    if target.exists():
        target = charts / f"{unpacked.parent.name}-unpacked"
    moved = unpacked.rename(target)
    unpacked.parent.rmdir()
    return moved


def _values(folder: Path) -> dict[str, Any]:
    charts = folder / "charts"
    subcharts = [each for each in charts.iterdir() if (each / "Chart.yaml").is_file()] if charts.is_dir() else []
    below = {each.name: _values(each) for each in subcharts}
    merged: dict[str, Any] = values_trees.merged(below, _own_values(folder / "values.yaml"))
    return merged


def _own_values(path: Path) -> dict[str, Any]:
    try:
        return values_trees.read(reader.read(path), path.name) if path.is_file() else {}
    except InputError:
        return {}


def by_template(files: Sequence[RenderedFile]) -> dict[str, str]:
    """The rendered texts by Helm's path of their template, without the chart's name."""
    return {file.template.partition("/")[2]: file.text for file in files}
