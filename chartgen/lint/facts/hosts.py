"""Where a pod reaches into the node that it runs on."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.lint.facts.registry import related
from chartgen.lint.release import Subject, as_map, maps
from chartgen.model.finding import Place

_SHARED = ("hostIPC", "hostPID", "hostNetwork")


@related("hostAccess")
def host_places(subject: Subject) -> Iterator[Place]:
    """What the pod shares with its node, its privileged containers, and its volumes that are folders of the node."""
    template = subject.template
    if template is None:
        return
    for name in _SHARED:
        if template.spec.get(name) is True:
            yield Place(subject.manifest, f"{template.spec_pointer}/{name}", name)
    for pointer, container in template.containers:
        if as_map(container.get("securityContext")).get("privileged") is True:
            yield Place(subject.manifest, f"{pointer}/securityContext/privileged", "privileged")
    for index, volume in maps(template.spec.get("volumes")):
        if "hostPath" in volume:
            yield Place(subject.manifest, f"{template.spec_pointer}/volumes/{index}/hostPath", "hostPath")
