"""PersistentVolumeClaims and PersistentVolumes as objects: what makes them, and who mounts them in which way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartgen.lint import kinds
from chartgen.lint.facts import drivers
from chartgen.lint.facts.claims import Claim, mounted
from chartgen.lint.facts.disks import serves
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import describe, namespace_of
from chartgen.lint.release import Release, Subject, as_list, as_map, as_text, at_pointer, maps
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "object"


@fact("disk.modes", FactType.STRINGS, on=_ON)
def modes(subject: Subject) -> list[str]:
    """The access modes that a claim or a volume names, sorted."""
    found = as_list(_spec(subject.manifest).get("accessModes"))
    return sorted({mode for mode in found if isinstance(mode, str)})


@fact("disk.driver", FactType.STRING, on=_ON)
def driver(subject: Subject) -> str | None:
    """The driver that makes the volume of a claim, or serves a volume; unknown if its class is.

    Empty for a claim that takes a volume which somebody made: by name, by selector, or without a class.
    """
    spec = _spec(subject.manifest)
    if subject.manifest.kind == "PersistentVolume":
        return as_text(as_map(spec.get("csi")).get("driver"))
    if spec.get("volumeName") or spec.get("storageClassName") == "" or "selector" in spec:
        return ""
    return drivers.driver(subject.release, spec) or None


@fact("disk.type", FactType.STRING, on=_ON)
def disk_type(subject: Subject) -> str:
    """The `type` of disk that the class of a claim asks for (`hyperdisk-ml`); empty if the input lacks the class."""
    made_by = drivers.storage_class(subject.release, as_text(_spec(subject.manifest).get("storageClassName")))
    return as_text(as_map(made_by.object.get("parameters")).get("type")) if made_by else ""


@fact("disk.attach", FactType.BOOL, on=_ON)
def attach(subject: Subject) -> bool | None:
    """Whether the driver attaches the volume to nodes; false for a claim that takes an existing volume."""
    found = driver(subject)
    return None if found is None else found != "" and drivers.ATTACHES.get(found)


@fact("disk.servers", FactType.STRINGS, on=_ON)
def servers(subject: Subject) -> list[str]:
    """The workloads that mount the claim and ask for a GPU or run a model server, sorted."""
    release = subject.release
    users = [claim for claim in _users(release, subject.manifest) if serves(release, claim.template)]
    return sorted({describe(claim.template.manifest) for claim in users})


@fact("disk.writers", FactType.STRINGS, on=_ON)
def writers(subject: Subject) -> list[str]:
    """The workloads of whose pods one volume for the claim lacks `readOnly`, sorted."""
    return sorted({describe(claim.template.manifest) for claim in _writers(subject)})


@fact("disk.onlyRead", FactType.BOOL, on=_ON)
def only_read(subject: Subject) -> bool:
    """Whether the claim is mounted, and each mount of it is read-only."""
    users = _users(subject.release, subject.manifest)
    return bool(users) and all(_reads(claim) for claim in users)


@related("servers")
def server_places(subject: Subject) -> Iterator[Place]:
    """The pod volumes by which they mount it."""
    for claim in _users(subject.release, subject.manifest):
        if serves(subject.release, claim.template):
            yield Place(claim.template.manifest, claim.pointer, f"{describe(claim.template.manifest)} mounts it")


@related("writers")
def writer_places(subject: Subject) -> Iterator[Place]:
    """The pod volumes that lack `readOnly`."""
    for claim in _writers(subject):
        yield Place(claim.template.manifest, claim.pointer, f"{describe(claim.template.manifest)} may write")


def _spec(manifest: Manifest) -> dict[str, Any]:
    return as_map(manifest.object.get("spec"))


def _writers(subject: Subject) -> list[Claim]:
    users = _users(subject.release, subject.manifest)
    return [claim for claim in users if as_map(_volume(claim).get("persistentVolumeClaim")).get("readOnly") is not True]


def _volume(claim: Claim) -> dict[str, Any]:
    return as_map(at_pointer(claim.template.manifest.object, claim.pointer))


def _reads(claim: Claim) -> bool:
    volume = _volume(claim)
    if as_map(volume.get("persistentVolumeClaim")).get("readOnly") is True:
        return True
    mounts = [
        mount
        for field in ("containers", "initContainers")
        for _, container in maps(claim.template.spec.get(field))
        for _, mount in maps(container.get("volumeMounts"))
        if mount.get("name") == volume.get("name")
    ]
    return bool(mounts) and all(mount.get("readOnly") is True for mount in mounts)


def _users(release: Release, manifest: Manifest) -> list[Claim]:
    """Every mount of a claim object; none of a volume."""
    if kinds.group_of(manifest) != "claim":
        return []
    index = release.once(("claim_objects", "users"), lambda: _index(release))
    return index.get((namespace_of(release, manifest), manifest.name), [])


def _index(release: Release) -> dict[tuple[str, str], list[Claim]]:
    index: dict[tuple[str, str], list[Claim]] = {}
    for workload in kinds.workloads(release):
        for claim in mounted(release, workload.manifest):
            if claim.own is None:
                index.setdefault((namespace_of(release, workload.manifest), claim.name), []).append(claim)
    return index
