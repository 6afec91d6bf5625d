"""`chartgen diff`: from two versions to what an upgrade does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chartgen import upgrade
from chartgen.errors import EXIT_CLEAN, EXIT_FINDINGS, ChartgenError, InputError, UsageError
from chartgen.model.change import ChoiceChange
from chartgen.model.finding import Severity
from chartgen.model.manifest import Manifest
from chartgen.pipeline.against import objects, refuse_unread
from chartgen.pipeline.checking import schema_version
from chartgen.pipeline.inputs import gather
from chartgen.pipeline.pulling import comparing
from chartgen.pipeline.reading import Reading, Tell
from chartgen.report.comparison import Comparison

NEVER = "never"
_OF_EVERY_VERSION = ("chart", "derived")
"""Sections that follow from the others, or differ with every version of a chart."""


@dataclass(frozen=True, slots=True)
class DiffOptions:
    """The options of the command; empty texts mean that nothing was said. The last two are for registries."""

    namespace: str = ""
    kube_version: str | None = None
    helm_engine: str = "auto"
    spare_gpus: int | None = None
    ca_file: Path | None = None
    plain_http: bool = False


def diff(old: str, new: str, stdin: bytes | None, options: DiffOptions, tell: Tell = lambda _: None) -> Comparison:
    """Compare two versions: values files, charts, archives, `oci://` references, manifests; `-` for one is `stdin`.

    Raises InputError, ValuesInvalid or RenderError for a side that cannot be read or rendered, PublishError for one
    that its registry does not give out, UsageError for a reference without a version and if both are standard input.
    """
    if old == new == "-":
        raise UsageError("nothing was compared: both sides are standard input", remedy="name a file for one of them")
    before, after = (_side(each, stdin, options, tell) for each in (old, new))
    sides = before.beside(after), after.beside(before)
    found = upgrade.changes(*sides, namespace=options.namespace)
    found = replace(found, choices=tuple(_choices(before.values, after.values)))
    return Comparison(old, new, found, upgrade.verdicts(found, spare_gpus=options.spare_gpus))


def exit_code(comparison: Comparison, fail_on: str) -> int:
    """`fail_on` is a severity or `never`."""
    failed = fail_on != NEVER and any(each.severity >= Severity[fail_on] for each in comparison.verdicts)
    return EXIT_FINDINGS if failed else EXIT_CLEAN


@dataclass(frozen=True, slots=True)
class _Side:
    """`values` are those of a values file or of a chart that chartgen made, None for anything else.

    `charts` are the names of the charts that the objects are of, none for manifests.
    """

    objects: Sequence[Manifest]
    values: Mapping[str, Any] | None
    charts: Sequence[str]

    def beside(self, other: _Side) -> Sequence[Manifest]:
        """The objects; where a values file makes several charts, and the other side is one of them, those of that one.

        Each chart is a release of its own.
        """
        if len(self.charts) < 2 or len(other.charts) != 1 or other.charts[0] not in self.charts:
            return self.objects
        return [each for each in self.objects if each.source.file.startswith(f"{other.charts[0]}/")]


def _side(path: str, stdin: bytes | None, options: DiffOptions, tell: Tell) -> _Side:
    reading = Reading(
        closed=True,
        provider="",
        namespace=options.namespace,
        kube_version=schema_version(options.kube_version),
        engine=options.helm_engine,
        tell=tell,
        purpose="compared",
        access=comparing(path, options.ca_file, plain_http=options.plain_http),
    )
    with reading.scratch:
        inputs = gather([path], stdin if path == "-" else None, reading)
        refuse_unread(inputs, path)
        origins = [origin for batch in inputs.batches for origin in batch.origins]
        files = [text for origin in origins[:1] for _, text in origin.values_files[-1:]]
        found = objects(inputs.batches)
        if path == "-" and not found:
            raise InputError(
                "nothing was compared: standard input holds no object",
                remedy="look at what the command before the pipe says: it may have failed",
            )
        return _Side(found, _values(files[0]) if files else None, [each.request.release for each in origins])


def _values(text: str) -> Mapping[str, Any] | None:
    """The complete values of a text that chartgen would render; None if it is of another chart."""
    from chartgen import spec  # noqa: PLC0415 - comparing manifests needs no generator

    try:
        return spec.load_text(text, "values.yaml").values
    except ChartgenError:
        return None


def _choices(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[ChoiceChange]:
    """The keys of two values files that are frozen in a chart and differ, in the order of the schema."""
    if old is None or new is None:
        return
    from chartgen import spec  # noqa: PLC0415 - as above

    yield from _frozen(spec.schema(), old, new, "")


def _frozen(node: Mapping[str, Any], old: Any, new: Any, path: str, around: str = "") -> Iterator[ChoiceChange]:
    phase = node.get("x-phase", around)
    if old == new or path in _OF_EVERY_VERSION:
        return
    inner = node.get("properties")
    if not inner:
        if phase in ("choice", "fixed"):
            yield ChoiceChange(path, old, new, phase == "choice")
        return
    for key, below in inner.items():
        before = old.get(key) if isinstance(old, Mapping) else None
        after = new.get(key) if isinstance(new, Mapping) else None
        yield from _frozen(below, before, after, f"{path}.{key}" if path else key, phase)
