"""Storage drivers: whether a volume of theirs is attached to one node at a time.

Kubernetes enforces ReadWriteOnce between nodes only in its attach-detach controller, that is for drivers whose
CSIDriver object says attachRequired. The figures are those of the drivers' own CSIDriver manifests; class names are
those that a provider creates by itself.
"""

from __future__ import annotations

from chartgen.lint import kinds
from chartgen.lint.facts.selectors import namespace_of
from chartgen.lint.release import Release, as_map, as_text
from chartgen.model.manifest import Manifest

ATTACHES = {
    "disk.csi.azure.com": True,
    "kubernetes.io/azure-disk": True,
    "ebs.csi.aws.com": True,
    "ebs.csi.eks.amazonaws.com": True,
    "kubernetes.io/aws-ebs": True,
    "pd.csi.storage.gke.io": True,
    "kubernetes.io/gce-pd": True,
    "diskplugin.csi.alibabacloud.com": True,
    "ossplugin.csi.alibabacloud.com": True,
    "file.csi.azure.com": False,
    "kubernetes.io/azure-file": False,
    "blob.csi.azure.com": False,
    "efs.csi.aws.com": False,
    "fsx.csi.aws.com": False,
    "s3.csi.aws.com": False,
    "filestore.csi.storage.gke.io": False,
    "gcsfuse.csi.storage.gke.io": False,
    "nasplugin.csi.alibabacloud.com": False,
    "nfs.csi.k8s.io": False,
    "rancher.io/local-path": False,
    "kubernetes.io/no-provisioner": False,
}

_CLASSES = {
    "managed-csi": "disk.csi.azure.com",
    "managed-csi-premium": "disk.csi.azure.com",
    "managed-csi-premium-v2": "disk.csi.azure.com",
    "managed-premium": "disk.csi.azure.com",
    "azurefile": "file.csi.azure.com",
    "azurefile-premium": "file.csi.azure.com",
    "azurefile-csi": "file.csi.azure.com",
    "azurefile-csi-premium": "file.csi.azure.com",
    "azureblob-fuse-premium": "blob.csi.azure.com",
    "azureblob-nfs-premium": "blob.csi.azure.com",
    "standard-rwo": "pd.csi.storage.gke.io",
    "premium-rwo": "pd.csi.storage.gke.io",
    "standard-rwx": "filestore.csi.storage.gke.io",
    "premium-rwx": "filestore.csi.storage.gke.io",
    "enterprise-rwx": "filestore.csi.storage.gke.io",
    "gp2": "ebs.csi.aws.com",
    "alicloud-disk-topology-alltype": "diskplugin.csi.alibabacloud.com",
    "alicloud-disk-essd": "diskplugin.csi.alibabacloud.com",
    "alicloud-disk-ssd": "diskplugin.csi.alibabacloud.com",
    "alicloud-disk-efficiency": "diskplugin.csi.alibabacloud.com",
    "alicloud-disk-cloud-sperf": "diskplugin.csi.alibabacloud.com",
    "alicloud-disk-cloud-pperf": "diskplugin.csi.alibabacloud.com",
}

_CLASSES_OF_PROVIDER = {
    ("aks", "default"): "disk.csi.azure.com",
    ("aks", "managed"): "disk.csi.azure.com",
    ("gke", "standard"): "pd.csi.storage.gke.io",
    ("eks", "gp3"): "ebs.csi.aws.com",
}
"""Names that any cluster may use, and what they mean on the one that creates them."""

_DEFAULT_DRIVERS = {"aks": "disk.csi.azure.com", "gke": "pd.csi.storage.gke.io"}
"""Where a claim without a class goes. EKS has had no default class since 1.30; ACK has none."""

_SOURCES = {
    "awsElasticBlockStore": True,
    "azureDisk": True,
    "gcePersistentDisk": True,
    "azureFile": False,
    "hostPath": False,
    "local": False,
    "nfs": False,
}

_IS_DEFAULT = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")


def attaches(release: Release, claim: dict[str, object], volume: Manifest | None) -> bool | None:
    """Whether the volume of a claim (its spec) is attached to one node; None if neither class nor volume tells.

    `volume` is the PersistentVolume that the claim names, if the input has it.
    """
    if volume is not None:
        return _of_volume(volume)
    return ATTACHES.get(driver(release, claim))


def volume(release: Release, name: str) -> Manifest | None:
    """The PersistentVolume of that name."""
    return _cluster_wide(release).get(("PersistentVolume", name))


def claim(release: Release, near: Manifest, name: str) -> Manifest | None:
    """The PersistentVolumeClaim of that name in the namespace of `near`; None if there is none for certain."""

    def build() -> dict[tuple[str, str], Manifest]:
        found = (each for each in release.manifests if kinds.group_of(each) == "claim")
        return {(namespace_of(release, each), each.name): each for each in found}

    claims = release.once(("drivers", "claims"), build)
    return claims.get((namespace_of(release, near), name))


def storage_class(release: Release, name: str) -> Manifest | None:
    """The StorageClass of that name."""
    return _cluster_wide(release).get(("StorageClass", name))


def driver(release: Release, claim: dict[str, object]) -> str:
    """The driver that makes the volume of a claim (its spec), by its class; empty if that is not known."""
    name = claim.get("storageClassName")
    if name is None:
        return _default_driver(release)
    if not isinstance(name, str) or not name:
        return ""
    known = storage_class(release, name)
    if known is not None:
        return as_text(known.object.get("provisioner"))
    return _CLASSES.get(name) or _CLASSES_OF_PROVIDER.get((release.provider, name), "")


def is_default(manifest: Manifest) -> bool:
    """Whether a StorageClass is the one that claims without a class go to."""
    annotations = as_map(as_map(manifest.object.get("metadata")).get("annotations"))
    return any(annotations.get(key) == "true" for key in _IS_DEFAULT)


def _default_driver(release: Release) -> str:
    def find() -> str:
        for (kind, _), manifest in _cluster_wide(release).items():
            if kind == "StorageClass" and is_default(manifest):
                return as_text(manifest.object.get("provisioner"))
        return _DEFAULT_DRIVERS.get(release.provider, "")

    return release.once(("drivers", "default"), find)


def _of_volume(volume: Manifest) -> bool | None:
    spec = as_map(volume.object.get("spec"))
    driver = as_text(as_map(spec.get("csi")).get("driver"))
    if driver:
        return ATTACHES.get(driver)
    return next((attached for source, attached in _SOURCES.items() if source in spec), None)


def _cluster_wide(release: Release) -> dict[tuple[str, str], Manifest]:
    def build() -> dict[tuple[str, str], Manifest]:
        wanted = {("", "PersistentVolume"), ("storage.k8s.io", "StorageClass")}
        found = ((kinds.kind_of(each), each) for each in release.manifests)
        return {(kind.name, each.name): each for kind, each in found if (kind.group, kind.name) in wanted}

    return release.once(("drivers", "cluster-wide"), build)
