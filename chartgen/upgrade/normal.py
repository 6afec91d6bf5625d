"""Objects as the API server would hold them: defaults filled in, what the server writes itself left out."""

from __future__ import annotations

import base64
import copy
import re
from collections.abc import Iterable
from typing import Any

from chartgen.catalogue import upgrades
from chartgen.catalogue.upgrades import Default
from chartgen.model.change import ABSENT
from chartgen.model.manifest import Manifest
from chartgen.reader.quantities import amount
from chartgen.upgrade.kinds import TEMPLATES, key_of
from chartgen.upgrade.pointers import as_map, at, maps, walk

# The namespace is part of what identifies an object, and may be left out where it is the default.
_UNCOMPARED = ("namespace", "creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid")
_OF_TOOLS = (
    "deployment.kubernetes.io/revision",
    "kubectl.kubernetes.io/last-applied-configuration",
    "meta.helm.sh/release-name",
    "meta.helm.sh/release-namespace",
)
_QUANTITIES = frozenset({"limits", "requests", "capacity", "hard", "overhead"})
_QUANTITY = frozenset({"sizeLimit", "divisor", "averageValue"})
_INT_OR_STRING = frozenset({"maxSurge", "maxUnavailable", "minAvailable", "targetPort", "port"})
MEAN_NOTHING_EMPTY = frozenset(
    {"annotations", "data", "binaryData", "labels", "limits", "matchLabels", "metadata", "nodeSelector", "overhead"}
    | {"parameters", "requests", "resources", "rollingUpdate", "securityContext", "status", "strategy"}
    | {"updateStrategy", "volumeAttributes"}
)
"""Maps and structs that mean the same empty as absent. Others do not: an emptyDir, a podSelector."""
_LATEST = re.compile(r"(?:.*:latest(?:@.*)?|(?:.*/)?[^/:@]+)")


def normal(manifest: Manifest) -> dict[str, Any]:
    """A copy of the object as the API server would hold it; pointers into it fit the object where it has the field."""
    value = copy.deepcopy(manifest.object)
    group, kind = key_of(manifest)
    for each in (value, *walk(value, "/spec/volumeClaimTemplates/*")):
        as_map(each).pop("status", None)
    metadata = as_map(value.get("metadata"))
    for name in _UNCOMPARED:
        metadata.pop(name, None)
    for name in _OF_TOOLS:
        as_map(metadata.get("annotations")).pop(name, None)
    if (group, kind) == ("", "Secret"):
        _encode(value)
    _fill(value, upgrades.defaults(group, kind))
    template = TEMPLATES.get((group, kind))
    if template is not None:
        _fill_pod(as_map(at(value, template)))
    return value


def canonical(value: Any, key: str = "", around: str = "") -> Any:
    """A value that is equal for values which mean the same; None for what means the same as nothing.

    `key` is the map key that the value stands under, `around` the one above it.
    """
    if value is ABSENT or value is None:
        return None
    if isinstance(value, dict):
        found = {name: canonical(member, name, key) for name, member in value.items()}
        kept = {name: member for name, member in found.items() if member is not None}
        return kept if kept or key not in MEAN_NOTHING_EMPTY else None
    if isinstance(value, list):
        return [canonical(member, "", key) for member in value] or None
    if isinstance(value, bool):
        return value
    if around in _QUANTITIES or key in _QUANTITY:
        return _amount(value)
    return str(value) if key in _INT_OR_STRING else value


def _amount(value: Any) -> Any:
    try:
        return ("quantity", amount(value) if isinstance(value, str) else amount(str(value)))
    except ValueError:
        return value


def _encode(secret: dict[str, Any]) -> None:
    """`stringData` as the API server writes it over `data`."""
    plain = as_map(secret.pop("stringData", None))
    encoded = {
        key: base64.b64encode(text.encode("utf-8", "replace")).decode()
        for key, text in plain.items()
        if isinstance(text, str)
    }
    if encoded:
        secret["data"] = {**as_map(secret.get("data")), **encoded}


def _fill(value: Any, rows: Iterable[Default]) -> None:
    for row in rows:
        for found in walk(value, row.at):
            if isinstance(found, dict) and _holds(found, row):
                _complete(found, row)


def _holds(found: dict[str, Any], row: Default) -> bool:
    return all(found.get(key) in wanted for key, wanted in row.when.items()) and not any(
        found.get(key) for key in row.absent
    )


def _complete(found: dict[str, Any], row: Default) -> None:
    for key, value in row.values.items():
        if _unset(found.get(key)):
            found[key] = copy.deepcopy(value)
    for key, other in row.copies.items():
        if key not in found and other in found:
            found[key] = copy.deepcopy(found[other])


def _unset(value: Any) -> bool:
    """The API server fills in a field that is absent, or an empty text or list."""
    return value is None or value in ("", [])


def _fill_pod(spec: dict[str, Any]) -> None:
    _fill(spec, upgrades.pod_defaults())
    for container in [*maps(spec.get("containers")), *maps(spec.get("initContainers"))]:
        image = container.get("image")
        if isinstance(image, str) and "imagePullPolicy" not in container:
            container["imagePullPolicy"] = "Always" if _LATEST.fullmatch(image) else "IfNotPresent"
