"""Names inside the pod that must be the only one, or must exist: what the API server would refuse at install."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chartgen.spec.fault import Fault
from chartgen.spec.layout import Path
from chartgen.spec.suggestions import nearest

# The volumes of every chart, whatever the backend.
_CHART_VOLUMES = ("model", "shared-memory", "tmp")
_UNIQUE = (
    (("extraVolumes",), "name"),
    (("extraVolumeMounts",), "mountPath"),
    (("initContainers", "extraContainers"), "name"),
)


def pod_name_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Repeated volume, container and mount names below `pod`, and mounts of volumes that are not there."""
    pod = values.get("pod")
    if not isinstance(pod, dict):
        return
    for lists, name in _UNIQUE:
        yield from _repeated(pod, lists, name)
    volumes = [member.get("name") for _, member in _members(pod, ("extraVolumes",))]
    known = [*_CHART_VOLUMES, *(name for name in volumes if isinstance(name, str))]
    yield from _unknown_volumes(list(_members(pod, ("extraVolumeMounts",))), known)
    for path, container in _members(pod, ("initContainers", "extraContainers")):
        mounts = container.get("volumeMounts")
        if isinstance(mounts, list):
            found = [((*path, "volumeMounts", index), mount) for index, mount in enumerate(mounts)]
            yield from _unknown_volumes([(here, mount) for here, mount in found if isinstance(mount, dict)], known)


def _members(pod: Mapping[str, Any], lists: tuple[str, ...]) -> Iterator[tuple[Path, dict[str, Any]]]:
    for key in lists:
        value = pod.get(key)
        for index, member in enumerate(value if isinstance(value, list) else ()):
            if isinstance(member, dict):
                yield ("pod", key, index), member


def _repeated(pod: Mapping[str, Any], lists: tuple[str, ...], name: str) -> Iterator[Fault]:
    seen: dict[str, Path] = {}
    for path, member in _members(pod, lists):
        mark = member.get(name)
        if isinstance(mark, str) and seen.setdefault(mark, path) != path:
            earlier = f"{seen[mark][1]}[{seen[mark][2]}]"
            message = f"`{mark}` is the {name} of {earlier} too"
            yield Fault((*path, name), message, f"Give each a {name} of its own.", hides=False)


def _unknown_volumes(mounts: list[tuple[Path, dict[str, Any]]], known: list[str]) -> Iterator[Fault]:
    for path, mount in mounts:
        name = mount.get("name")
        if isinstance(name, str) and name not in known:
            meant = nearest(name, known)
            remedy = f"Did you mean `{meant}`?" if meant else "Add it to pod.extraVolumes."
            yield Fault((*path, "name"), f"the pod has no volume `{name}`", remedy, hides=False)
