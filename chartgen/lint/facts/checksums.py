"""Configuration that pods read when they start, and whether they are started anew when it changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from chartgen.lint.facts.basic import ALL_CONTAINERS
from chartgen.lint.facts.exposures import annotations_of
from chartgen.lint.facts.lookup import named
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import is_hook
from chartgen.lint.release import PodTemplate, Subject, as_list, as_map, as_text, maps
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "pod"
_HASHED = re.compile(r"-(?:[2456789bcdfghkmt]{10}|[0-9a-f]{8,64})$")
"""The end of a name that changes with the content: kustomize's generators, and hashes in hexadecimal."""

_SCRIPTS = (".sh", ".py")
_RELOADERS = ("reloader.stakater.com/", "configmap.reloader.stakater.com/", "wave.pusher.com/")
_CHECKSUMS = ("checksum", "sha256", "hash", "config-version", "revision")


@fact("podConfigs.unwatched", FactType.STRINGS, on=_ON)
def unwatched_configs(subject: Subject) -> list[str]:
    """The ConfigMaps of the input that the pods read and that change without a new pod, sorted.

    Empty if an annotation of the pod template carries a checksum, or a reloader restarts the pods. Those that are
    immutable, or whose name changes with the content, are left out, and so are scripts that no command names.
    """
    template = subject.template
    if template is None or is_hook(subject.manifest) or _watched(subject):
        return []
    return sorted({each.name for each in _configs(subject) if not _fixed(each) and not _idle(each, template)})


@fact("release.closed", FactType.BOOL, on=_ON)
def release_closed(subject: Subject) -> bool:
    """Whether nothing exists outside the input: a chart, or `--closed`."""
    return subject.release.closed


@related("configs")
def config_places(subject: Subject) -> Iterator[Place]:
    """Those ConfigMaps."""
    names = set(unwatched_configs(subject))
    for each in _configs(subject):
        if each.name in names:
            yield Place(each, "/data", f"ConfigMap {each.name}")


def _watched(subject: Subject) -> bool:
    keys = [*as_map(subject.template.metadata.get("annotations") if subject.template else None)]
    words = any(word in key.lower() for key in keys for word in _CHECKSUMS)
    return words or any(key.startswith(_RELOADERS) for key in (*keys, *annotations_of(subject.manifest)))


def _fixed(manifest: Manifest) -> bool:
    return manifest.object.get("immutable") is True or _HASHED.search(manifest.name) is not None


def _idle(config: Manifest, template: PodTemplate) -> bool:
    """Whether a ConfigMap is mounted, holds nothing but scripts, and neither command nor arguments lead to one."""
    keys = [*as_map(config.object.get("data")), *as_map(config.object.get("binaryData"))]
    if not keys or not all(key.endswith(_SCRIPTS) for key in keys) or config.name in _variables(template.spec):
        return False
    volumes = [volume for _, volume in maps(template.spec.get("volumes")) if config.name in _sources(volume)]
    mounted = {as_text(volume.get("name")) for volume in volumes}
    containers = [container for _, container in (*template.containers, *template.init_containers)]
    mounts = [
        mount for each in containers for _, mount in maps(each.get("volumeMounts")) if mount.get("name") in mounted
    ]
    places = [as_text(mount.get("mountPath")).rstrip("/") for mount in mounts]
    words = [as_text(word) for each in containers for name in ("command", "args") for word in as_list(each.get(name))]
    # What an image runs by itself lies where its entry point looks for it.
    return not any(
        "entrypoint" in place or any(name and name in word for word in words for name in (place, *keys))
        for place in places
    )


def _configs(subject: Subject) -> list[Manifest]:
    names = set(_named(subject.template.spec)) - {""} if subject.template else set()
    found = (named(subject.release, subject.manifest, "", "ConfigMap", name) for name in sorted(names))
    return [each for each in found if each is not None and not is_hook(each)]


def _named(spec: dict[str, Any]) -> Iterator[str]:
    for _, volume in maps(spec.get("volumes")):
        yield from _sources(volume)
    yield from _variables(spec)


def _sources(volume: dict[str, Any]) -> Iterator[str]:
    yield as_text(as_map(volume.get("configMap")).get("name"))
    for _, source in maps(as_map(volume.get("projected")).get("sources")):
        yield as_text(as_map(source.get("configMap")).get("name"))


def _variables(spec: dict[str, Any]) -> Iterator[str]:
    for field in ALL_CONTAINERS:
        for _, container in maps(spec.get(field)):
            for _, source in maps(container.get("envFrom")):
                yield as_text(as_map(source.get("configMapRef")).get("name"))
            for _, entry in maps(container.get("env")):
                reference = as_map(as_map(entry.get("valueFrom")).get("configMapKeyRef"))
                yield as_text(reference.get("name"))
