"""What has to be in the cluster before a release is installed: what its objects name and do not bring along."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from chartgen.model.manifest import Manifest

# Where a Kubernetes object names another: the key above, the kind of what is named, and the key of its name.
_REFERENCES = {
    "authenticationRef": ("TriggerAuthentication", "name"),
    "configMap": ("ConfigMap", "name"),
    "configMapKeyRef": ("ConfigMap", "name"),
    "configMapRef": ("ConfigMap", "name"),
    "imagePullSecrets": ("Secret", "name"),
    "nodePublishSecretRef": ("Secret", "name"),
    "parentRefs": ("Gateway", "name"),
    "persistentVolumeClaim": ("PersistentVolumeClaim", "claimName"),
    "secret": ("Secret", "secretName"),
    "secretKeyRef": ("Secret", "name"),
    "secretRef": ("Secret", "name"),
    "tls": ("Secret", "secretName"),
}
_NAMES = {
    "priorityClassName": "PriorityClass",
    "secretProviderClass": "SecretProviderClass",
    "serviceAccountName": "ServiceAccount",
    "volumeName": "PersistentVolume",
}
# Where the reference says the kind as well, and which it is otherwise.
_WITH_KIND = {"dataSource": "PersistentVolumeClaim", "secretStoreRef": "SecretStore"}
_ALWAYS_THERE = {
    ("ServiceAccount", "default"),
    ("PriorityClass", "system-cluster-critical"),
    ("PriorityClass", "system-node-critical"),
}
# GKE brings the last two along.
_BUILT_IN = (".k8s.io", "apps", "batch", "autoscaling", "policy", "cloud.google.com", "networking.gke.io")
_CUSTOM = ("gateway.networking.k8s.io", "leaderworkerset.x-k8s.io", "snapshot.storage.k8s.io")


def needed(objects: Iterable[Manifest]) -> tuple[str, ...]:
    """`Secret hf-token`, `the kind ScaledObject (keda.sh)` and so on, sorted, each once; nothing that is optional."""
    items = list(objects)
    brought = {(item.kind, item.name) for item in items} | _ALWAYS_THERE
    brought |= {("Secret", _made(item)) for item in items if item.kind == "ExternalSecret"}
    named = {found for item in items for found in _named(item.object)} - brought
    synced = {found: name for item in items for found, name in _synced(item.object)}
    groups = {(item.kind, item.api_version.rpartition("/")[0]) for item in items}
    kinds = {f"the kind {kind} ({group})" for kind, group in groups if not _known(group)}
    return (*(_told(reference, synced) for reference in sorted(named)), *sorted(kinds))


def _told(reference: tuple[str, str], synced: Mapping[tuple[str, str], str]) -> str:
    words = " ".join(reference)
    return f"{words} (unless the class {synced[reference]} makes it)" if reference in synced else words


def _synced(node: Any) -> Iterator[tuple[tuple[str, str], str]]:
    """The Secrets that containers read beside a class, which may make them (Secrets Store CSI driver)."""
    classes = sorted(name for kind, name in _named(node) if kind == "SecretProviderClass")
    read = {name for kind, name in _named(node, ("secretKeyRef", "secretRef")) if kind == "Secret"}
    return ((("Secret", name), each) for each in classes for name in read)


def _made(item: Manifest) -> str:
    """The Secret that an ExternalSecret makes."""
    target = item.object.get("spec", {}).get("target", {})
    return str(target.get("name", item.name))


def _known(group: str) -> bool:
    """Whether every cluster has the API group."""
    return not group or (group.endswith(_BUILT_IN) and group not in _CUSTOM)


def _named(node: Any, references: Collection[str] = _REFERENCES.keys()) -> Iterator[tuple[str, str]]:
    """Kinds and names; of `_REFERENCES` those below the keys `references` alone."""
    if isinstance(node, list):
        for member in node:
            yield from _named(member, references)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key in _NAMES and isinstance(value, str) and value:
            yield _NAMES[key], value
        elif key in _WITH_KIND and _meant(value, "name"):
            yield str(value.get("kind", _WITH_KIND[key])), str(value["name"])
        elif key in references:
            kind, field = _REFERENCES[key]
            for reference in value if isinstance(value, list) else [value]:
                if _meant(reference, field):
                    yield kind, str(reference[field])
        yield from _named(value, references)


def _meant(reference: Any, field: str) -> bool:
    return isinstance(reference, Mapping) and bool(reference.get(field)) and not reference.get("optional")
