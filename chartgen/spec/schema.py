"""The values schema, composed from its files: references written out, storage backends and GPU names filled in."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from chartgen import resources
from chartgen.catalogue import gpus, providers, workloads
from chartgen.spec.backends import Backend, backends
from chartgen.spec.exposure import FOLDER, STANDARD
from chartgen.spec.listed import listed

Schema = dict[str, Any]

# The only definition that refers to itself: any Kubernetes value without control characters.
_RECURSIVE = "value"
_NESTED = ("items", "additionalProperties", "propertyNames", "not", "if", "then", "else")
_NESTED_LISTS = ("anyOf", "allOf")


def schema() -> Schema:
    """The input schema as plain JSON (draft 2020-12), a copy of the caller's own."""
    return copy.deepcopy(composed())


def schema_text() -> str:
    """The input schema as printed by `chartgen schema`: JSON, ends with a line feed."""
    return json.dumps(composed(), indent=2, ensure_ascii=True) + "\n"


@cache
def composed() -> Schema:
    """The input schema, shared by all callers, who must not change it."""
    source = json.loads((resources.folder("schemas") / "values.schema.json").read_bytes())
    definitions = source.pop("definitions")
    _fill_names(source["properties"]["gpu"]["properties"]["type"], [gpu.name for gpu in gpus.gpus()])
    _fill_providers(source["properties"]["cluster"]["properties"])
    _fill_names(source["properties"]["workload"]["properties"]["kind"], ["auto", *workloads.workloads()])
    _fill_storage(source["properties"]["storage"])
    _fill_monitors(source["properties"]["monitoring"]["properties"])
    _fill_controllers(source["properties"]["networking"]["properties"])
    whole: Schema = _written_out(source, definitions)
    whole["definitions"] = {_RECURSIVE: _written_out(definitions[_RECURSIVE], definitions)}
    return whole


def _fill_names(node: Schema, names: list[str]) -> None:
    del node["x-names"]
    node["enum"] = names


def _fill_providers(cluster: Schema) -> None:
    """Add the providers, and say for which of them nodes can be chosen by a pool, too."""
    _fill_names(cluster["provider"], list(providers.providers()))
    pools = [name for name in providers.providers() if providers.provider(name).labels.node_pool]
    cluster["nodePool"]["x-when"] = {"provider": pools, **cluster["nodePool"]["x-when"]}


def _fill_monitors(monitoring: Schema) -> None:
    """Add the kinds of monitor; what needs one, needs any of them."""
    kinds = listed("monitoring")
    _fill_names(monitoring["kind"], ["none", *kinds])
    for node in monitoring.values():
        if "monitor" in node.get("x-when", {}):
            node["x-when"] = {**node["x-when"], "monitor": list(kinds)}


def _fill_controllers(networking: Schema) -> None:
    """Add who serves each way in; an Ingress has time-outs wherever it is known whose it is."""
    for kind in listed(FOLDER):
        names = listed(f"{FOLDER}/{kind}")
        _fill_names(networking[kind]["properties"]["controller"], ["auto", *names])
    known = [name for name in listed(f"{FOLDER}/ingress") if name != STANDARD]
    networking["ingress"]["properties"]["timeoutSeconds"]["x-when"] = {"controller": known}


def _fill_storage(storage: Schema) -> None:
    """Add the keys of all backends, each live for those that take it, and what each backend requires."""
    known = backends()
    _fill_names(storage["properties"]["backend"], list(known))
    takers: dict[str, list[str]] = {}
    for backend in known.values():
        for key, node in backend.properties.items():
            takers.setdefault(key, []).append(backend.name)
            storage["properties"].setdefault(key, copy.deepcopy(dict(node)))
    for key, names in takers.items():
        node = storage["properties"][key]
        node["x-when"] = {"backend": names}
        node["x-why-not"] = f"only {_listed(names)} {'uses' if len(names) == 1 else 'use'} it"
    storage["allOf"] = [_requirement(backend) for backend in known.values() if backend.required]


def _requirement(backend: Backend) -> Schema:
    chosen = {"required": ["backend"], "properties": {"backend": {"const": backend.name}}}
    return {"if": chosen, "then": {"required": list(backend.required)}}


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _written_out(node: Any, definitions: Mapping[str, Schema]) -> Any:
    """`node` with every reference but the recursive one replaced by what it refers to; siblings of it win."""
    if not isinstance(node, dict):
        return node
    name = node.get("$ref", "").removeprefix("#/definitions/")
    if name == _RECURSIVE:
        return dict(node)
    if name:
        node = {**definitions[name], **{key: value for key, value in node.items() if key != "$ref"}}
        return _written_out(node, definitions)
    result = dict(node)
    for key in _NESTED:
        if key in result:
            result[key] = _written_out(result[key], definitions)
    for key in _NESTED_LISTS:
        if key in result:
            result[key] = [_written_out(member, definitions) for member in result[key]]
    if "properties" in result or "x-refused" in result:
        properties = result.get("properties", {})
        result["properties"] = {key: _written_out(member, definitions) for key, member in properties.items()}
    _refuse(result)
    if isinstance(result.get("x-when", {}).get("kind"), str):
        result["x-when"] = {**result["x-when"], "kind": _kinds(result["x-when"]["kind"])}
    return result


def _kinds(trait: str) -> list[str]:
    """The workload kinds that have `trait`, a field of the catalogue's that is true or false."""
    return [name for name in workloads.workloads() if getattr(workloads.workload(name), trait)]


def _refuse(node: Schema) -> None:
    """Turn x-refused and x-refused-values into schema keywords.

    A refused key is an enum that holds the sentence beside a `not` that nothing passes: validators print the enum.
    """
    for key, why in node.get("x-refused", {}).items():
        node["properties"][key] = {"allOf": [{"enum": [why]}, {"not": {}}]}
    if "x-refused-values" in node:
        node["not"] = {"enum": list(node["x-refused-values"])}
