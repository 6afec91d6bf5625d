"""`chartgen package`: from a values file, a chart folder or an archive to packages."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from chartgen import helm, reader
from chartgen.errors import InputError, UsageError
from chartgen.manifests.archives import unpack
from chartgen.model.package import Package
from chartgen.model.problem import Problem
from chartgen.model.settings import Settings
from chartgen.pipeline.files import write_bytes
from chartgen.publish import archive
from chartgen.report.content import Report

_ARCHIVE = (".tgz", ".tar.gz")
_WRITTEN_ANEW = {"Chart.yaml", "Chart.lock"}
"""By Helm: without comments, and by each version of it in a way of its own. Those of dependencies too."""

_ARCHIVE_BYTES = 100 * 1024 * 1024
"""Helm's limit for what a chart unpacks to, and so for what a stored archive can hold."""


@dataclass(frozen=True, slots=True)
class Signing:
    """`key` is a part of the signer's name in the file of secret keys `keyring`."""

    key: str
    keyring: Path
    passphrase_file: Path | None


@dataclass(frozen=True, slots=True)
class Options:
    """What becomes of a chart on its way; `version` and `app_version` replace those of the source."""

    version: str | None = None
    app_version: str | None = None
    kube_version: str | None = None
    lint: bool = True
    engine: str = "auto"
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True)
class Packing:
    """The packages of one source, and what was found in it; `report` is None where nothing was linted."""

    packages: tuple[Package, ...]
    warnings: tuple[Problem, ...]
    report: Report | None


def packing(source: Path, options: Options) -> Packing:
    """Pack a source: all charts of a values file, checked as `render` checks them, or one chart folder or archive.

    An archive stays as it is, with the `.prov` beside it. Raises UsageError for a version that is none, and for one
    that would change an archive; ValuesInvalid, InputError and RenderError as `render` does. Findings are no error.
    """
    _refuse_version(options)
    if source.is_dir():
        return _linted(source, options, _folder(source, options))
    if source.name.lower().endswith(_ARCHIVE):
        return _linted(source, options, _archive(source, options))
    return _values(source, options)


def signed(packages: tuple[Package, ...], signing: Signing | None, engine: str) -> tuple[Package, ...]:
    """The packages with the provenance of each, or as they are without `signing`."""
    return tuple(_signed(each, signing, engine) for each in packages) if signing else packages


def write(packages: tuple[Package, ...], into: Path) -> list[Path]:
    """Write the archives, and the provenance of those that have one."""
    written = []
    for each in packages:
        path = into / each.file
        provenance = path.with_name(f"{path.name}.prov")
        if provenance.exists() and not (path.is_file() and path.read_bytes() == each.data):
            _remove(provenance)  # it vouches for what is about to be replaced
        write_bytes(path, each.data)
        if each.provenance is not None:
            write_bytes(provenance, each.provenance)
        written.append(path)
    return written


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        remedy = "name a folder that can be written"
        raise UsageError(f"{path} was not removed: {error.strerror}", remedy=remedy) from None


def _signed(package: Package, signing: Signing, engine: str) -> Package:
    """The same package with Helm's provenance. Raises RenderError for a key that is not there or stays locked."""
    with tempfile.TemporaryDirectory(prefix="chartgen-") as scratch:
        path = Path(scratch) / package.file
        path.write_bytes(package.data)
        made = helm.engine(engine).sign(
            path, key=signing.key, keyring=signing.keyring, passphrase_file=signing.passphrase_file
        )
        return replace(package, provenance=made.read_bytes())


def _refuse_version(options: Options) -> None:
    if options.version is not None and not archive.is_semver(options.version):
        raise UsageError(
            f"nothing was packed: --version {options.version} is not SemVer", remedy="write it as 1.2.0 or 1.2.0-rc.1"
        )


def _values(source: Path, options: Options) -> Packing:
    from chartgen.pipeline.render import examined  # noqa: PLC0415 - chart folders and archives need no generator

    given = {"chart.version": options.version, "chart.appVersion": options.app_version}
    sets = [f"{key}={_quoted(text)}" for key, text in given.items() if text is not None]
    found = examined(
        source,
        Path(),
        sets=sets,
        kube_version=options.kube_version,
        lint=options.lint,
        engine=options.engine,
        settings=options.settings,
    )
    seconds = found.made.loaded.values["derived"]["timeToReady"]
    packages = tuple(
        archive.package(
            {path: text.encode() for path, text in each.chart.files.items()},
            str(source),
            time_to_ready=seconds if order == 0 else None,
        )
        for order, each in enumerate(found.made.built)
    )
    return Packing(packages, found.made.loaded.warnings, found.report if options.lint else None)


def _quoted(text: str) -> str:
    """A YAML text: 1.10 is a version, no number."""
    return "'" + text.replace("'", "''") + "'"


def _folder(source: Path, options: Options) -> Package:
    """Helm chooses and checks the files; their order, owners and times are ours."""
    files = _by_helm(source, options)
    metadata = archive.chart_metadata(files["Chart.yaml"], str(source))
    for name in [name for name in files if PurePosixPath(name).name in _WRITTEN_ANEW and (source / name).is_file()]:
        if name != "Chart.yaml" or (options.version is None and options.app_version is None):
            files[name] = (source / name).read_bytes()
    return archive.package(files, str(source), metadata=metadata, time_to_ready=_time_to_ready(files))


def _by_helm(chart: Path, options: Options) -> dict[str, bytes]:
    """The files of a chart as Helm packs them."""
    with tempfile.TemporaryDirectory(prefix="chartgen-") as scratch:
        packed = Path(scratch) / "packed"
        packed.mkdir()
        made = helm.engine(options.engine).package(
            chart, packed, version=options.version, app_version=options.app_version
        )
        top = unpack(made, Path(scratch) / "chart")
        return {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}


def _archive(source: Path, options: Options) -> Package:
    if options.version is not None or options.app_version is not None:
        raise UsageError(
            f"{source} was not packed: --version and --app-version cannot change an archive",
            remedy="name the chart's folder or its values file",
        )
    with tempfile.TemporaryDirectory(prefix="chartgen-") as scratch:
        # Helm has the last word on its metadata and its dependencies, as it has with a folder.
        files = _by_helm(unpack(source, Path(scratch)), options)
    metadata = archive.chart_metadata(files["Chart.yaml"], str(source))
    if source.stat().st_size > _ARCHIVE_BYTES:
        raise InputError(f"{source} was not packed: it has more than {_ARCHIVE_BYTES // 2**20} MiB")
    data = source.read_bytes()
    provenance = source.with_name(f"{source.name}.prov")
    return archive.packed(
        data,
        metadata,
        provenance=provenance.read_bytes() if provenance.is_file() else None,
        time_to_ready=_time_to_ready(files),
    )


def _time_to_ready(files: Mapping[str, bytes]) -> int | None:
    """What a chart of chartgen's says in its values; None for any other."""
    try:
        values = reader.parse(reader.decode(files["values.yaml"], "values.yaml"), "values.yaml")[0].value
        seconds = values["derived"]["timeToReady"]
    except (InputError, LookupError, TypeError):
        return None
    return seconds if type(seconds) is int and seconds > 0 else None


def _linted(source: Path, options: Options, package: Package) -> Packing:
    if not options.lint:
        return Packing((package,), (), None)
    from chartgen.pipeline.lint import LintOptions, lint  # noqa: PLC0415 - not needed without linting

    lint_options = LintOptions(kube_version=options.kube_version, helm_engine=options.engine, settings=options.settings)
    found = lint((str(source),), None, lint_options)
    for failure in found.failures:
        raise failure
    return Packing((package,), (), found.report)
