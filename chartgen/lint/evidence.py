"""Which cloud provider a set of manifests is written for, by the names that only that provider uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from chartgen.lint.kinds import group_of, templates, walk
from chartgen.lint.release import as_map, as_text, maps
from chartgen.model.manifest import Manifest

MARKERS: dict[str, tuple[str, ...]] = {
    # Label, taint and annotation prefixes; provisioners and CSI drivers; storage classes that the provider creates.
    "aks": (
        "kubernetes.azure.com/",
        "service.beta.kubernetes.io/azure-",
        "disk.csi.azure.com",
        "file.csi.azure.com",
        "blob.csi.azure.com",
        "managed-csi",
        "azurefile",
        "azureblob-",
    ),
    "gke": (
        "cloud.google.com/",
        "gke-gcsfuse/",
        "iam.gke.io/",
        "networking.gke.io/",
        "pd.csi.storage.gke.io",
        "filestore.csi.storage.gke.io",
        "gcsfuse.csi.storage.gke.io",
        "premium-rwo",
        "standard-rwo",
    ),
    "eks": (
        "eks.amazonaws.com/",
        "karpenter.k8s.aws/",
        "alpha.eksctl.io/",
        "service.beta.kubernetes.io/aws-",
        "ebs.csi.aws.com",
        "efs.csi.aws.com",
        "fsx.csi.aws.com",
        "s3.csi.aws.com",
    ),
    "ack": (
        "alibabacloud.com/",
        "node.alibabacloud.com/",
        "k8s.aliyun.com/",
        "service.beta.kubernetes.io/alibaba-",
        "diskplugin.csi.alibabacloud.com",
        "nasplugin.csi.alibabacloud.com",
        "ossplugin.csi.alibabacloud.com",
        "alicloud-disk-",
        "alibabacloud-cnfs-nas",
    ),
}
"""Sources: the pages on node labels, annotations and storage classes of AKS, GKE, EKS and ACK; the CSI drivers' own."""

_NODE_TERMS = (
    "requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/*/matchExpressions/*/key",
    "preferredDuringSchedulingIgnoredDuringExecution/*/preference/matchExpressions/*/key",
)


def provider(manifests: Iterable[Manifest]) -> str:
    """`aks`, `gke`, `eks` or `ack` if the manifests name things of exactly one of them, else empty."""
    texts = {text for manifest in manifests for text in _names(manifest)}
    found = {name for text in texts for name in _providers(text)}
    return found.pop() if len(found) == 1 else ""


def _providers(text: str) -> Iterator[str]:
    for name, markers in MARKERS.items():
        if text.startswith(markers):
            yield name


def _names(manifest: Manifest) -> Iterator[str]:
    yield from _keys(manifest.object.get("metadata"))
    for template in templates(manifest):
        yield from _keys(template.metadata)
        yield from _pod(template.spec)
    for _, claim in walk(manifest.object, "/spec/volumeClaimTemplates/*/spec/storageClassName"):
        yield as_text(claim)
    if group_of(manifest) == "claim":
        yield as_text(as_map(manifest.object.get("spec")).get("storageClassName"))
    elif manifest.kind == "StorageClass":
        yield as_text(manifest.object.get("provisioner"))
    elif manifest.kind == "PersistentVolume":
        for pattern in ("/spec/csi/driver", "/spec/storageClassName"):
            yield from (as_text(value) for _, value in walk(manifest.object, pattern))


def _keys(metadata: Any) -> Iterator[str]:
    for field in ("labels", "annotations"):
        yield from as_map(as_map(metadata).get(field))


def _pod(spec: dict[str, Any]) -> Iterator[str]:
    yield from as_map(spec.get("nodeSelector"))
    for _, toleration in maps(spec.get("tolerations")):
        yield as_text(toleration.get("key"))
    for _, volume in maps(spec.get("volumes")):
        yield as_text(as_map(volume.get("csi")).get("driver"))
    for term in _NODE_TERMS:
        yield from (as_text(key) for _, key in walk(spec, f"/affinity/nodeAffinity/{term}"))
