"""Objects against the schemas of Kubernetes: unknown and missing fields, wrong types, kinds that are not served."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import jsonschema_rs

from chartgen.manifests.bundle import Bundle, bundle, group_of, versions
from chartgen.manifests.schema_messages import explain
from chartgen.model.manifest import Manifest

__all__ = ["SchemaProblem", "check", "known", "unchecked", "versions"]


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """`pointer` leads to the field at fault, relative to the object; a missing field has the one that it would have."""

    manifest: Manifest
    pointer: str
    message: str


def check(manifests: Iterable[Manifest], kube_version: str | None = None) -> list[SchemaProblem]:
    """What the API server of a Kubernetes version (`1.31`; None: the newest bundled one) would refuse in these objects.

    In the order of the objects, then of pointers. A field that Kubernetes does not know is a problem. Objects of custom
    kinds, and maps with neither apiVersion nor kind, are not checked: see `unchecked`. UsageError for a version without
    bundled schemas.
    """
    schemas = bundle(kube_version)
    problems: list[SchemaProblem] = []
    for manifest in manifests:
        found = sorted(set(_problems(manifest.object, schemas)))
        problems += [SchemaProblem(manifest, pointer, message) for pointer, message in found]
    return problems


def known(api_version: str, kind: str, version: str | None = None) -> bool:
    """Whether a Kubernetes version (None: the newest) has a schema for a kind of object. UsageError as `check`."""
    return bundle(version).schema(api_version, kind) is not None


def unchecked(manifests: Iterable[Manifest], kube_version: str | None = None) -> tuple[Manifest, ...]:
    """Those objects that `check` passes over, since no bundled schema describes them. UsageError as `check`."""
    schemas = bundle(kube_version)
    return tuple(
        manifest
        for manifest in manifests
        if schemas.schema(manifest.api_version, manifest.kind) is None and not list(_unserved(manifest.object, schemas))
    )


def _problems(value: dict[str, Any], schemas: Bundle) -> Iterator[tuple[str, str]]:
    api_version, kind = value.get("apiVersion"), value.get("kind")
    validator = None
    if isinstance(api_version, str) and isinstance(kind, str):
        validator = schemas.validator(api_version, kind)
    if validator is None:
        yield from _unserved(value, schemas)
    elif not validator.is_valid(value):
        yield from _errors(value, validator, schemas)


def _errors(
    value: dict[str, Any], validator: jsonschema_rs.Draft202012Validator, schemas: Bundle
) -> Iterator[tuple[str, str]]:
    schema = schemas.schema(value["apiVersion"], value["kind"]) or {}
    for error in validator.iter_errors(value):
        neighbours = schemas.properties(schema, error.absolute_keyword_location or "")
        yield from explain(error, neighbours)


def _unserved(value: dict[str, Any], schemas: Bundle) -> Iterator[tuple[str, str]]:
    """Why an object without a schema cannot be right, if so: custom kinds live in groups whose names have a dot."""
    api_version, kind = value.get("apiVersion"), value.get("kind")
    if api_version is None and kind is None:
        return
    if not isinstance(api_version, str) or not api_version:
        yield "/apiVersion", f"apiVersion {_fault(api_version)}"
        return
    if not isinstance(kind, str) or not kind:
        yield "/kind", f"kind {_fault(kind)}"
        return
    group = group_of(api_version)
    served = schemas.other_versions(api_version, kind)
    if served:
        yield (
            "/apiVersion",
            f"Kubernetes {schemas.version} does not serve {kind} in {api_version}; it does in {' and '.join(served)}",
        )
    elif "." in group or _is_message(kind, schemas):
        return
    elif not schemas.has_group(group):
        yield "/apiVersion", f"Kubernetes {schemas.version} has no API group `{group}`"
    else:
        close = get_close_matches(kind, schemas.kinds(api_version), n=1)
        hint = f", did you mean {close[0]}" if close else ""
        yield "/kind", f"Kubernetes {schemas.version} has no kind `{kind}` in {api_version}{hint}"


def _fault(value: Any) -> str:
    return "is missing" if value is None else "is empty" if value == "" else "must be a text"


def _is_message(kind: str, schemas: Bundle) -> bool:
    """Lists, and what clients and the API server tell each other (Status, DeleteOptions), are not ours to judge."""
    return kind.endswith("List") or schemas.is_message(kind)
