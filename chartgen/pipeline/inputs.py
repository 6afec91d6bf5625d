"""What `chartgen lint` was pointed at, read into batches of objects."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from chartgen import manifests, reader
from chartgen.errors import ChartgenError, InputError, RenderError, UsageError
from chartgen.helm import RenderRequest
from chartgen.manifests import ChartArchive, ChartFolder, Discovered, ManifestFile
from chartgen.model.finding import Finding, ObjectRef, Severity
from chartgen.model.location import Location
from chartgen.model.manifest import Manifest, Source
from chartgen.pipeline import charts
from chartgen.pipeline.checking import Batch, batches
from chartgen.pipeline.diagnostics import YAML_INVALID
from chartgen.pipeline.ignoring import Ignored
from chartgen.pipeline.origin import ChartOrigin
from chartgen.pipeline.pulling import REGISTRY, pulled

if TYPE_CHECKING:  # linting manifests needs no generator
    from chartgen.pipeline.rendering import Built, Rendering
    from chartgen.publish import Access

STDIN = "<stdin>"
_VALUES_KEYS = {"model", "gpu", "cluster"}
_MANIFEST_WORDS = ("apiVersion", "kind")
_SHOWN = 100

Tell = Callable[[str], None]
"""Shows what is being done."""


@dataclass(frozen=True, slots=True)
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
        return Path(self.scratch.enter_context(tempfile.TemporaryDirectory(prefix="chartgen-")))


@dataclass(slots=True)
class Inputs:
    """`unreadable` are findings about text that could not be read; `failures` say what else was not linted, and why.

    `charts` counts charts; `notes` say what was left out without being a failure.
    """

    batches: list[Batch] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    unreadable: list[Finding] = field(default_factory=list)
    failures: list[ChartgenError] = field(default_factory=list)
    loose: list[Manifest] = field(default_factory=list)
    skipped: int = 0
    charts: int = 0
    notes: list[str] = field(default_factory=list)


def gather(paths: Sequence[str], stdin: bytes | None, reading: Reading) -> Inputs:
    """Read everything; what one path holds does not keep the others from being read.

    All loose manifests make up one batch (variants of each other several), each chart and each values file one of its
    own. Raises InputError if a path does not exist, UsageError if nothing was found at all, PublishError for what a
    registry does not give out.
    """
    inputs = Inputs()
    seen: set[Path] = set()
    for path in paths:
        if path == "-":
            _read_stdin(inputs, stdin or b"", reading)
            continue
        if reading.access is not None and path.startswith(REGISTRY):
            archive = pulled(path, reading.access, reading.folder(), reading.tell)
            seen.add(archive)
            _read_archive(inputs, archive, path, reading)
            continue
        _read_path(inputs, Path(path), reading, seen)
    inputs.batches[:0] = batches(inputs.loose, reading.closed, reading.provider, reading.namespace)
    if not seen and stdin is None:
        raise UsageError(
            f"nothing was {reading.purpose}: there is no manifest and no chart in {', '.join(paths)}",
            remedy="name files that end with .yaml, .yml or .json, or chart folders",
        )
    return inputs


def _read_path(inputs: Inputs, path: Path, reading: Reading, seen: set[Path]) -> None:
    found = list(manifests.discover(path))
    fragments = manifests.fragments(path, [item.path for item in found]) if path.is_dir() else frozenset()
    for item in found:
        file = item.path.resolve()
        if file in seen:
            continue
        seen.add(file)
        if file in fragments:
            inputs.skipped += 1
        elif not reading.ignored(item.path):
            _read(inputs, item, reading, named=item.path == path)


def _read(inputs: Inputs, item: Discovered, reading: Reading, *, named: bool) -> None:
    match item:
        case ManifestFile(path=path):
            _read_file(inputs, path, reading, named=named)
        case ChartFolder(path=path):
            _render(inputs, path, str(path), reading)
        case ChartArchive(path=path):
            _read_archive(inputs, path, str(path), reading)


def _read_archive(inputs: Inputs, archive: Path, shown: str, reading: Reading) -> None:
    try:
        folder = manifests.unpack(archive, reading.folder(), shown)
    except ChartgenError as error:
        inputs.failures.append(error)
        return
    _render(inputs, folder, shown, reading)


def _render(inputs: Inputs, chart: Path, shown: str, reading: Reading) -> None:
    """Each set of values is a batch of its own. One that Helm refuses is a failure and does not hide the others."""
    reading.tell(f"rendering {shown}")
    inputs.charts += 1
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
    for each, answer in zip(sets, answers, strict=True):
        if not isinstance(answer, RenderError):
            _add_rendered(inputs, answer, reading)
        elif each.values is None and any(not isinstance(other, RenderError) for other in answers):
            inputs.notes.append(f"{shown} was not {reading.purpose} with its own values alone: {answer.message}")
        else:
            with_set = f"{shown} was not {reading.purpose} with {each.name}: " if each.values is not None else ""
            answer.message = f"{with_set}{answer.message}"
            inputs.failures.append(_naming(answer, shown, reading.purpose))


def _add_rendered(inputs: Inputs, origin: ChartOrigin, reading: Reading) -> None:
    try:
        objects = charts.objects(origin.files, origin.shown, origin.value_set)
    except InputError as error:
        inputs.failures.append(_in_rendered(error, origin, reading.purpose))
        return
    _add_batch(inputs, objects, reading.provider, reading.namespace or "default", [origin])


def _in_rendered(error: InputError, origin: ChartOrigin, purpose: str) -> ChartgenError:
    """The same error with the line itself in place of a location: the template has other lines than its output."""
    place = error.location
    if place is None:
        return _naming(error, origin.shown, purpose)
    texts = {f"{origin.shown}/{file.template.partition('/')[2]}": file.text for file in origin.files}
    lines = texts.get(place.file, "").split("\n")[: place.line]
    shown = next((line.strip() for line in reversed(lines) if line.strip()), "")
    with_set = f" with {origin.value_set}" if origin.value_set else ""
    rendered = f"line {place.line} of what {place.file} renders to ({shown[:_SHOWN]})"
    message = f"{origin.shown} was not {purpose}{with_set}: {rendered}: {error.message}"
    return InputError(message, remedy="Correct the template, or the values that it writes.")


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
    inputs: Inputs, objects: Sequence[Manifest], provider: str, namespace: str, origins: Sequence[ChartOrigin]
) -> None:
    """What a chart renders to is all there is of it: the world of its batch is closed."""
    inputs.batches.append(Batch(tuple(objects), True, provider, namespace, tuple(origins)))
    inputs.sources += {item.source: None for item in objects}


def _naming(error: ChartgenError, file: str, purpose: str) -> ChartgenError:
    """The same error, with the path in front if it does not say itself which input it is about."""
    named = re.search(rf"(?<![\w./-]){re.escape(file)}(?![\w/-])", error.message)
    if error.location is None and not named:
        error.message = f"{file} was not {purpose}: {error.message}"
    return error
