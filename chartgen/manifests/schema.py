"""Objects against the schemas of Kubernetes: unknown and missing fields, wrong types, kinds that are not served."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import jsonschema_rs

from chartgen.manifests.bundle import Bundle, bundle, group_of, versions
from chartgen.manifests.definitions import Defined, Definitions
from chartgen.manifests.schema_messages import PLACEHOLDER, explain
from chartgen.manifests.structural import defaulted, repeated
from chartgen.model.manifest import Manifest

_OWN_GROUPS = ("apps", "autoscaling", "batch", "extensions", "policy")
"""The API groups of Kubernetes without a dot, of all versions."""

_OF_KUSTOMIZE = "builtin"
"""The apiVersion of kustomize's own generators and transformers."""

__all__ = ["SchemaProblem", "check", "incomplete", "known", "unchecked", "versions"]


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """`pointer` leads to the field at fault, relative to the object; a missing field has the one that it would have."""

    manifest: Manifest
    pointer: str
    message: str


def check(
    manifests: Iterable[Manifest], kube_version: str | None = None, definitions: Definitions | None = None
) -> list[SchemaProblem]:
    """What the API server of a Kubernetes version (`1.31`; None: the newest bundled one) would refuse in these objects.

    In the order of the objects, then of pointers. A field that Kubernetes does not know is a problem. Objects of custom
    kinds that neither `definitions` nor a bundled schema describes, and maps with neither apiVersion nor kind, are not
    checked: see `unchecked`. UsageError for a version without bundled schemas.
    """
    schemas = bundle(kube_version)
    definitions = definitions or Definitions()
    problems: list[SchemaProblem] = []
    for manifest in manifests:
        found = sorted(set(_problems(manifest.object, schemas, definitions)))
        problems += [SchemaProblem(manifest, pointer, message) for pointer, message in found]
    return problems


def known(api_version: str, kind: str, version: str | None = None) -> bool:
    """Whether a Kubernetes version (None: the newest) has a schema for a kind of object. UsageError as `check`."""
    return bundle(version).schema(api_version, kind) is not None


def unchecked(
    manifests: Iterable[Manifest], kube_version: str | None = None, definitions: Definitions | None = None
) -> tuple[Manifest, ...]:
    """Those objects that `check` passes over, since no schema describes them. UsageError as `check`."""
    schemas = bundle(kube_version)
    definitions = definitions or Definitions()
    return tuple(
        manifest
        for manifest in manifests
        if _validator(manifest.api_version, manifest.kind, schemas, definitions) is None
        and not list(_unserved(manifest.object, schemas, definitions))
    )


def incomplete(manifest: Manifest) -> bool:
    """Whether a tool completes the object before the API server sees it: `check` then says nothing of what is open.

    envsubst and Flux fill in `${REPLICAS:-1}`, Spark adds containers to a Pod that has none (podTemplateFile).
    """
    return _without_containers(manifest.object) or PLACEHOLDER in json.dumps(manifest.object)


def _completed(value: dict[str, Any], path: list[str | int]) -> bool:
    """Whether what is missing at a path is there when the API server sees it.

    Labels or annotations and nothing else are applied to an object that another tool has made, such as the default
    StorageClass.
    """
    metadata = value.get("metadata")
    marks = isinstance(metadata, dict) and metadata.keys() & {"annotations", "labels"}
    return (path == ["spec"] and _without_containers(value)) or (
        not path and bool(marks) and value.keys() <= {"apiVersion", "kind", "metadata"}
    )


def _without_containers(value: dict[str, Any]) -> bool:
    spec = value.get("spec")
    return value.get("kind") == "Pod" and isinstance(spec, dict) and "containers" not in spec


def _problems(value: dict[str, Any], schemas: Bundle, definitions: Definitions) -> Iterator[tuple[str, str]]:
    api_version, kind = value.get("apiVersion"), value.get("kind")
    validator = None
    if isinstance(api_version, str) and isinstance(kind, str):
        validator = _validator(api_version, kind, schemas, definitions)
    if validator is None:
        yield from _unserved(value, schemas, definitions)
    else:
        structural = definitions.structural(value["apiVersion"], value["kind"])
        filled = defaulted(value, structural)
        if validator.is_valid(filled):
            yield from repeated(filled, structural)
        else:
            yield from _errors(filled, validator, schemas, definitions)


def _validator(
    api_version: str, kind: str, schemas: Bundle, definitions: Definitions
) -> jsonschema_rs.Draft202012Validator | None:
    """By the definition of the kind if there is one, for that is what the cluster has; else by a bundled schema."""
    if definitions.of(api_version, kind):
        return definitions.validator(api_version, kind, schemas)
    return schemas.validator(api_version, kind)


def _errors(
    value: dict[str, Any],
    validator: jsonschema_rs.Draft202012Validator,
    schemas: Bundle,
    definitions: Definitions,
) -> Iterator[tuple[str, str]]:
    named = value["apiVersion"], value["kind"]
    schema = definitions.schema(*named) or schemas.schema(*named) or {}
    for error in validator.iter_errors(value):
        if error.kind.name == "required" and _completed(value, [*error.instance_path]):
            continue
        neighbours = schemas.properties(schema, error.absolute_keyword_location or "")
        yield from explain(error, neighbours)


def _unserved(value: dict[str, Any], schemas: Bundle, definitions: Definitions) -> Iterator[tuple[str, str]]:
    """Why an object without a schema cannot be right, if so.

    Custom kinds live in groups whose names have a dot. A group without one that is like none of Kubernetes' belongs to
    a tool that reads its own files (`skaffold/v4beta11`).
    """
    api_version, kind = value.get("apiVersion"), value.get("kind")
    if api_version is None and kind is None:
        return
    if not isinstance(api_version, str) or not api_version:
        yield "/apiVersion", f"apiVersion {_fault(api_version)}"
        return
    if not isinstance(kind, str) or not kind:
        yield "/kind", f"kind {_fault(kind)}"
        return
    if api_version == _OF_KUSTOMIZE:
        return
    defined = definitions.of(api_version, kind)
    if defined:
        yield from _undefined(api_version, defined)
    else:
        yield from _unknown(api_version, kind, schemas)


def _undefined(api_version: str, defined: Defined) -> Iterator[tuple[str, str]]:
    served = [f"{defined.group}/{version}" for version in defined.versions]
    if api_version not in served:
        instead = f"it does in {' and '.join(served)}" if served else "it serves no version"
        definition = f"the CustomResourceDefinition {defined.name}"
        yield "/apiVersion", f"{definition} does not serve {defined.kind} in {api_version}; {instead}"


def _unknown(api_version: str, kind: str, schemas: Bundle) -> Iterator[tuple[str, str]]:
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
        close = get_close_matches(group, _OWN_GROUPS, n=1, cutoff=0.7)
        hint = f", did you mean {close[0]}" if close and close[0] != group else ""
        if close:
            yield "/apiVersion", f"Kubernetes {schemas.version} has no API group `{group}`{hint}"
    else:
        close = get_close_matches(kind, schemas.kinds(api_version), n=1)
        hint = f", did you mean {close[0]}" if close else ""
        yield "/kind", f"Kubernetes {schemas.version} has no kind `{kind}` in {api_version}{hint}"


def _fault(value: Any) -> str:
    return "is missing" if value is None else "is empty" if value == "" else "must be a text"


def _is_message(kind: str, schemas: Bundle) -> bool:
    """Lists, and what clients and the API server tell each other (Status, DeleteOptions), are not ours to judge."""
    return kind.endswith("List") or schemas.is_message(kind)
