"""The iterators over what a manifest holds itself: the object, its pods, their containers, volumes and variables."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.lint.facts.registry import iterator
from chartgen.lint.kinds import templates_in, walk
from chartgen.lint.release import Release, Subject, maps
from chartgen.model.manifest import Manifest

ALL_CONTAINERS = ("containers", "initContainers")


@iterator("object")
def objects(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """The object itself; with a template only if it has exactly one."""
    found = templates_in(release, manifest)
    yield Subject(release, manifest, "object", manifest.object, "", found[0] if len(found) == 1 else None)


@iterator("pod")
def pods(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """Each pod template; the element holds its `metadata` and `spec`, both always present."""
    for template in templates_in(release, manifest):
        element = {"metadata": template.metadata, "spec": template.spec}
        yield Subject(release, manifest, "pod", element, template.pointer, template)


@iterator("container")
def containers(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """Each container that runs as long as the pod does; init containers are in `anyContainer` only."""
    for template in templates_in(release, manifest):
        for pointer, container in template.containers:
            yield Subject(release, manifest, "container", container, pointer, template)


@iterator("anyContainer")
def any_containers(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """Each container, then each init container."""
    for template in templates_in(release, manifest):
        for pointer, container in (*template.containers, *template.init_containers):
            yield Subject(release, manifest, "anyContainer", container, pointer, template)


@iterator("volume")
def volumes(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """Each volume of each pod template."""
    for template in templates_in(release, manifest):
        for index, volume in maps(template.spec.get("volumes")):
            pointer = f"{template.spec_pointer}/volumes/{index}"
            yield Subject(release, manifest, "volume", volume, pointer, template)


@iterator("env")
def variables(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """Each environment variable of each container and init container."""
    for template in templates_in(release, manifest):
        for pointer, container in (*template.containers, *template.init_containers):
            for index, variable in maps(container.get("env")):
                yield Subject(release, manifest, "env", variable, f"{pointer}/env/{index}", template)


def matching(release: Release, manifest: Manifest, pattern: str) -> Iterator[Subject]:
    """Each value that a pointer pattern (`/spec/ports/*`) reaches from the root of the object."""
    found = templates_in(release, manifest)
    for pointer, value in walk(manifest.object, pattern):
        around = [each for each in found if pointer.startswith(f"{each.pointer}/")] or found
        yield Subject(release, manifest, pattern, value, pointer, around[0] if len(around) == 1 else None)
