"""The Kubernetes schemas of one minor version, as the package kubernetes-validate brings them.

Its own `validate` reads 1.5 MB for each object. Here the definitions are read once, and each kind is compiled on its
first use.
"""

from __future__ import annotations

import importlib.util
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from chartgen.errors import UsageError
from chartgen.manifests.custom import custom_schema
from chartgen.model.pointer import keys_of

_FOLDER = re.compile(r"v(\d+)\.(\d+)\.\d+-local-strict")
_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:[.+-].*)?")
_NAME = re.compile(r"[A-Za-z]+")
_API_VERSION = re.compile(r"(?:([a-z0-9.-]+)/)?(v[a-z0-9]+)")


class Bundle:
    """The schemas of one version; `version` is its minor version, `1.37`.

    `other_versions` of an apiVersion and a kind are those under which the same group has the kind, stable ones first.
    """

    def __init__(self, version: str, folder: Path) -> None:
        self.version = version
        self._folder = folder
        self._files = frozenset(file.name for file in folder.iterdir())
        self._definitions = json.loads((folder / "_definitions.json").read_bytes())
        self._registry = jsonschema_rs.Registry([(self._definitions["$id"], self._definitions)])
        self._schemas: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._validators: dict[tuple[str, str], jsonschema_rs.Draft202012Validator] = {}
        self.other_versions = cache(self._other_versions)

    def schema(self, api_version: str, kind: str) -> dict[str, Any] | None:
        """The schema of a kind of object, custom ones included; None if this version of Kubernetes has no such kind."""
        wanted = (api_version, kind)
        if wanted not in self._schemas:
            self._schemas[wanted] = self._read(api_version, kind) or custom_schema(api_version, kind)
        return self._schemas[wanted]

    def validator(self, api_version: str, kind: str) -> jsonschema_rs.Draft202012Validator | None:
        """A compiled validator for a kind of object, or None if this version of Kubernetes has no such kind."""
        wanted = (api_version, kind)
        schema = self.schema(api_version, kind)
        if schema is None:
            return None
        if wanted not in self._validators:
            self._validators[wanted] = jsonschema_rs.Draft202012Validator(schema, registry=self._registry)
        return self._validators[wanted]

    def compiled(self, schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator | None:
        """A validator for a schema that may refer to definitions of Kubernetes; None if the schema is no schema."""
        try:
            return jsonschema_rs.Draft202012Validator(schema, registry=self._registry, validate_formats=True)
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError):
            return None

    def properties(self, schema: dict[str, Any], keyword_location: str) -> list[str]:
        """The properties beside a keyword (`<schema id>#/.../additionalProperties`), for suggestions."""
        address, _, pointer = keyword_location.partition("#")
        node: Any = self._definitions if address == self._definitions["$id"] else schema
        for name in keys_of(pointer)[:-1]:
            node = node[int(name)] if isinstance(node, list) else node.get(name, {})
        return list(node.get("properties", ()))

    def _other_versions(self, api_version: str, kind: str) -> tuple[str, ...]:
        group = group_of(api_version)
        pattern = re.compile(rf"{re.escape(_stem(group, kind))}-(v[a-z0-9]+)\.json")
        versions = [match[1] for file in self._files if (match := pattern.fullmatch(file))]
        names = [f"{group}/{version}" if group else version for version in versions]
        return tuple(sorted((name for name in names if self.schema(name, kind)), key=_stability))

    def kinds(self, api_version: str) -> list[str]:
        """The kinds that this version of Kubernetes has under `api_version`, as they are written, without lists."""
        suffix = _file(api_version, "")
        found = []
        for file in sorted(self._files):
            if suffix and file.endswith(suffix) and "-" not in file.removesuffix(suffix):
                schema = json.loads((self._folder / file).read_bytes())
                found += [known["kind"] for known in _group_version_kinds(schema, api_version)]
        return [kind for kind in found if not kind.endswith("List")]

    def is_message(self, kind: str) -> bool:
        """Whether a kind belongs to the protocol of the API (Status, WatchEvent), in whatever group."""
        return f"{kind.lower()}-meta-v1.json" in self._files

    def has_group(self, group: str) -> bool:
        """Whether Kubernetes itself has the API group; the empty one is the core group."""
        label = group.partition(".")[0]
        return not group or any(f"-{label}-v" in file for file in self._files)

    def _read(self, api_version: str, kind: str) -> dict[str, Any] | None:
        file = _file(api_version, kind)
        if not _NAME.fullmatch(kind) or file not in self._files:
            return None
        schema: dict[str, Any] = json.loads((self._folder / file).read_bytes())
        known = any(known["kind"] == kind for known in _group_version_kinds(schema, api_version))
        return schema if known else None


def group_of(api_version: str) -> str:
    """The API group of an apiVersion; empty for the core group."""
    group, slash, _ = api_version.rpartition("/")
    return group if slash else ""


def versions() -> tuple[str, ...]:
    """The minor versions of Kubernetes whose schemas are bundled (`1.25`), oldest first."""
    return tuple(_folders())


def bundle(kube_version: str | None) -> Bundle:
    """The schemas of a version (`1.31`, `v1.31.4`; None: the newest). UsageError, naming the others, if not bundled."""
    known = versions()
    if kube_version is None:
        return _bundle(known[-1])
    match = _VERSION.fullmatch(kube_version.strip())
    minor = f"{int(match[1])}.{int(match[2])}" if match else ""
    if minor not in known:
        raise UsageError(
            f"nothing was checked: there are no schemas of Kubernetes {kube_version}",
            remedy=f"Give one of {', '.join(known)}.",
            option="kube_version",
        )
    return _bundle(minor)


@cache
def _bundle(version: str) -> Bundle:
    return Bundle(version, _folders()[version])


@cache
def _folders() -> dict[str, Path]:
    """Found without importing the package, which takes longer than all the rest."""
    spec = importlib.util.find_spec("kubernetes_validate")
    roots = spec.submodule_search_locations if spec else None
    found: dict[tuple[int, int], Path] = {}
    for root in roots or ():
        for folder in (Path(root) / "kubernetes-json-schema").iterdir():
            if match := _FOLDER.fullmatch(folder.name):
                found[int(match[1]), int(match[2])] = folder
    return {f"{major}.{minor}": found[major, minor] for major, minor in sorted(found)}


def _stem(group: str, kind: str) -> str:
    """File names hold the kind in lower case and the first label of the group."""
    label = group.partition(".")[0]
    return f"{kind.lower()}-{label}" if label else kind.lower()


def _file(api_version: str, kind: str) -> str:
    match = _API_VERSION.fullmatch(api_version)
    return f"{_stem(match[1] or '', kind)}-{match[2]}.json" if match else ""


def _group_version_kinds(schema: dict[str, Any], api_version: str) -> list[dict[str, str]]:
    """What the schema describes in `api_version`: the name of its file leaves out most of the group's."""
    group, version = group_of(api_version), api_version.rpartition("/")[2]
    described = schema.get("x-kubernetes-group-version-kind", [])
    return [known for known in described if known["group"] == group and known["version"] == version]


def _stability(api_version: str) -> tuple[bool, bool, str]:
    version = api_version.rpartition("/")[2]
    return "alpha" in version, "beta" in version, version
