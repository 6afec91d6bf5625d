"""What schemas say of objects: those of Kubernetes, and those of CustomResourceDefinitions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from chartgen.manifests import schema
from chartgen.manifests.definitions import Definitions
from chartgen.manifests.structural import defaulted, places
from chartgen.model.finding import Place, Severity, Violation
from chartgen.model.manifest import Manifest
from chartgen.pipeline.diagnostics import SCHEMA_INVALID


def unchecked_kinds(objects: Sequence[Manifest], kube_version: str, definitions: Definitions) -> Mapping[str, int]:
    """How many objects of each `apiVersion kind` no schema describes."""
    passed_over = schema.unchecked(objects, kube_version, definitions)
    return Counter(f"{item.api_version} {item.kind}" for item in passed_over if item.kind)


def schema_problems(
    objects: Sequence[Manifest], kube_version: str, definitions: Definitions, charts: Sequence[str]
) -> list[Violation]:
    """What the API server would refuse in the objects, of which `charts` (folders) are made, if any are."""
    problems = schema.check(objects, kube_version, definitions)
    no_objects = [item for item in objects if not item.object.keys() & {"apiVersion", "kind"}]
    found = [
        *(_violation(each.manifest, each.pointer, each.message) for each in problems),
        *_broken(objects, {each.manifest for each in problems}, kube_version, definitions),
    ]
    return [
        *(_hedged(each, definitions, charts) for each in found),
        *(_violation(item, "", _no_object(item)) for item in no_objects),
    ]


def _hedged(problem: Violation, definitions: Definitions, charts: Sequence[str]) -> Violation:
    """A warning that names the definition, where another one may be installed: this one stands somewhere else."""
    manifest = problem.place.manifest
    defined = definitions.of(manifest.api_version, manifest.kind)
    if defined is None or defined.chosen or _beside(PurePath(defined.file), manifest, charts):
        return problem
    message = f"{problem.message} (as {defined.file} defines {defined.kind})"
    return replace(problem, severity=Severity.warning, message=message)


def _beside(file: PurePath, manifest: Manifest, charts: Sequence[str]) -> bool:
    """Whether a definition is installed with an object: it is of the same chart, or of the same folder."""
    return file.parent == PurePath(manifest.source.file).parent or any(map(file.is_relative_to, charts))


def _broken(
    objects: Sequence[Manifest], refused: Container[Manifest], kube_version: str, definitions: Definitions
) -> Iterator[Violation]:
    """What the rules of definitions say; they are asked about objects that the schema accepts."""
    for manifest in objects:
        structural = definitions.structural(manifest.api_version, manifest.kind)
        if structural is None or manifest in refused or schema.incomplete(manifest):
            continue
        if schema.unchecked([manifest], kube_version, definitions):  # the schema is none
            continue
        from chartgen.lint.validations import broken  # noqa: PLC0415 - few inputs have definitions

        for place, value, described in places(defaulted(manifest.object, structural), structural):
            for pointer, message in broken(value, described):
                yield _violation(manifest, place + pointer, message)


def _no_object(manifest: Manifest) -> str:
    message = "this is no Kubernetes object: it has no apiVersion and no kind"
    if "values" not in PurePath(manifest.source.file).name:
        return message
    return f"{message}; values of a chart are linted with it, `chartgen lint CHART --values {manifest.source.file}`"


def _violation(manifest: Manifest, pointer: str, message: str) -> Violation:
    return Violation(SCHEMA_INVALID.name, Severity.error, message, Place(manifest, pointer))
