"""Checks of nodes, storage, clocks, scaling and serving: refused with numbers, accepted after the remedy."""

from __future__ import annotations

from typing import Any

import pytest
from values_making import Case, check_accepted, check_refused, problems, values

AWQ = "TheBloke/vicuna-7B-v1.5-AWQ"
KEY = {"secret": "engine", "key": "key"}

CASES: list[Case] = [
    # name, values, key, words of the message, values that follow the remedy
    (
        "backend-provider",
        values(AWQ, "nvidia-t4", "generic", storage={"backend": "azure-disk"}),
        "storage.backend",
        "has no Azure Disk",
        values(AWQ, "nvidia-t4", "generic", storage={"backend": "empty-dir"}),
    ),
    (
        "spot-generic",
        values(AWQ, "nvidia-t4", "generic", spot={"policy": "require"}),
        "spot.policy",
        "no label that tells spot nodes apart",
        values(AWQ, "nvidia-t4", "generic", cluster={"nodeSelector": {"team/spot": "true"}}),
    ),
    (
        "daemonset-autoscaler",
        values(AWQ, "nvidia-t4", workload={"kind": "DaemonSet"}, autoscaling={"kind": "hpa"}),
        "autoscaling.kind",
        "cannot scale a DaemonSet",
        values(AWQ, "nvidia-t4", workload={"kind": "Deployment"}, autoscaling={"kind": "hpa"}),
    ),
    (
        "daemonset-disk",
        values(AWQ, "nvidia-t4", workload={"kind": "DaemonSet"}, storage={"backend": "azure-disk"}),
        "storage.backend",
        "attached to one node",
        values(AWQ, "nvidia-t4", workload={"kind": "DaemonSet"}, storage={"backend": "azure-files"}),
    ),
    (
        "deployment-disk-replicas",
        values(AWQ, "nvidia-t4", workload={"kind": "Deployment", "replicas": 2}, storage={"backend": "azure-disk"}),
        "workload.replicas",
        "of 2 replicas of a Deployment one",
        values(AWQ, "nvidia-t4", workload={"kind": "StatefulSet", "replicas": 2}, storage={"backend": "azure-disk"}),
    ),
    (
        "deployment-disk-autoscaler",
        values(
            AWQ,
            "nvidia-t4",
            workload={"kind": "Deployment"},
            storage={"backend": "azure-disk"},
            autoscaling={"kind": "hpa"},
        ),
        "storage.backend",
        "attached to one node",
        values(
            AWQ,
            "nvidia-t4",
            workload={"kind": "StatefulSet"},
            storage={"backend": "azure-disk"},
            autoscaling={"kind": "hpa"},
        ),
    ),
    (
        "empty-volume",
        values("/models/x", "nvidia-t4", storage={"backend": "empty-dir"}),
        "storage.backend",
        "Node disk holds no model at first",
        values("/models/x", "nvidia-t4", storage={"backend": "existing-claim", "claim": "models"}),
    ),
    (
        "empty-claim",
        values("/models/x", "nvidia-t4", storage={"backend": "azure-files"}),
        "storage.backend",
        "Azure Files holds no model at first",
        values("/models/x", "nvidia-t4", storage={"backend": "existing-claim", "claim": "models"}),
    ),
    (
        "shared-memory",
        values(AWQ, "nvidia-t4", workload={"sharedMemory": "8Gi", "resources": {"memory": "8192Mi"}}),
        "workload.sharedMemory",
        "/dev/shm of 8Gi lies in the container's memory of 8192Mi",
        values(AWQ, "nvidia-t4", workload={"sharedMemory": "4Gi", "resources": {"memory": "8192Mi"}}),
    ),
    (
        "node-cpu",
        values(AWQ, "nvidia-t4", workload={"resources": {"cpu": 64}}),
        "workload.resources.cpu",
        "gives to pods (63.26)",
        values(AWQ, "nvidia-t4", workload={"resources": {"cpu": 63}}),
    ),
    (
        "node-memory",
        values(AWQ, "nvidia-t4", workload={"resources": {"memory": "440Gi"}}),
        "workload.resources.memory",
        "(445643Mi)",
        values(AWQ, "nvidia-t4", workload={"resources": {"memory": "435Gi"}}),
    ),
    (
        "disk",
        values("Qwen/Qwen3-8B", "nvidia-a10", storage={"backend": "azure-files", "size": "15Gi"}),
        "storage.size",
        "do not hold the 15.26 GiB",
        values("Qwen/Qwen3-8B", "nvidia-a10", storage={"backend": "azure-files", "size": "35Gi"}),
    ),
    (
        "minimum",
        values(AWQ, "nvidia-t4", autoscaling={"kind": "hpa", "min": 5, "max": 3}),
        "autoscaling.min",
        "5 replicas is above the maximum of 3",
        values(AWQ, "nvidia-t4", autoscaling={"kind": "hpa", "min": 3, "max": 3}),
    ),
    (
        "drain-engine",
        values(AWQ, "nvidia-t4", engine={"image": {"tag": "v0.17.1"}}, lifecycle={"drainSeconds": 30}),
        "lifecycle.drainSeconds",
        "no --shutdown-timeout",
        values(AWQ, "nvidia-t4", engine={"image": {"tag": "v0.18.1"}}, lifecycle={"drainSeconds": 30}),
    ),
    (
        "notice",
        values(AWQ, "nvidia-t4", spot={"policy": "require"}, lifecycle={"drainSeconds": 60}),
        "lifecycle.drainSeconds",
        "is gone 30 s after the notice",
        values(AWQ, "nvidia-t4", spot={"policy": "require"}, lifecycle={"drainSeconds": 10}),
    ),
    (
        "grace",
        values(AWQ, "nvidia-t4", lifecycle={"drainSeconds": 60, "graceSeconds": 60}),
        "lifecycle.graceSeconds",
        "take 80 s",
        values(AWQ, "nvidia-t4", lifecycle={"drainSeconds": 60, "graceSeconds": 80}),
    ),
    (
        "startup",
        values(AWQ, "nvidia-t4", lifecycle={"startupSeconds": 60}),
        "lifecycle.startupSeconds",
        "after 60 s",
        values(AWQ, "nvidia-t4", lifecycle={"startupSeconds": 600}),
    ),
    (
        "kubernetes",
        values(AWQ, "nvidia-t4", cluster={"kubernetesVersion": "1.29"}),
        "cluster.kubernetesVersion",
        "preStop.sleep",
        values(AWQ, "nvidia-t4", cluster={"kubernetesVersion": "1.30"}),
    ),
    (
        "selector-spot",
        values(AWQ, "nvidia-t4", cluster={"nodeSelector": {"kubernetes.azure.com/scalesetpriority": "spot"}}),
        "cluster.nodeSelector",
        "keeps the pods off them",
        values(AWQ, "nvidia-t4", spot={"policy": "require"}),
    ),
    (
        "selector-regular",
        values(
            AWQ,
            "nvidia-t4",
            spot={"policy": "require"},
            cluster={"nodeSelector": {"kubernetes.azure.com/priority": "regular"}},
        ),
        "cluster.nodeSelector",
        "no spot nodes",
        values(AWQ, "nvidia-t4", cluster={"nodeSelector": {"kubernetes.azure.com/priority": "regular"}}),
    ),
    (
        "name",
        {**values(AWQ, "nvidia-t4"), "name": "vllm"},
        "name",
        "sets VLLM_PORT",
        {**values(AWQ, "nvidia-t4"), "name": "vllm-server"},
    ),
    (
        "exposed",
        values(AWQ, "nvidia-t4", networking={"service": {"type": "LoadBalancer"}}),
        "networking.service.type",
        "asks for no key",
        values(AWQ, "nvidia-t4", networking={"service": {"type": "LoadBalancer"}}, engine={"apiKey": KEY}),
    ),
    (
        "floating",
        values(AWQ, "nvidia-t4", engine={"image": {"tag": "nightly"}}),
        "engine.image.tag",
        "nightly is another image",
        values(AWQ, "nvidia-t4", engine={"image": {"tag": "nightly", "digest": "sha256:" + "0" * 64}}),
    ),
    (
        "floating-suffix",
        values(AWQ, "nvidia-t4", engine={"image": {"tag": "nightly-cu129"}}),
        "engine.image.tag",
        "nightly-cu129 is another image",
        values(AWQ, "nvidia-t4", engine={"image": {"tag": "nightly-4ba787ec9"}}),
    ),
    (
        "floating-sidecar",
        values(AWQ, "nvidia-t4", pod={"extraContainers": [{"name": "log", "image": "localhost:5000/log"}]}),
        "pod.extraContainers[0].image",
        "no tag",
        values(AWQ, "nvidia-t4", pod={"extraContainers": [{"name": "log", "image": "localhost:5000/log:1.2"}]}),
    ),
    (
        "secret",
        values(AWQ, "nvidia-t4", engine={"env": {"AWS_SECRET_ACCESS_KEY": "abc"}}),
        "engine.env.AWS_SECRET_ACCESS_KEY",
        "looks like a secret",
        values(
            AWQ, "nvidia-t4", engine={"env": {"AWS_SECRET_ACCESS_KEY": {"secretKeyRef": {"name": "aws", "key": "key"}}}}
        ),
    ),
    (
        "secret-argument",
        values(AWQ, "nvidia-t4", engine={"args": {"ssl-keyfile-password": "abc"}}),
        "engine.args.ssl-keyfile-password",
        "looks like a secret",
        values(AWQ, "nvidia-t4", engine={"args": {"max-num-batched-tokens": 2048, "tokenizer": "org/name"}}),
    ),
    (
        "secret-sidecar",
        values(
            AWQ,
            "nvidia-t4",
            pod={
                "initContainers": [
                    {"name": "get", "image": "get:1.0", "env": [{"name": "HF_TOKEN", "value": "hf_abc"}]},
                ]
            },
        ),
        "pod.initContainers[0].env[0].value",
        "HF_TOKEN looks like a secret",
        values(
            AWQ,
            "nvidia-t4",
            pod={"initContainers": [{"name": "get", "image": "get:1.0", "env": [{"name": "HF_TOKEN", "value": ""}]}]},
        ),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_refused_at_its_key(case: Case) -> None:
    check_refused(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_accepted_after_the_remedy(case: Case) -> None:
    check_accepted(case)


def keys(whole: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(problem.key, problem.fatal) for problem in problems(whole)]


@pytest.mark.parametrize(
    ("whole", "key"),
    [
        (
            values(
                AWQ,
                "nvidia-t4",
                spot={"policy": "require"},
                workload={"replicas": 2},
                lifecycle={"drainSeconds": 20},
            ),
            "lifecycle.drainSeconds",
        ),
        (values(AWQ, "nvidia-t4", spot={"policy": "require"}), "workload.replicas"),
        (values(AWQ, "nvidia-t4", storage={"backend": "host-path", "path": "/mnt/models"}), "storage.backend"),
        (
            values(
                AWQ,
                "nvidia-t4",
                "gke",
                engine={"apiKey": {"secret": "key", "key": "key"}},
                networking={
                    "httpRoute": {"host": "llm.example.com", "gateway": {"name": "public"}, "controller": "standard"}
                },
            ),
            "networking.httpRoute.controller",
        ),
        (values(AWQ, "nvidia-t4", lifecycle={"startupSeconds": 300}), "lifecycle.startupSeconds"),
        (
            values(
                AWQ,
                "nvidia-t4",
                autoscaling={"kind": "hpa", "behavior": {"scaleDown": {"windowSeconds": 60}}},
            ),
            "autoscaling.behavior.scaleDown.windowSeconds",
        ),
        (values("meta-llama/Llama-3.1-8B-Instruct", "nvidia-a100-80gb"), "model.token"),
    ],
)
def test_warned(whole: dict[str, Any], key: str) -> None:
    assert keys(whole) == [(key, False)]


def test_all_reasons_come_at_once() -> None:
    whole = values(
        "Qwen/Qwen2.5-7B",
        "nvidia-t4",
        parallelism={"tensor": 3},
        model={"dtype": "bfloat16"},
        networking={"service": {"type": "NodePort"}},
    )
    assert {key for key, fatal in keys(whole) if fatal} == {
        "parallelism.tensor",
        "model.dtype",
        "networking.service.type",
    }
