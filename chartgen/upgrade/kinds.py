"""What a kind of object is, as far as an upgrade is concerned."""

from __future__ import annotations

from chartgen.model.manifest import Manifest

CLUSTER_SCOPED = frozenset(
    {
        ("", "Namespace"),
        ("", "PersistentVolume"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("networking.k8s.io", "IngressClass"),
        ("node.k8s.io", "RuntimeClass"),
        ("rbac.authorization.k8s.io", "ClusterRole"),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
        ("scheduling.k8s.io", "PriorityClass"),
        ("storage.k8s.io", "CSIDriver"),
        ("storage.k8s.io", "StorageClass"),
        ("storage.k8s.io", "VolumeAttributesClass"),
    }
)
"""Kinds whose objects are in no namespace, whatever their metadata says: the API reference of Kubernetes 1.37."""

TEMPLATES = {
    ("apps", "Deployment"): "/spec/template/spec",
    ("apps", "ReplicaSet"): "/spec/template/spec",
    ("apps", "StatefulSet"): "/spec/template/spec",
    ("apps", "DaemonSet"): "/spec/template/spec",
    ("batch", "Job"): "/spec/template/spec",
    ("batch", "CronJob"): "/spec/jobTemplate/spec/template/spec",
    ("", "Pod"): "/spec",
    ("", "ReplicationController"): "/spec/template/spec",
}
"""Where Kubernetes' own workloads keep their pod spec, and fill in its defaults."""


def group_of(manifest: Manifest) -> str:
    """`apps` of `apps/v1`, empty (the core group) of `v1`."""
    group, slash, _ = manifest.api_version.rpartition("/")
    return group if slash else ""


def key_of(manifest: Manifest) -> tuple[str, str]:
    return group_of(manifest), manifest.kind


def annotation(manifest: Manifest, name: str) -> str:
    """An annotation of the object, empty if it has none of that name."""
    metadata = manifest.object.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    value = annotations.get(name) if isinstance(annotations, dict) else None
    return value if isinstance(value, str) else ""


def hook_events(manifest: Manifest) -> tuple[str, ...]:
    """When Helm runs the object as a hook (`pre-upgrade`, `test` ...); none if it is no hook."""
    return tuple(event.strip() for event in annotation(manifest, "helm.sh/hook").split(",") if event.strip())


def label(manifest: Manifest) -> str:
    """`StatefulSet vllm`."""
    return f"{manifest.kind} {manifest.name}"
