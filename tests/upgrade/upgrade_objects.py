"""The least object of each kind, and two versions of one as text."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chartgen.cli.main import run

_API = {
    "apps/v1": ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"],
    "batch/v1": ["Job", "CronJob"],
    "v1": ["ConfigMap", "PersistentVolume", "PersistentVolumeClaim", "Pod", "ResourceQuota", "Secret", "Service"],
    "storage.k8s.io/v1": ["StorageClass", "VolumeAttributesClass"],
    "rbac.authorization.k8s.io/v1": ["RoleBinding"],
    "scheduling.k8s.io/v1": ["PriorityClass"],
    "networking.k8s.io/v1": ["Ingress", "IngressClass", "NetworkPolicy"],
    "node.k8s.io/v1": ["RuntimeClass"],
    "resource.k8s.io/v1": ["ResourceClaimTemplate"],
    "apiextensions.k8s.io/v1": ["CustomResourceDefinition"],
    "leaderworkerset.x-k8s.io/v1": ["LeaderWorkerSet"],
    "policy/v1": ["PodDisruptionBudget"],
    "autoscaling/v2": ["HorizontalPodAutoscaler"],
    "keda.sh/v1alpha1": ["ScaledObject"],
    "external-secrets.io/v1": ["ExternalSecret"],
    "serving.kserve.io/v1beta1": ["InferenceService"],
}
API_VERSION = {kind: version for version, kinds in _API.items() for kind in kinds}

GPU_POD = {
    "containers": [
        {"name": "vllm", "image": "vllm/vllm-openai:v0.33.0", "resources": {"limits": {"nvidia.com/gpu": 1}}}
    ]
}
_TEMPLATE = {"metadata": {"labels": {"app": "vllm"}}, "spec": GPU_POD}
_SELECTED = {"selector": {"matchLabels": {"app": "vllm"}}, "template": _TEMPLATE}
_SPECS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("Deployment", "ReplicaSet", "DaemonSet"), _SELECTED),
    "StatefulSet": {"serviceName": "vllm", **_SELECTED},
    "Job": {"template": {**_TEMPLATE, "spec": {**GPU_POD, "restartPolicy": "Never"}}},
    "Pod": GPU_POD,
    "PersistentVolumeClaim": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "50Gi"}}},
    "PersistentVolume": {"capacity": {"storage": "50Gi"}, "accessModes": ["ReadWriteOnce"]},
    "Service": {"selector": {"app": "vllm"}, "ports": [{"port": 80, "targetPort": "http"}]},
    "InferenceService": {"predictor": GPU_POD},
    "LeaderWorkerSet": {"leaderWorkerTemplate": {"size": 2, "workerTemplate": _TEMPLATE}},
}


def made(kind: str, changed: Mapping[str, Any], name: str = "vllm") -> dict[str, Any]:
    """The least object of a kind, with fields laid over it."""
    least: dict[str, Any] = {"apiVersion": API_VERSION[kind], "kind": kind, "metadata": {"name": name}}
    if kind in _SPECS:
        least["spec"] = _SPECS[kind]
    return overlaid(least, changed)


def overlaid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Maps are merged, everything else is replaced."""
    merged = copy.deepcopy(dict(below))
    for key, value in above.items():
        kept = merged.get(key)
        both = isinstance(kept, dict) and isinstance(value, Mapping)
        merged[key] = overlaid(kept, value) if both else copy.deepcopy(value)
    return merged


def text(*objects: Mapping[str, Any]) -> str:
    """The objects as one YAML stream."""
    return "\n---\n".join(json.dumps(each) for each in objects) + "\n"


def compared(folder: Path, old: str, new: str, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code of `chartgen diff` on two texts, and its JSON."""
    (folder / "old.yaml").write_text(old)
    (folder / "new.yaml").write_text(new)
    out = folder / "diff.json"
    files = [str(folder / "old.yaml"), str(folder / "new.yaml")]
    code = run(["diff", *files, "--format", "json", "-o", str(out), *options])
    found: dict[str, Any] = json.loads(out.read_text())
    return code, found


def named(found: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The verdicts of one name."""
    return [verdict for verdict in found["verdicts"] if verdict["name"] == name]
