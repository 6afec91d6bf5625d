"""Custom kinds that generated charts use are checked like Kubernetes' own."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from conftest import ROOT

from chartgen import manifests
from chartgen.manifests import schema

FILES = sorted((ROOT / "schemas" / "crds").glob("*.json"))
VERSIONS = ("1.30", "1.37")

POD = {"containers": [{"name": "engine", "image": "docker.io/vllm/vllm-openai:v0.33.0"}]}
TARGET = {"group": "", "kind": "Service", "name": "a"}
SELECTOR = {"matchLabels": {"app": "a"}}
GOOD: dict[str, dict[str, Any]] = {
    "cloud.google.com_BackendConfig_v1": {
        "timeoutSec": 600,
        "connectionDraining": {"drainingTimeoutSec": 60},
        "healthCheck": {"type": "HTTP", "requestPath": "/health", "port": 8000},
    },
    "external-secrets.io_ExternalSecret_v1": {
        "refreshInterval": "1h",
        "secretStoreRef": {"name": "vault", "kind": "ClusterSecretStore"},
        "target": {"name": "a"},
        "data": [{"secretKey": "text", "remoteRef": {"key": "llm/token", "property": "token"}}],
    },
    "gateway.networking.k8s.io_HTTPRoute_v1": {
        "parentRefs": [{"name": "gateway", "namespace": "edge"}],
        "hostnames": ["llm.example.com"],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": "/v1"}}],
                "backendRefs": [{"name": "a", "port": 80}],
                "timeouts": {"request": "600s"},
            }
        ],
    },
    "http.keda.sh_InterceptorRoute_v1beta1": {
        "target": {"service": "a", "port": 80},
        "rules": [{"hosts": ["a.example.com"], "paths": [{"value": "/v1"}]}],
        "scalingMetric": {"concurrency": {"targetValue": 32}},
        "timeouts": {"readiness": "900s", "responseHeader": "0s"},
    },
    "keda.sh_ScaledObject_v1alpha1": {
        "scaleTargetRef": {"name": "a"},
        "minReplicaCount": 1,
        "maxReplicaCount": 3,
        "advanced": {
            "horizontalPodAutoscalerConfig": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 300}}},
        },
        "triggers": [
            {"type": "cron", "metadata": {"timezone": "UTC", "start": "0 8 * * *", "desiredReplicas": "3"}},
        ],
    },
    "leaderworkerset.x-k8s.io_LeaderWorkerSet_v1": {
        "replicas": 1,
        "leaderWorkerTemplate": {
            "size": 2,
            "restartPolicy": "RecreateGroupOnPodRestart",
            "leaderTemplate": {"metadata": {"labels": {"role": "leader"}}, "spec": POD},
            "workerTemplate": {"spec": POD},
        },
    },
    "monitoring.coreos.com_PodMonitor_v1": {
        "selector": SELECTOR,
        "podMetricsEndpoints": [
            {"port": "http", "path": "/metrics", "interval": "15s", "relabelings": [{"targetLabel": "a"}]},
        ],
    },
    "monitoring.coreos.com_PrometheusRule_v1": {
        "groups": [{"name": "a", "rules": [{"alert": "Slow", "expr": "a > 1", "for": "5m", "labels": {"x": "y"}}]}],
    },
    "monitoring.googleapis.com_PodMonitoring_v1": {
        "selector": SELECTOR,
        "endpoints": [{"port": "http", "interval": "15s"}],
    },
    "monitoring.googleapis.com_Rules_v1": {
        "groups": [{"name": "a", "interval": "30s", "rules": [{"alert": "Slow", "expr": "a > 1", "for": "5m"}]}],
    },
    "networking.gke.io_GCPBackendPolicy_v1": {"targetRef": TARGET, "default": {"timeoutSec": 600}},
    "networking.gke.io_HealthCheckPolicy_v1": {
        "targetRef": TARGET,
        "default": {"config": {"type": "HTTP", "httpHealthCheck": {"requestPath": "/health", "port": 8000}}},
    },
    "scheduling.alibabacloud.com_ResourcePolicy_v1alpha1": {
        "selector": {"app": "a"},
        "strategy": "prefer",
        "units": [{"resource": "ecs", "nodeSelector": {"alibabacloud.com/nodepool-id": "np1"}}, {"resource": "eci"}],
    },
    "serving.kserve.io_InferenceService_v1beta1": {
        "predictor": {"minReplicas": 1, "maxReplicas": 3, "tolerations": [{"operator": "Exists"}], **POD},
    },
}

WRONG = [
    ("http.keda.sh_InterceptorRoute_v1beta1", "responseHeader", "header", "/spec/timeouts/header"),
    ("keda.sh_ScaledObject_v1alpha1", "minReplicaCount", "minReplicasCount", "/spec/minReplicasCount"),
    ("keda.sh_ScaledObject_v1alpha1", '"3"', "3", "/spec/triggers/0/metadata/desiredReplicas"),
    ("keda.sh_ScaledObject_v1alpha1", "stabilizationWindowSeconds", "stabilisationWindowSeconds", "scaleDown"),
    ("leaderworkerset.x-k8s.io_LeaderWorkerSet_v1", '"image"', '"img"', "/containers/0/img"),
    ("leaderworkerset.x-k8s.io_LeaderWorkerSet_v1", "RecreateGroupOnPodRestart", "Never", "restartPolicy"),
    ("serving.kserve.io_InferenceService_v1beta1", "minReplicas", "replicas", "/spec/predictor/replicas"),
    ("monitoring.coreos.com_PodMonitor_v1", '"15s"', '"15 s"', "/spec/podMetricsEndpoints/0/interval"),
    ("monitoring.coreos.com_PrometheusRule_v1", '"expr"', '"expression"', "/spec/groups/0/rules/0/expr"),
    ("monitoring.googleapis.com_PodMonitoring_v1", '"interval"', '"intervall"', "/spec/endpoints/0/interval"),
    ("external-secrets.io_ExternalSecret_v1", "ClusterSecretStore", "Vault", "/spec/secretStoreRef/kind"),
    ("gateway.networking.k8s.io_HTTPRoute_v1", '"600s"', '"10 min"', "/spec/rules/0/timeouts/request"),
    ("networking.gke.io_HealthCheckPolicy_v1", '"/health"', '"health"', "requestPath"),
    ("networking.gke.io_GCPBackendPolicy_v1", "600", "0", "/spec/default/timeoutSec"),
    ("scheduling.alibabacloud.com_ResourcePolicy_v1alpha1", '"prefer"', '"require"', "/spec/strategy"),
]


def text(stem: str, spec: str) -> str:
    group, kind, version = stem.split("_")
    return json.dumps(
        {"apiVersion": f"{group}/{version}", "kind": kind, "metadata": {"name": "a"}, "spec": json.loads(spec)}
    )


def pointers(stem: str, spec: str, version: str) -> list[str]:
    found = manifests.from_text(text(stem, spec), "f.yaml")
    assert schema.unchecked(found, version) == ()
    return [problem.pointer for problem in schema.check(found, version)]


def test_every_file_has_an_example() -> None:
    assert [file.stem for file in FILES] == sorted(GOOD)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("stem", GOOD)
def test_a_good_object_has_no_problem(stem: str, version: str) -> None:
    assert pointers(stem, json.dumps(GOOD[stem]), version) == []


@pytest.mark.parametrize(("stem", "old", "new", "pointer"), WRONG)
def test_a_mistake_is_found_at_its_place(stem: str, old: str, new: str, pointer: str) -> None:
    good = json.dumps(GOOD[stem])
    assert old in good
    assert any(pointer in found for found in pointers(stem, good.replace(old, new), "1.37"))


def test_a_probe_of_kserve_needs_no_port() -> None:
    stem = "serving.kserve.io_InferenceService_v1beta1"
    probe = {"httpGet": {"path": "/ready"}}
    model = {"modelFormat": {"name": "huggingface"}, "readinessProbe": probe, "livenessProbe": probe}
    assert pointers(stem, json.dumps({"predictor": {"model": model}}), "1.37") == []
    container = {**POD["containers"][0], "readinessProbe": {"httpGet": {"paht": "/ready"}}}
    spec = {"predictor": {"containers": [container]}}
    assert pointers(stem, json.dumps(spec), "1.37") == ["/spec/predictor/containers/0/readinessProbe/httpGet/paht"]


def test_a_misspelt_field_gets_a_suggestion() -> None:
    spec = json.dumps(GOOD["keda.sh_ScaledObject_v1alpha1"]).replace("maxReplicaCount", "maxReplicasCount")
    (problem,) = schema.check(manifests.from_text(text("keda.sh_ScaledObject_v1alpha1", spec), "f.yaml"))
    assert problem.message == "unknown field `maxReplicasCount`, did you mean maxReplicaCount"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_says_what_it_describes_and_where_that_is_known_from(file: Any) -> None:
    content = json.loads(file.read_text())
    group, kind, version = file.stem.split("_")
    assert content["x-kubernetes-group-version-kind"] == [{"group": group, "kind": kind, "version": version}]
    assert content["$comment"]
    jsonschema_rs.meta.validate(content)


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [("keda.sh/v2", "ScaledObject"), ("keda.sh/v1alpha1", "scaledobject"), ("keda.sh/v1alpha1", "../storage/nfs")],
)
def test_other_versions_and_kinds_of_such_a_group_are_not_judged(api_version: str, kind: str) -> None:
    found = manifests.from_text(json.dumps({"apiVersion": api_version, "kind": kind, "spec": 1}), "f.yaml")
    assert schema.check(found) == []
    assert schema.unchecked(found) == tuple(found)
