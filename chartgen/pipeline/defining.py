"""The CustomResourceDefinitions that say what custom objects may hold: named by the user, or part of the input."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from chartgen import reader
from chartgen.errors import InputError, UsageError
from chartgen.lint.release import as_map, as_text
from chartgen.manifests import from_text, schema
from chartgen.manifests.definitions import KIND, Definitions
from chartgen.model.manifest import Manifest
from chartgen.pipeline.checking import Batch

_TEXT = (".yaml", ".yml", ".json")


def definitions(batches: Sequence[Batch], named: Sequence[Path] = ()) -> Definitions:
    """The definitions in the `named` files and folders, among the objects, and in the `crds` folders of the charts.

    InputError, or UsageError for a file or folder without any, if what is named cannot be read.
    """
    objects = [manifest for batch in batches for manifest in (*batch.manifests, *batch.beside)]
    kinds = {manifest.kind for manifest in objects if "." in manifest.api_version.partition("/")[0]}
    chose = [found for path in named for found in _named(path, kinds)]
    found = [manifest for manifest in objects if manifest.kind == KIND and _kind(manifest) in kinds]
    charts = {origin.request.chart_dir: origin.shown for batch in batches for origin in batch.origins}
    return Definitions(chose, _valid([*found, *_of_charts(charts, kinds)]))


def _kind(definition: Manifest) -> str:
    return as_text(as_map(as_map(definition.object.get("spec")).get("names")).get("kind"))


def _valid(found: Sequence[Manifest]) -> list[Manifest]:
    """Those that the API server would take: of another one nobody knows what it means."""
    return [manifest for manifest in found if not schema.check([manifest])]


def _named(path: Path, kinds: Collection[str]) -> list[Manifest]:
    texts = [(file, reader.read(file)) for file in _files(path)]
    if not any(KIND in text for _, text in texts):
        raise UsageError(
            f"nothing was linted: there is no {KIND} in {path}",
            remedy="Name a file of definitions, or a folder of such files.",
            option="crds",
        )
    found = [manifest for file, text in texts for manifest in _read(text, str(file), kinds)]
    for problem in schema.check(found):
        source, pointer = problem.manifest.source, problem.pointer
        location = reader.locate(source.text, problem.manifest.start, [pointer], source.file)[pointer]
        message = f"nothing was linted: a {KIND} is not valid: {problem.message}"
        raise InputError(message, remedy="Correct it, or leave it out of --crds.", location=location)
    return found


def _of_charts(charts: Mapping[Path, str], kinds: Collection[str]) -> Iterator[Manifest]:
    """What Helm installs before the templates, of charts, by the names to print, and of their unpacked subcharts."""
    for chart, shown in charts.items():
        for folder in (chart / "crds", *sorted(chart.glob("charts/*/crds"))):
            for file in _files(folder):
                try:
                    yield from _read(reader.read(file), f"{shown}/{file.relative_to(chart)}", kinds)
                except InputError:  # of no concern here: it is no input
                    continue


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path] if path.exists() else []
    return sorted(file for file in path.rglob("*") if file.name.lower().endswith(_TEXT) and file.is_file())


def _read(text: str, file: str, kinds: Collection[str]) -> list[Manifest]:
    """The definitions in a text that names one of the kinds. Such texts are long: others are not parsed.

    Patches of kustomize, which have their place beside the definitions, name no group.
    """
    if KIND not in text or not any(kind in text for kind in kinds):
        return []
    found = [manifest for manifest in from_text(text, file) if manifest.kind == KIND]
    return [manifest for manifest in found if "group" in as_map(manifest.object.get("spec"))]
