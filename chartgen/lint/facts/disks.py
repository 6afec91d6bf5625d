"""Disks: what a StorageClass makes, where it can be reached from, and which workloads use it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartgen.lint import kinds
from chartgen.lint.facts import drivers, gpu
from chartgen.lint.facts.affinity import ZONES
from chartgen.lint.facts.claims import Claim, mounted
from chartgen.lint.facts.engine import engines_of
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import describe
from chartgen.lint.release import PodTemplate, Release, Subject, as_list, as_map, as_text
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "object"

ONE_ZONE = frozenset(
    {
        "disk.csi.azure.com",
        "kubernetes.io/azure-disk",
        "ebs.csi.aws.com",
        "ebs.csi.eks.amazonaws.com",
        "kubernetes.io/aws-ebs",
        "pd.csi.storage.gke.io",
        "kubernetes.io/gce-pd",
        "diskplugin.csi.alibabacloud.com",
    }
)
"""Drivers whose disks lie in one zone, unless the class says otherwise (`spans_zones`): their documentation."""

_ZONAL_CLASSES = frozenset({"standard-rwo", "premium-rwo", "gp2", "gp3"})
_ZONE_KEYS = frozenset(
    {*ZONES, "topology.gke.io/zone", "topology.ebs.csi.aws.com/zone", "topology.disk.csi.azure.com/zone"}
)


def spans_zones(parameters: dict[str, Any]) -> bool:
    """Whether parameters of a StorageClass make disks that nodes of several zones reach.

    Azure: a redundancy that ends in ZRS; GKE: regional disks, and Hyperdisk ML with a disk in each zone.
    """
    values = {key.lower(): as_text(value) for key, value in parameters.items()}
    redundancy = values.get("skuname") or values.get("storageaccounttype", "")
    return (
        redundancy.upper().endswith("_ZRS")
        or values.get("replication-type") == "regional-pd"
        or values.get("enable-multi-zone-provisioning") == "true"
    )


@fact("storageClass.oneZone", FactType.BOOL, on=_ON)
def class_one_zone(subject: Subject) -> bool:
    """Whether the disks of a StorageClass lie in a zone of which the class does not say which."""
    found = subject.manifest.object
    if as_text(found.get("provisioner")) not in ONE_ZONE or as_list(found.get("allowedTopologies")):
        return False
    return not spans_zones(as_map(found.get("parameters")))


@fact("storageClass.gpuUsers", FactType.STRINGS, on=_ON)
def class_gpu_users(subject: Subject) -> list[str]:
    """The workloads that ask for a GPU, or run a model server, and mount a disk that the class makes; sorted."""
    return sorted({describe(claim.template.manifest) for claim in _users(subject)})


@related("classUsers")
def class_user_places(subject: Subject) -> Iterator[Place]:
    """The volumes, or claim templates, by which they mount it."""
    for claim in _users(subject):
        yield Place(claim.template.manifest, claim.pointer, f"{describe(claim.template.manifest)} mounts such a disk")


@fact("claim.oneZone", FactType.BOOL, on="claim")
def claim_one_zone(subject: Subject) -> bool | None:
    """Whether the volume lies in one zone, where its pods then have to run for as long as it exists.

    False for a volume that is made anew with each pod. Unknown if the claim, its class or its volume is.
    """
    claim = subject.key
    if not isinstance(claim, Claim):
        return None
    if claim.own is not None and "volumeClaimTemplates" not in claim.pointer:
        return False
    spec = _spec(subject.release, claim)
    if spec is None:
        return None
    if spec.get("volumeName") or spec.get("storageClassName") == "" or "selector" in spec:
        volume = drivers.volume(subject.release, as_text(spec.get("volumeName")))
        return None if volume is None else _volume_in_one_zone(volume)
    return _made_in_one_zone(subject.release, spec)


def serves(release: Release, template: PodTemplate) -> bool:
    """Whether a container of the template asks for a GPU or runs a model server for certain."""
    found = Subject(release, template.manifest, "pod", None, template.pointer, template)
    return bool(gpu.pod_resources(found)) or any(verdict for verdict, _ in engines_of(release, template))


def _made_in_one_zone(release: Release, spec: dict[str, Any]) -> bool | None:
    name = as_text(spec.get("storageClassName"))
    made_by = drivers.storage_class(release, name)
    if made_by is not None:
        driver = as_text(made_by.object.get("provisioner"))
        if driver in ONE_ZONE:
            return not spans_zones(as_map(made_by.object.get("parameters")))
        return False if drivers.ATTACHES.get(driver) is False else None
    if name in _ZONAL_CLASSES or name.startswith("alicloud-disk-"):
        return True
    # Azure: since 1.29 the classes that AKS makes span the zones of a cluster that has several.
    built_in = drivers.driver(release, spec)
    return False if built_in == "disk.csi.azure.com" or drivers.ATTACHES.get(built_in) is False else None


def _volume_in_one_zone(volume: Manifest) -> bool | None:
    zones: set[str] = set()
    terms = list(kinds.walk(volume.object, "/spec/nodeAffinity/required/nodeSelectorTerms/*/matchExpressions/*"))
    for _, term in terms:
        if as_map(term).get("key") in _ZONE_KEYS:
            zones |= {each for each in as_list(as_map(term).get("values")) if isinstance(each, str)}
    if zones:
        return len(zones) == 1
    source = as_map(as_map(volume.object.get("spec")).get("csi"))
    driver = as_text(source.get("driver"))
    if driver == "pd.csi.storage.gke.io":
        return "/regions/" not in as_text(source.get("volumeHandle"))
    return True if driver == "ebs.csi.aws.com" else False if drivers.ATTACHES.get(driver) is False else None


def _spec(release: Release, claim: Claim) -> dict[str, Any] | None:
    if claim.own is not None:
        return claim.own
    manifest = drivers.claim(release, claim.template.manifest, claim.name)
    return as_map(manifest.object.get("spec")) if manifest else None


def _users(subject: Subject) -> list[Claim]:
    release, manifest = subject.release, subject.manifest
    made = release.once(("disks", "claims"), lambda: _made(release))
    found = made.get(manifest.name, [])
    return [*found, *made.get(None, [])] if drivers.is_default(manifest) else found


def _made(release: Release) -> dict[str | None, list[Claim]]:
    """The mounts of GPU workloads by the name of the class that makes their disk; None for the default class."""
    found: dict[str | None, list[Claim]] = {}
    for workload in kinds.workloads(release):
        for claim in mounted(release, workload.manifest):
            spec = _spec(release, claim)
            if spec is None or spec.get("volumeName") or not serves(release, claim.template):
                continue
            name = spec.get("storageClassName")
            found.setdefault(None if name is None else as_text(name), []).append(claim)
    return found
