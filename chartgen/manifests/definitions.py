"""Custom kinds that CustomResourceDefinitions describe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs

from chartgen.manifests.bundle import Bundle, group_of
from chartgen.manifests.structural import json_schema
from chartgen.model.manifest import Manifest

API_VERSION = "apiextensions.k8s.io/v1"
KIND = "CustomResourceDefinition"


@dataclass(frozen=True, slots=True)
class Defined:
    """One kind as a definition has it, by the name of the definition: the versions that are served.

    Of each its structural schema, None if it has none. `preserves` says that unknown fields are kept in all of them.
    `file` is where the definition stands, `chosen` whether the user named it.
    """

    group: str
    kind: str
    name: str
    versions: Mapping[str, Mapping[str, Any] | None]
    preserves: bool
    file: str = field(compare=False)
    chosen: bool = field(compare=False)


class Definitions:
    """What definitions say of custom kinds. Those that the user `chose` go before what else was `found`.

    Of a kind that two of them describe differently nothing is known: which one is installed, nobody says.
    """

    def __init__(self, chose: Iterable[Manifest] = (), found: Iterable[Manifest] = ()) -> None:
        self._kinds = {**_by_kind(found, chosen=False), **_by_kind(chose, chosen=True)}
        self._schemas: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._validators: dict[tuple[str, str, str], jsonschema_rs.Draft202012Validator | None] = {}

    def of(self, api_version: str, kind: str) -> Defined | None:
        """The definition of a kind, whatever version of it is asked for."""
        return self._kinds.get((group_of(api_version), kind))

    def structural(self, api_version: str, kind: str) -> Mapping[str, Any] | None:
        """The structural schema (`openAPIV3Schema`) of a kind in an apiVersion; None if no definition describes it."""
        defined = self.of(api_version, kind)
        return defined.versions.get(api_version.rpartition("/")[2]) if defined else None

    def schema(self, api_version: str, kind: str) -> dict[str, Any] | None:
        """The same as a JSON Schema."""
        wanted = (api_version, kind)
        if wanted not in self._schemas:
            defined = self.of(api_version, kind)
            structural = self.structural(api_version, kind)
            self._schemas[wanted] = (
                json_schema(f"urn:chartgen:defined:{api_version}:{kind}", structural, preserves=defined.preserves)
                if defined and structural
                else None
            )
        return self._schemas[wanted]

    def validator(self, api_version: str, kind: str, schemas: Bundle) -> jsonschema_rs.Draft202012Validator | None:
        """The schema compiled, its metadata as Kubernetes has it in `schemas`; None also for a schema that is none."""
        wanted = (api_version, kind, schemas.version)
        if wanted not in self._validators:
            schema = self.schema(api_version, kind)
            self._validators[wanted] = schemas.compiled(schema) if schema else None
        return self._validators[wanted]


def _by_kind(manifests: Iterable[Manifest], *, chosen: bool) -> dict[tuple[str, str], Defined | None]:
    """None for a kind about which definitions differ."""
    found: dict[tuple[str, str], Defined | None] = {}
    for manifest in manifests:
        for defined in _defined(manifest, chosen):
            key = (defined.group, defined.kind)
            found[key] = defined if found.get(key, defined) == defined else None
    return found


def _defined(manifest: Manifest, chosen: bool) -> Iterator[Defined]:
    match manifest.object:
        case {
            "apiVersion": str(version),
            "kind": str(kind),
            "metadata": {"name": str(name)},
            "spec": {"group": str(group), "names": {"kind": str(named)}, "versions": list(versions), **spec},
        } if (version, kind) == (API_VERSION, KIND):
            preserves = spec.get("preserveUnknownFields") is True
            yield Defined(group, named, name, dict(_served(versions)), preserves, manifest.source.file, chosen)


def _served(versions: Iterable[Any]) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    for version in versions:
        match version:
            case {"name": str(name), "served": True, "schema": {"openAPIV3Schema": dict(structural)}}:
                yield name, structural
            case {"name": str(name), "served": True}:
                yield name, None
            case _:  # what is not served might as well not be there
                pass
