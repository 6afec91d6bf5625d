"""Facts about the taints that a pod tolerates, by itself or by its namespace.

A toleration is written as kubectl prints taints: `key=value:Effect`, without `=value` if any value will do and without
`:Effect` if it holds for all of them; `*` stands for every key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import namespace_of
from chartgen.lint.kinds import group_of
from chartgen.lint.release import Release, Subject, as_list, as_map, as_text
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

ANNOTATION = "scheduler.alpha.kubernetes.io/defaultTolerations"
_POINTER = "/metadata/annotations/scheduler.alpha.kubernetes.io~1defaultTolerations"


@fact("tolerations.pod", FactType.STRINGS, on="pod")
def of_pod(subject: Subject) -> list[str] | None:
    """What the pod itself tolerates; unknown if a toleration compares numbers (Gt, Lt) or is no valid one."""
    spec = subject.template.spec if subject.template else {}
    return _texts(as_list(spec.get("tolerations")))


@fact("tolerations.defaults", FactType.STRINGS, on="pod object")
def of_namespace(subject: Subject) -> list[str] | None:
    """What a Namespace gives to its pods by the annotation, where PodTolerationRestriction runs.

    Of a Namespace itself, or of the one that the object goes to, if it is in the input. Unknown if it is no JSON list,
    and as tolerations.pod is.
    """
    release = subject.release
    found = _namespaces(subject)
    if not found:
        return []

    def gather() -> list[str] | None:
        given = [defaults(namespace) for namespace in found]
        return None if None in given else sorted({each for some in given if some is not None for each in some})

    # The objects of a namespace share the answer.
    return release.once(("tolerations", "defaults", *map(id, found)), gather)


@related("namespace")
def namespace_places(subject: Subject) -> Iterator[Place]:
    """The annotation with default tolerations of the object's Namespace."""
    for namespace in _namespaces(subject):
        if defaults(namespace):
            yield Place(namespace, _POINTER, "tolerations that the namespace gives its pods")


def defaults(namespace: Manifest) -> list[str] | None:
    """The tolerations of a Namespace's annotation; None if they cannot be told."""
    annotations = as_map(as_map(namespace.object.get("metadata")).get("annotations"))
    text = as_text(annotations.get(ANNOTATION)).strip()
    if not text:
        return []
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if value is None:
        return []
    if not isinstance(value, list):
        return None
    return _texts(value)


def _namespaces(subject: Subject) -> list[Manifest]:
    if group_of(subject.manifest) == "namespace":
        return [subject.manifest]
    name = namespace_of(subject.release, subject.manifest)
    return _by_name(subject.release).get(name, []) if name else []


def _by_name(release: Release) -> dict[str, list[Manifest]]:
    def build() -> dict[str, list[Manifest]]:
        found: dict[str, list[Manifest]] = {}
        for manifest in release.manifests:
            if group_of(manifest) == "namespace":
                found.setdefault(manifest.name, []).append(manifest)
        return found

    return release.once(("tolerations", "namespaces"), build)


def _texts(tolerations: list[Any]) -> list[str] | None:
    found = set(map(_text, tolerations))
    return None if "" in found else sorted(found)


def _text(toleration: Any) -> str:
    """Empty for what one text cannot say. Keys in any case, since the admission plugin reads the annotation with Go's
    JSON decoder."""
    fields = {key.lower(): as_text(value) for key, value in as_map(toleration).items()}
    operator = fields.get("operator") or "Equal"
    if operator not in ("Equal", "Exists"):
        return ""
    key = fields.get("key") or ("*" if operator == "Exists" else "")
    value = f"={fields.get('value', '')}" if operator == "Equal" else ""
    effect = fields.get("effect")
    return f"{key}{value}{f':{effect}' if effect else ''}" if key else ""
