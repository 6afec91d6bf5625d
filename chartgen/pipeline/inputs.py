"""What `chartgen lint` was pointed at, read into batches of objects."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chartgen import manifests, reader
from chartgen.errors import ChartgenError, InputError, UsageError
from chartgen.manifests import ChartArchive, ChartFolder, Discovered, ManifestFile
from chartgen.model.finding import Finding, ObjectRef, Severity
from chartgen.model.location import Location
from chartgen.model.manifest import Manifest, Source
from chartgen.pipeline import charts
from chartgen.pipeline.checking import Batch
from chartgen.pipeline.diagnostics import YAML_INVALID

STDIN = "<stdin>"
_VALUES_KEYS = {"model", "gpu", "cluster"}
_MANIFEST_WORDS = ("apiVersion", "kind")

Tell = Callable[[str], None]
"""Shows what is being done."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How inputs are read: the options that matter for it."""

    closed: bool
    provider: str
    namespace: str
    kube_version: str
    engine: str
    tell: Tell


@dataclass(slots=True)
class Inputs:
    """`unreadable` are findings about text that could not be read; `failures` say what else was not linted, and why."""

    batches: list[Batch] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    unreadable: list[Finding] = field(default_factory=list)
    failures: list[ChartgenError] = field(default_factory=list)
    loose: list[Manifest] = field(default_factory=list)
    skipped: int = 0


def gather(paths: Sequence[str], stdin: bytes | None, reading: Reading) -> Inputs:
    """Read everything; what one path holds does not keep the others from being read.

    All loose manifests make up one batch, each chart and each values file one of its own. Raises InputError if a path
    does not exist, UsageError if nothing was found at all.
    """
    inputs = Inputs()
    seen: set[Path] = set()
    for path in paths:
        if path == "-":
            _read_stdin(inputs, stdin or b"", reading)
            continue
        for item in manifests.discover(Path(path)):
            if item.path.resolve() not in seen:
                seen.add(item.path.resolve())
                _read(inputs, item, reading, named=item.path == Path(path))
    if inputs.loose:
        inputs.batches.insert(0, Batch(tuple(inputs.loose), reading.closed, reading.provider, reading.namespace))
    if not seen and stdin is None:
        raise UsageError(
            f"nothing was linted: there is no manifest and no chart in {', '.join(paths)}",
            remedy="name files that end with .yaml, .yml or .json, or chart folders",
        )
    return inputs


def _read(inputs: Inputs, item: Discovered, reading: Reading, *, named: bool) -> None:
    match item:
        case ManifestFile(path=path):
            _read_file(inputs, path, reading, named=named)
        case ChartFolder(path=path):
            _render(inputs, path, path, reading)
        case ChartArchive(path=path):
            with tempfile.TemporaryDirectory(prefix="chartgen-") as scratch:
                try:
                    folder = manifests.unpack(path, Path(scratch))
                except ChartgenError as error:
                    inputs.failures.append(error)
                    return
                _render(inputs, folder, path, reading)


def _render(inputs: Inputs, chart: Path, shown: Path, reading: Reading) -> None:
    reading.tell(f"rendering {shown}")
    try:
        objects = charts.rendered(
            chart,
            str(shown),
            namespace=reading.namespace,
            kube_version=reading.kube_version,
            engine=reading.engine,
        )
    except ChartgenError as error:
        inputs.failures.append(_naming(error, str(shown)))
        return
    _add_batch(inputs, objects, reading.provider, reading.namespace or "default")


def _read_file(inputs: Inputs, path: Path, reading: Reading, *, named: bool) -> None:
    """A file that was named is always linted; one that was found in a folder only if it looks like a manifest."""
    try:
        text = reader.read(path)
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
        text = reader.decode(data, STDIN)
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
        inputs.sources.append(Source(file, text))
        inputs.unreadable.append(_unreadable(error, file))
        return
    if named or not found or any(item.object.keys() >= {*_MANIFEST_WORDS} for item in found):
        inputs.sources += {item.source: None for item in found}
        inputs.loose += found
    else:
        inputs.skipped += 1


def _unreadable(error: InputError, file: str) -> Finding:
    location = error.location or Location(file, 1, 1)
    return Finding(YAML_INVALID.name, Severity.error, error.message, ObjectRef("", "", "", ""), "", location)


def _is_values_file(text: str, file: str) -> bool:
    """A map without `apiVersion` that has all the keys which a values file must have."""
    # Looking for the words first spares nearly every manifest a second reading.
    if not all(key in text for key in _VALUES_KEYS):
        return False
    try:
        documents = reader.parse(text, file)
    except InputError:
        return False
    value = documents[0].value if len(documents) == 1 else None
    return isinstance(value, dict) and "apiVersion" not in value and value.keys() >= _VALUES_KEYS


def _render_values(inputs: Inputs, text: str, file: str, reading: Reading) -> None:
    from chartgen import spec  # noqa: PLC0415 - as below
    from chartgen.pipeline.rendering import rendering  # noqa: PLC0415 - linting manifests needs no generator

    reading.tell(f"rendering {file}")
    try:
        with tempfile.TemporaryDirectory(prefix="chartgen-") as scratch:
            loaded = spec.load_text(text, file)
            made = rendering(loaded, Path(scratch), Path(), namespace=reading.namespace, engine=reading.engine)
    except ChartgenError as error:
        inputs.failures.append(_naming(error, file))
        return
    _add_batch(inputs, made.objects, made.loaded.choices.provider, reading.namespace or "default")


def _add_batch(inputs: Inputs, objects: Sequence[Manifest], provider: str, namespace: str) -> None:
    """What a chart renders to is all there is of it: the world of its batch is closed."""
    inputs.batches.append(Batch(tuple(objects), True, provider, namespace))
    inputs.sources += {item.source: None for item in objects}


def _naming(error: ChartgenError, file: str) -> ChartgenError:
    """The same error, with the path in front if it does not say itself which input it is about."""
    if error.location is None and file not in error.message:
        error.message = f"{file} was not linted: {error.message}"
    return error
