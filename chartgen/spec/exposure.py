"""How clients outside the cluster reach the engine: by which object, and whose controller serves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chartgen.spec.listed import has_macro, listed

FOLDER = "exposure"
"""Below charts/vllm: one template for each kind of object, named like its key of `networking`, and a folder of the
same name with one template for each controller."""

_NONE = "none"
_AUTO = "auto"
# Whose controller a provider's clusters usually have, and what stands for it elsewhere: annotations of ingress-nginx,
# which other controllers pass over, and the fields that every Gateway knows.
_USUAL = {"ingress": {"gke": "gke", "eks": "alb"}, "httpRoute": {"gke": "gke"}}
_ELSEWHERE = {"ingress": "nginx"}
STANDARD = "standard"
"""The controller of which nothing is known but what all have in common."""


def exposure(values: Mapping[str, Any], provider: str | None) -> dict[str, str]:
    """The choices `expose` and `controller`; the latter is left out if the file gives no valid one.

    The first kind whose section is in the file is the one; problems of a second section are told by its `x-when`.
    """
    networking = values.get("networking")
    sections = networking if isinstance(networking, dict) else {}
    expose = next((kind for kind in listed(FOLDER) if isinstance(sections.get(kind), dict)), _NONE)
    if expose == _NONE:
        return {"expose": _NONE, "controller": _NONE}
    controller = _meant(expose, sections[expose].get("controller") or _AUTO, provider)
    known = controller in listed(f"{FOLDER}/{expose}")
    return {"expose": expose, **({"controller": controller} if known else {})}


def admits_its_own(expose: str, controller: str, provider: str) -> bool:
    """Whether the template of `controller`, as written in the values file, has peers of its own for a NetworkPolicy."""
    return has_macro(f"{FOLDER}/{expose}/{_meant(expose, controller, provider)}", "network_peers")


def _meant(expose: str, controller: str, provider: str | None) -> str:
    if controller != _AUTO:
        return controller
    return _USUAL.get(expose, {}).get(provider or "", _ELSEWHERE.get(expose, STANDARD))
