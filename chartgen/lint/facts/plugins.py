"""Device plugins: the DaemonSets that tell the kubelet of a node how many GPUs it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chartgen.lint import kinds
from chartgen.lint.facts.images import image_name
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import describe
from chartgen.lint.release import Release, Subject, as_list, as_map, as_text, maps
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "object"
_FOLDER = "/var/lib/kubelet/device-plugins"
_NVIDIA, _AMD = "nvidia.com/gpu", "amd.com/gpu"
_IMAGES = {"nvidia-gpu-device-plugin": _NVIDIA, "nvidia-device-plugin": _NVIDIA, "amdgpu-device-plugin": _AMD}


@fact("devicePlugin.resource", FactType.STRING, on=_ON)
def resource(subject: Subject) -> str:
    """The resource that a device plugin gives the nodes (`nvidia.com/gpu`); empty for anything else."""
    return _resource(subject.manifest)


@fact("devicePlugin.image", FactType.STRING, on=_ON)
def image(subject: Subject) -> str:
    """The name of its image, without registry and tag; empty for anything else."""
    return next((image_name(each.get("image")) for each in _containers(subject.manifest) if _given_by(each)), "")


@fact("devicePlugin.rivals", FactType.STRINGS, on=_ON)
def rivals(subject: Subject) -> list[str] | None:
    """The other device plugins of the input, further up, that give the same nodes the same resource; sorted.

    Those whose node selectors contradict each other do not meet. Unknown if node affinity may keep them apart.
    """
    found = _rivals(subject)
    sure = sorted({describe(manifest) for verdict, manifest in found if verdict})
    return sure if sure or not found else None


@related("otherPlugins")
def rival_places(subject: Subject) -> Iterator[Place]:
    """The other device plugins."""
    for verdict, manifest in _rivals(subject):
        if verdict:
            yield Place(manifest, "/metadata/name", f"{describe(manifest)} gives {_resource(manifest)} too")


def _rivals(subject: Subject) -> list[tuple[bool | None, Manifest]]:
    own = _resource(subject.manifest)
    if not own:
        return []
    plugins = subject.release.once(("plugins", "all"), lambda: _plugins(subject.release))
    earlier = []
    for each in plugins:
        if each is subject.manifest:
            break
        if _resource(each) == own:
            earlier.append(each)
    met = [(_meet(subject.manifest, each), each) for each in earlier]
    return [(verdict, each) for verdict, each in met if verdict is not False]


def _plugins(release: Release) -> list[Manifest]:
    return [each for each in release.manifests if _resource(each)]


def _resource(manifest: Manifest) -> str:
    kind = kinds.kind_of(manifest)
    if (kind.group, kind.name) == ("nvidia.com", "ClusterPolicy"):
        given = as_map(as_map(manifest.object.get("spec")).get("devicePlugin")).get("enabled", True)
        return _NVIDIA if given is True else ""
    if (kind.group, kind.name) != ("apps", "DaemonSet") or not _reaches_kubelet(manifest):
        return ""
    return next((found for each in _containers(manifest) if (found := _given_by(each))), "")


def _containers(manifest: Manifest) -> list[dict[str, Any]]:
    return [each for template in kinds.templates(manifest) for _, each in maps(template.spec.get("containers"))]


def _given_by(container: Mapping[str, Any]) -> str:
    """What the container gives: NVIDIA's image also does feature discovery and controls MPS, by other commands."""
    command = [as_text(each) for each in as_list(container.get("command"))]
    if command and not any("device-plugin" in each for each in command):
        return ""
    path, name = as_text(container.get("image")).lower(), image_name(container.get("image"))
    if name == "k8s-device-plugin":
        return _AMD if "rocm" in path or "amd" in path else _NVIDIA if "nvidia" in path else ""
    return _IMAGES.get(name, "")


def _reaches_kubelet(manifest: Manifest) -> bool:
    paths = [
        as_text(as_map(volume.get("hostPath")).get("path")).rstrip("/")
        for template in kinds.templates(manifest)
        for _, volume in maps(template.spec.get("volumes"))
    ]
    return _FOLDER in paths


def _meet(one: Manifest, other: Manifest) -> bool | None:
    """Whether both run on some node: not if they want different values of a label."""
    chosen = [_selector(each) for each in (one, other)]
    if any(chosen[1].get(key, value) != value for key, value in chosen[0].items()):
        return False
    affine = [as_map(template.spec.get("affinity")) for each in (one, other) for template in kinds.templates(each)]
    return None if any("nodeAffinity" in each for each in affine) else True


def _selector(manifest: Manifest) -> dict[str, Any]:
    return next((as_map(template.spec.get("nodeSelector")) for template in kinds.templates(manifest)), {})
