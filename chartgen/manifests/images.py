"""The images that objects make a node pull."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from chartgen.model.manifest import Manifest

_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")


def images(manifests: Iterable[Manifest]) -> tuple[str, ...]:
    """The references of all containers and image volumes, wherever a pod stands in an object; each once, sorted."""
    return tuple(sorted({found for manifest in manifests for found in _images(manifest.object)}))


def _images(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _of_pod(value)
    for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _images(member)


def _of_pod(pod: dict[str, Any]) -> Iterator[str]:
    for key in _CONTAINERS:
        yield from _texts(_maps(pod.get(key)), "image")
    yield from _texts(_maps([volume.get("image") for volume in _maps(pod.get("volumes"))]), "reference")


def _maps(value: Any) -> list[dict[str, Any]]:
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


def _texts(members: list[dict[str, Any]], key: str) -> Iterator[str]:
    for member in members:
        text = member.get(key)
        if isinstance(text, str) and text:
            yield text
