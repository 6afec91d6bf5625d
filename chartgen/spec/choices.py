"""What a values file chooses: the closed options that decide which templates a chart has and which keys it uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chartgen.model.spec import Choices
from chartgen.spec.backends import backends
from chartgen.spec.exposure import exposure
from chartgen.spec.schema import composed

# Where each choice of `Choices` that is written in the values file stands there.
_KEYS = {
    "provider": ("cluster", "provider"),
    "kind": ("workload", "kind"),
    "spot": ("spot", "policy"),
    "backend": ("storage", "backend"),
    "anti_affinity": ("availability", "antiAffinity"),
    "autoscaler": ("autoscaling", "kind"),
    "adapter": ("autoscaling", "adapter"),
    "device_plugin": ("cluster", "devicePlugin"),
    "spread": ("availability", "spread"),
    "network_policy": ("networking", "networkPolicy", "enabled"),
    "monitor": ("monitoring", "kind"),
    "dashboard": ("monitoring", "dashboard"),
    "alerts": ("monitoring", "alerts"),
    "hang_detection": ("lifecycle", "hangDetection"),
    "token": ("model", "token", "provider"),
    "api_key": ("engine", "apiKey", "provider"),
    "user": ("security", "user"),
    "sharing": ("gpu", "sharing"),
}


def chosen(values: Mapping[str, Any]) -> dict[str, str]:
    """The choices that `values` makes, defaults included; those whose value the schema refuses are left out."""
    found: dict[str, str] = {}
    for name, path in _KEYS.items():
        option = _option(values, path)
        if option is not None:
            found[name] = option
    found |= exposure(values, found.get("provider"))
    model = values.get("model")
    identity = model.get("id") if isinstance(model, dict) else None
    if isinstance(identity, str):
        found["source"] = source(identity)
    if found.get("kind") == "auto":
        del found["kind"]
        if "backend" in found:
            found["kind"] = resolved_kind("auto", found["backend"], _nodes(values))
    return found


def _option(values: Mapping[str, Any], path: tuple[str, ...]) -> str | None:
    """The value at `path`, or its default, as a text; None if it is no value that the schema accepts there."""
    node: Any = composed()
    value: Any = values
    for key in path:
        node = node["properties"][key]
        value = value.get(key, node.get("default")) if isinstance(value, Mapping) else node.get("default")
    if node.get("type") == "boolean":
        return str(value).lower() if isinstance(value, bool) else None
    return value if isinstance(value, str) and value in node["enum"] else None


def choices(values: Mapping[str, Any]) -> Choices:
    """The choices of a values file that passes the schema."""
    return Choices(**chosen(values))


def unmet(node: Mapping[str, Any], made: Mapping[str, str]) -> bool:
    """Whether the choices `made` leave the key with schema `node` unused; a choice that is missing is no reason."""
    return any(name in made and made[name] not in wanted for name, wanted in node.get("x-when", {}).items())


def resolved_kind(kind: str, backend: str, nodes: int) -> str:
    """`kind` itself, or what `auto` means.

    That is a LeaderWorkerSet where a replica spans nodes, a StatefulSet where every replica has a claim of its own.
    """
    if kind != "auto":
        return kind
    if nodes > 1:
        return "LeaderWorkerSet"
    return "StatefulSet" if backends()[backend].claim == "replica" else "Deployment"


def source(model: str) -> str:
    """`volume` for a model id that is a path, `object` for an address in object storage, else `hub`."""
    if "://" in model:
        return "object"
    return "volume" if model.startswith("/") else "hub"


def _nodes(values: Mapping[str, Any]) -> int:
    section = values.get("parallelism")
    nodes = section.get("nodes") if isinstance(section, dict) else None
    return nodes if isinstance(nodes, int) else 1
