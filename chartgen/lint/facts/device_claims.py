"""The resource claims (dynamic resource allocation) that pods and their containers name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartgen.lint import kinds
from chartgen.lint.facts.lookup import of_kind
from chartgen.lint.facts.references import is_slip
from chartgen.lint.facts.registry import FactType, fact, iterator, related
from chartgen.lint.facts.selectors import same_namespace
from chartgen.lint.release import PodTemplate, Release, Subject, as_map, as_text, maps
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "deviceClaim"
_GROUP = "resource.k8s.io"
_SOURCES = {"resourceClaimTemplateName": "ResourceClaimTemplate", "resourceClaimName": "ResourceClaim"}


@iterator("deviceClaim")
def walk_device_claims(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """Each entry of a pod's resourceClaims (key `pod`), then each of its containers' resources.claims (`container`)."""
    for template in kinds.templates_in(release, manifest):
        for index, entry in maps(template.spec.get("resourceClaims")):
            pointer = f"{template.spec_pointer}/resourceClaims/{index}"
            yield Subject(release, manifest, "deviceClaim", entry, pointer, template, key="pod")
        for pointer, entry in _used(template):
            yield Subject(release, manifest, "deviceClaim", entry, pointer, template, key="container")


@fact("deviceClaim.of", FactType.STRING, on=_ON)
def claim_of(subject: Subject) -> str:
    """`container` for what a container uses of the pod's claims, `pod` for what the pod takes from the cluster."""
    return as_text(subject.key)


@fact("deviceClaim.target", FactType.STRING, on=_ON)
def target(subject: Subject) -> str:
    """What the entry names: `claim gpu` of the pod, `ResourceClaimTemplate gpu` of the cluster; empty if nothing."""
    kind, name = _named(subject)
    return f"{kind or 'claim'} {name}" if name else ""


@fact("deviceClaim.exists", FactType.BOOL, on=_ON)
def exists(subject: Subject) -> bool | None:
    """Whether it is there. In an open world what the input lacks is unknown, unless a name differs by a slip."""
    kind, name = _named(subject)
    if not kind:
        return name in _entries(subject)
    found = _objects(subject, kind)
    if any(each.name == name for each in found) or subject.release.exists_outside(_GROUP, kind, name):
        return True
    return False if subject.release.closed or _near(subject) else None


@fact("deviceClaim.near", FactType.STRING, on=_ON)
def near(subject: Subject) -> str:
    """The name that was meant, if one differs by a slip; empty if none does."""
    found = _near(subject)
    return found[0].name if found else ""


@related("meantDeviceClaim")
def near_places(subject: Subject) -> Iterator[Place]:
    """The object that was meant."""
    for each in _near(subject)[:1]:
        yield Place(each, "/metadata/name", f"{each.kind} {each.name} is here")


def _used(template: PodTemplate) -> Iterator[tuple[str, dict[str, Any]]]:
    for pointer, container in (*template.containers, *template.init_containers):
        for index, entry in maps(as_map(container.get("resources")).get("claims")):
            yield f"{pointer}/resources/claims/{index}", entry


def _named(subject: Subject) -> tuple[str, str]:
    """(kind, name) that an entry names; without a kind for an entry of the pod."""
    entry = as_map(subject.element)
    if subject.key == "container":
        return "", as_text(entry.get("name"))
    return next(((kind, as_text(entry[field])) for field, kind in _SOURCES.items() if field in entry), ("", ""))


def _entries(subject: Subject) -> set[str]:
    entries = maps(subject.template.spec.get("resourceClaims")) if subject.template else ()
    return {as_text(entry.get("name")) for _, entry in entries} | ({""} if subject.key == "pod" else set())


def _objects(subject: Subject, kind: str) -> list[Manifest]:
    return [
        each
        for each in of_kind(subject.release, _GROUP, kind)
        if same_namespace(subject.release, subject.manifest, each) is not False
    ]


def _near(subject: Subject) -> list[Manifest]:
    kind, name = _named(subject)
    if not kind or any(each.name == name for each in _objects(subject, kind)):
        return []
    return sorted(
        (each for each in _objects(subject, kind) if is_slip(name, each.name)), key=lambda manifest: manifest.name
    )
