"""What a values file chooses: the closed options that decide which templates a chart has and which keys it uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chartgen.model.spec import Choices
from chartgen.spec.backends import backends
from chartgen.spec.schema import composed

# Where each choice of `Choices` that is written in the values file stands there.
_KEYS = {
    "provider": ("cluster", "provider"),
    "kind": ("workload", "kind"),
    "spot": ("spot", "policy"),
    "backend": ("storage", "backend"),
    "anti_affinity": ("availability", "antiAffinity"),
    "autoscaler": ("autoscaling", "kind"),
    "device_plugin": ("cluster", "devicePlugin"),
}


def chosen(values: Mapping[str, Any]) -> dict[str, str]:
    """The choices that `values` makes, defaults included; those whose value the schema refuses are left out."""
    found: dict[str, str] = {}
    for name, (section, key) in _KEYS.items():
        node = composed()["properties"][section]["properties"][key]
        written = values.get(section)
        value = written.get(key, node.get("default")) if isinstance(written, dict) else node.get("default")
        if isinstance(value, str) and value in node["enum"]:
            found[name] = value
    model = values.get("model")
    identity = model.get("id") if isinstance(model, dict) else None
    if isinstance(identity, str):
        found["source"] = source(identity)
    if found.get("kind") == "auto":
        del found["kind"]
        if "backend" in found:
            found["kind"] = resolved_kind("auto", found["backend"])
    return found


def choices(values: Mapping[str, Any]) -> Choices:
    """The choices of a values file that passes the schema."""
    return Choices(**chosen(values))


def unmet(node: Mapping[str, Any], made: Mapping[str, str]) -> bool:
    """Whether the choices `made` leave the key with schema `node` unused; a choice that is missing is no reason."""
    return any(name in made and made[name] not in wanted for name, wanted in node.get("x-when", {}).items())


def resolved_kind(kind: str, backend: str) -> str:
    """`kind` itself, or what `auto` means: a StatefulSet where every replica has a claim of its own."""
    if kind != "auto":
        return kind
    return "StatefulSet" if backends()[backend].claim == "replica" else "Deployment"


def source(model: str) -> str:
    """`volume` for a model id that is a path, else `hub`."""
    return "volume" if model.startswith("/") else "hub"
