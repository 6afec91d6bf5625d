"""What `chartgen lint` was pointed at, read into batches of objects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from chartgen import manifests, reader
from chartgen.errors import InputError, UsageError
from chartgen.manifests import ChartArchive, ChartFolder, Discovered, ManifestFile
from chartgen.model.finding import Finding, ObjectRef, Severity
from chartgen.model.location import Location
from chartgen.model.manifest import Source
from chartgen.pipeline.checking import batches
from chartgen.pipeline.diagnostics import YAML_INVALID
from chartgen.pipeline.pulling import REGISTRY, pulled
from chartgen.pipeline.reading import Inputs, Reading

STDIN = "<stdin>"
_VALUES_KEYS = {"model", "gpu", "cluster"}
_MANIFEST_WORDS = ("apiVersion", "kind")
_MANIFEST_LINE = re.compile(r"^apiVersion[ \t]*:", re.MULTILINE)
_OBJECT_LINE = re.compile(r"""^(?:apiVersion|- apiVersion|[ \t{]*["']apiVersion["'])[ \t]*:""", re.MULTILINE)
"""Where an object begins, in what cannot be read: JSON may be indented, YAML further in speaks of something else."""


def gather(paths: Sequence[str], stdin: bytes | None, reading: Reading) -> Inputs:
    """Read everything; what one path holds does not keep the others from being read.

    All loose manifests make up one batch (variants of each other several), each chart and each values file one of its
    own. Raises InputError if a path does not exist, UsageError if nothing was found at all, PublishError for what a
    registry does not give out.
    """
    if "" in paths:  # the working directory, to the file system; to a user a variable that is not set
        raise UsageError(f"nothing was {reading.purpose}: one of the paths is empty", remedy="for this folder, write .")
    inputs = Inputs()
    inputs.kustomized += manifests.around(Path(path) for path in paths if path != "-" and Path(path).is_file())
    seen: set[Path] = set()
    for path in dict.fromkeys(paths):
        if path == "-":
            _read_stdin(inputs, stdin or b"", reading)
            continue
        if reading.access is not None and path.startswith(REGISTRY):
            archive = pulled(path, reading.access, reading.folder(), reading.tell)
            seen.add(archive)
            _render_archive(inputs, archive, path, reading)
            continue
        _read_path(inputs, Path(path), reading, seen)
    loose = batches(inputs.loose, reading.closed, reading.provider, reading.namespace, inputs.kustomized)
    if len(loose) > 1:
        inputs.notes.append(
            f"files that hold the same objects are variants of each other: they were {reading.purpose} in {len(loose)} "
            "groups, and what concerns two groups was not; --closed takes all of them together"
        )
    inputs.batches[:0] = loose
    if not seen and stdin is None:
        raise UsageError(
            f"nothing was {reading.purpose}: there is no manifest and no chart in {', '.join(paths)}",
            remedy="name files that end with .yaml, .yml or .json, or chart folders",
        )
    return inputs


def _read_path(inputs: Inputs, path: Path, reading: Reading, seen: set[Path]) -> None:
    found = list(manifests.discover(path))
    if path.is_dir():
        inputs.kustomized += manifests.kustomized(path, [item.path for item in found])
    for item in found:
        file = item.path.resolve()
        if file in seen:
            continue
        seen.add(file)
        if file in inputs.kustomized.fragments or (file in inputs.kustomized.files and item.path != path):
            inputs.skipped += 1
        elif not reading.ignored(item.path):
            _read(inputs, item, reading, named=item.path == path)


def _read(inputs: Inputs, item: Discovered, reading: Reading, *, named: bool) -> None:
    match item:
        case ManifestFile(path=path):
            _read_file(inputs, path, reading, named=named)
        case ChartFolder(path=path):
            _render_chart(inputs, path, str(path), reading)
        case ChartArchive(path=path):
            _render_archive(inputs, path, str(path), reading)


def _read_file(inputs: Inputs, path: Path, reading: Reading, *, named: bool) -> None:
    """A file that was named is always linted; one that was found in a folder only if it looks like a manifest."""
    try:
        text = reading.texts.get(str(path)) or reader.read(path)
    except InputError as error:
        inputs.unreadable.append(_unreadable(error, str(path)))
        return
    if _is_values_file(text, str(path)):
        _render_values(inputs, text, str(path), reading)
    elif named or all(word in text for word in _MANIFEST_WORDS):
        _read_text(inputs, text, str(path), named=named)
    else:
        inputs.skipped += 1


def _read_stdin(inputs: Inputs, data: bytes, reading: Reading) -> None:
    try:
        text = reading.texts.get(STDIN) or reader.decode(data, STDIN)
    except InputError as error:
        inputs.unreadable.append(_unreadable(error, STDIN))
        return
    if _is_values_file(text, STDIN):
        _render_values(inputs, text, STDIN, reading)
    else:
        _read_text(inputs, text, STDIN, named=True)


def _read_text(inputs: Inputs, text: str, file: str, *, named: bool) -> None:
    try:
        found = manifests.from_text(text, file)
    except InputError as error:
        if not named and not _OBJECT_LINE.search(text):
            inputs.skipped += 1
            return
        inputs.sources.append(Source(file, text))
        inputs.unreadable.append(_unreadable(error, file))
        return
    objects = sum(item.object.keys() >= {*_MANIFEST_WORDS} for item in found)
    if named or objects * 2 >= len(found):
        inputs.sources += {item.source: None for item in found}
        inputs.loose += found
    else:
        inputs.skipped += 1


def _unreadable(error: InputError, file: str) -> Finding:
    location = error.location or Location(file, 1, 1)
    return Finding(YAML_INVALID.name, Severity.error, error.message, ObjectRef("", "", "", ""), "", location)


def _is_values_file(text: str, file: str) -> bool:
    """A map without `apiVersion` that has all the keys which a values file must have."""
    # Looking at the text first spares nearly every manifest a second reading, which may be megabytes.
    if _MANIFEST_LINE.search(text) or not all(key in text for key in _VALUES_KEYS):
        return False
    try:
        documents = reader.parse(text, file)
    except InputError:
        return False
    value = documents[0].value if len(documents) == 1 else None
    return isinstance(value, dict) and "apiVersion" not in value and value.keys() >= _VALUES_KEYS


def _render_chart(inputs: Inputs, folder: Path, shown: str, reading: Reading) -> None:
    from chartgen.pipeline.chart_inputs import render_chart  # noqa: PLC0415 - linting manifests renders nothing

    render_chart(inputs, folder, shown, reading)


def _render_archive(inputs: Inputs, archive: Path, shown: str, reading: Reading) -> None:
    from chartgen.pipeline.chart_inputs import render_archive  # noqa: PLC0415 - as above

    render_archive(inputs, archive, shown, reading)


def _render_values(inputs: Inputs, text: str, file: str, reading: Reading) -> None:
    from chartgen.pipeline.chart_inputs import render_values  # noqa: PLC0415 - as above

    render_values(inputs, text, file, reading)
