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
from chartgen.lint.release import Subject, as_map, as_text, maps
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "pod"
_HASHED = re.compile(r"-(?:[2456789bcdfghkmt]{10}|[0-9a-f]{8,64})$")
"""The end of a name that changes with the content: kustomize's generators, and hashes in hexadecimal."""

_RELOADERS = ("reloader.stakater.com/", "configmap.reloader.stakater.com/", "wave.pusher.com/")
_CHECKSUMS = ("checksum", "sha256", "hash", "config-version", "revision")


@fact("podConfigs.unwatched", FactType.STRINGS, on=_ON)
def unwatched_configs(subject: Subject) -> list[str]:
    """The ConfigMaps of the input that the pods read and that change without a new pod, sorted.

    Empty if an annotation of the pod template carries a checksum, or a reloader restarts the pods. Those that are
    immutable, or whose name changes with the content, are left out.
    """
    template = subject.template
    if template is None or is_hook(subject.manifest) or _watched(subject):
        return []
    return sorted({each.name for each in _configs(subject) if not _fixed(each)})


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


def _configs(subject: Subject) -> list[Manifest]:
    names = set(_named(subject.template.spec)) - {""} if subject.template else set()
    found = (named(subject.release, subject.manifest, "", "ConfigMap", name) for name in sorted(names))
    return [each for each in found if each is not None and not is_hook(each)]


def _named(spec: dict[str, Any]) -> Iterator[str]:
    for _, volume in maps(spec.get("volumes")):
        yield as_text(as_map(volume.get("configMap")).get("name"))
        for _, source in maps(as_map(volume.get("projected")).get("sources")):
            yield as_text(as_map(source.get("configMap")).get("name"))
    for field in ALL_CONTAINERS:
        for _, container in maps(spec.get(field)):
            for _, source in maps(container.get("envFrom")):
                yield as_text(as_map(source.get("configMapRef")).get("name"))
            for _, entry in maps(container.get("env")):
                reference = as_map(as_map(entry.get("valueFrom")).get("configMapKeyRef"))
                yield as_text(reference.get("name"))
