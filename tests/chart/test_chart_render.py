"""Whole charts, from a values file to what Helm renders, against the Kubernetes schemas."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from chart_making import AKS, assembled, engine, loaded, notes, objects, one, pod, texts, written

from chartgen import chart, manifests
from chartgen.errors import ValuesInvalid
from chartgen.manifests import schema as kubernetes

SELECTOR = {"app.kubernetes.io/name", "app.kubernetes.io/instance"}
DISK = {"storage": {"backend": "azure-disk"}}
SCALED = {"autoscaling": {"kind": "hpa"}}


def combinations() -> list[dict[str, Any]]:
    """Each pair of choices at least once: kinds and backends in full, the rest in turn."""
    turns = itertools.cycle(
        itertools.product(("never", "prefer", "require"), ("required", "preferred", "none"), ("none", "hpa"))
    )
    found = []
    for kind, provider, backend, source in itertools.product(
        ("auto", "Deployment", "StatefulSet", "DaemonSet"),
        ("aks", "generic"),
        ("azure-disk", "azure-files", "empty-dir", "existing-claim"),
        ("mistralai/Mistral-7B-Instruct-v0.2", "/models/mistral"),
    ):
        for spot, apart, scaler in itertools.islice(turns, 4):
            found.append(
                {
                    "workload": {"kind": kind},
                    "cluster": {"provider": provider, "devicePlugin": "install"},
                    "storage": {"backend": backend} | ({"claim": "weights"} if backend == "existing-claim" else {}),
                    "spot": {"policy": spot},
                    "availability": {"antiAffinity": apart},
                    "autoscaling": {"kind": scaler},
                    "model": {"id": source},
                }
            )
    return found


def from_thirty_on() -> list[str]:
    """The bundled schemas inside the charts' kubeVersion."""
    return [version for version in kubernetes.versions() if int(version.split(".")[1]) >= 30]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> list[manifests.Manifest]:
    """The manifests of every accepted combination, each text once."""
    folder = tmp_path_factory.mktemp("walk")
    seen: dict[str, list[manifests.Manifest]] = {}
    accepted = 0
    for values in combinations():
        try:
            file = loaded(folder, values)
        except ValuesInvalid:
            continue
        accepted += 1
        for found in (assembled(file), chart.device_plugin(file.values, file.choices)):
            assert found is not None
            for name, text in texts(chart.write(found, folder / "charts")).items():
                if not name.endswith("NOTES.txt") and text.strip() and text not in seen:
                    seen[text] = manifests.from_text(text, name)
    assert accepted > 60
    return [manifest for read in seen.values() for manifest in read]


@pytest.mark.parametrize("version", from_thirty_on())
def test_every_accepted_combination_is_valid(walk: list[manifests.Manifest], version: str) -> None:
    assert {manifest.kind for manifest in walk} >= {"Deployment", "StatefulSet", "DaemonSet", "Pod", "Service"}
    assert kubernetes.check(walk, version) == []


def test_selectors_hold_nothing_that_changes_with_a_version(walk: list[manifests.Manifest]) -> None:
    workloads = [found.object for found in walk if found.kind in ("Deployment", "StatefulSet", "DaemonSet")]
    for workload in workloads:
        selector = workload["spec"]["selector"]["matchLabels"]
        assert set(selector) == SELECTOR
        assert selector.items() <= workload["spec"]["template"]["metadata"]["labels"].items()
        for claim in workload["spec"].get("volumeClaimTemplates", []):
            assert set(claim["metadata"]["labels"]) == SELECTOR


def test_every_pod_is_confined(walk: list[manifests.Manifest]) -> None:
    for manifest in walk:
        spec = manifest.object["spec"] if manifest.kind == "Pod" else None
        if "template" in manifest.object.get("spec", {}):
            spec = manifest.object["spec"]["template"]["spec"]
        if spec is None:
            continue
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in spec["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_the_service_reaches_the_engine_and_not_the_test_pod(tmp_path: Path) -> None:
    found = objects(written(tmp_path, {"networking": {"service": {"port": 80}}, "engine": {"port": 9000}}))
    service, test = one(found, "Service"), one(found, "Pod", "test")
    labels = one(found, "Deployment")["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= labels.items()
    assert not service["spec"]["selector"].items() <= test["metadata"]["labels"].items()
    assert service["spec"]["ports"] == [{"name": "http", "port": 80, "targetPort": "http"}]
    assert engine(found)["ports"] == [{"name": "http", "containerPort": 9000}]
    assert "--port=9000" in engine(found)["args"]
    assert test["spec"]["containers"][0]["args"][-1] == "http://demo-mistral:80/v1/completions"


def test_a_stateful_set_gives_every_replica_a_disk_that_stays(tmp_path: Path) -> None:
    found = objects(written(tmp_path, AKS, DISK, {"workload": {"replicas": 2}}))
    workload = one(found, "StatefulSet")["spec"]
    assert workload["replicas"] == 2
    assert workload["podManagementPolicy"] == "Parallel"
    assert workload["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    (claim,) = workload["volumeClaimTemplates"]
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]
    (headless,) = [item for item in found if item.get("spec", {}).get("clusterIP") == "None"]
    assert workload["serviceName"] == headless["metadata"]["name"]
    assert "PersistentVolumeClaim" not in {item["kind"] for item in found}


def test_a_claim_outlives_helm_and_argo(tmp_path: Path) -> None:
    found = objects(written(tmp_path, AKS, {"storage": {"backend": "azure-files", "size": "99Gi"}}))
    claim = one(found, "PersistentVolumeClaim")
    assert claim["metadata"]["annotations"] == {
        "helm.sh/resource-policy": "keep",
        "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
    }
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    assert claim["spec"]["resources"]["requests"]["storage"] == "99Gi"
    volumes = {volume["name"]: volume for volume in pod(found)["volumes"]}
    assert volumes["model"]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]


def test_a_deployment_on_a_disk_stops_the_old_pod_first(tmp_path: Path) -> None:
    folder = written(tmp_path, AKS, DISK, {"workload": {"kind": "Deployment"}})
    workload = one(objects(folder), "Deployment")["spec"]
    assert workload["strategy"] == {"type": "Recreate"}


def test_a_model_on_a_volume_is_read_only_and_offline(tmp_path: Path) -> None:
    given = {"model": {"id": "/models/mistral"}, "storage": {"backend": "existing-claim", "claim": "weights"}}
    found = objects(written(tmp_path, given))
    (mount,) = [mount for mount in engine(found)["volumeMounts"] if mount["name"] == "model"]
    (volume,) = [volume for volume in pod(found)["volumes"] if volume["name"] == "model"]
    assert mount == {"name": "model", "mountPath": "/models", "readOnly": True}
    assert volume["persistentVolumeClaim"] == {"claimName": "weights", "readOnly": True}
    variables = {variable["name"]: variable.get("value") for variable in engine(found)["env"]}
    assert (variables["HF_HUB_OFFLINE"], variables["VLLM_NO_USAGE_STATS"]) == ("1", "1")
    assert not {"HF_HOME", "VLLM_CACHE_ROOT"} & set(variables)
    assert engine(found)["args"][0] == "/models/mistral"


def test_an_autoscaler_owns_the_replicas(tmp_path: Path) -> None:
    found = objects(
        written(tmp_path, SCALED, {"autoscaling": {"max": 5, "behavior": {"scaleDown": {"windowSeconds": 700}}}})
    )
    assert "replicas" not in one(found, "Deployment")["spec"]
    scaler = one(found, "HorizontalPodAutoscaler")["spec"]
    assert scaler["scaleTargetRef"]["name"] == one(found, "Deployment")["metadata"]["name"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (1, 5)
    assert scaler["metrics"] == [
        {"type": "Pods", "pods": {"metric": {"name": name}, "target": {"type": "AverageValue", "averageValue": target}}}
        for name, target in (("vllm:num_requests_running", "8"), ("vllm:num_requests_waiting", "5"))
    ]
    assert scaler["behavior"]["scaleDown"]["stabilizationWindowSeconds"] == 700
    assert scaler["behavior"]["scaleUp"]["policies"][0]["value"] == 2


def test_spot_is_affinity_and_toleration(tmp_path: Path) -> None:
    def terms(policy: str) -> tuple[Any, Any, bool]:
        spec = pod(objects(written(tmp_path, AKS, {"spot": {"policy": policy}})))
        node = spec["affinity"]["nodeAffinity"]
        required = node["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
        preferred = node.get("preferredDuringSchedulingIgnoredDuringExecution", [])
        tolerated = any(item["key"] == "kubernetes.azure.com/scalesetpriority" for item in spec["tolerations"])
        keys = {f"kubernetes.azure.com/{word}": word for word in ("priority", "scalesetpriority")}
        wanted = [
            [f"{each['operator']} {keys[each['key']]}" for each in term["matchExpressions"] if each["key"] in keys]
            for term in required
        ]
        return wanted, [item["weight"] for item in preferred], tolerated

    assert terms("never") == ([["NotIn priority", "NotIn scalesetpriority"]], [], False)
    assert terms("prefer") == ([[]], [100, 100], True)
    assert terms("require") == ([["In priority"], ["In scalesetpriority"]], [], True)


def test_a_node_pool_replaces_the_instance_types(tmp_path: Path) -> None:
    folder = written(tmp_path, AKS)

    def keys(values: dict[str, Any]) -> list[str]:
        node = pod(objects(folder, values))["affinity"]["nodeAffinity"]
        (term,) = node["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
        return [item["key"] for item in term["matchExpressions"] if item["operator"] == "In"]

    assert keys({}) == ["node.kubernetes.io/instance-type"]
    assert keys({"cluster": {"nodePool": "gpunp"}}) == ["kubernetes.azure.com/agentpool"]


def test_a_daemon_set_has_no_budget_and_no_replicas(tmp_path: Path) -> None:
    found = objects(
        written(tmp_path, {"workload": {"kind": "DaemonSet"}, "availability": {"antiAffinity": "required"}})
    )
    assert "PodDisruptionBudget" not in {item["kind"] for item in found}
    assert "replicas" not in one(found, "DaemonSet")["spec"]
    assert "podAntiAffinity" not in pod(found)["affinity"]


def test_secrets_arrive_by_reference(tmp_path: Path) -> None:
    given = {
        "model": {"token": {"secret": "hf", "key": "token"}},
        "engine": {
            "apiKey": {"secret": "api", "key": "key"},
            "env": {"PROXY": {"secretKeyRef": {"name": "p", "key": "k"}}},
        },
    }
    found = objects(written(tmp_path, given))
    references = {
        variable["name"]: variable["valueFrom"]["secretKeyRef"]
        for variable in engine(found)["env"]
        if "valueFrom" in variable
    }
    assert references == {
        "HF_TOKEN": {"name": "hf", "key": "token"},
        "VLLM_API_KEY": {"name": "api", "key": "key"},
        "PROXY": {"name": "p", "key": "k"},
    }
    test = one(found, "Pod", "test")["spec"]["containers"][0]
    assert "Authorization: Bearer $(API_KEY)" in test["args"]
    assert "Secret" not in {item["kind"] for item in found}


def test_notes_say_what_to_do_next(tmp_path: Path) -> None:
    said = notes(written(tmp_path, SCALED, {"model": {"servedName": "it's $HOME"}}))
    assert "rollout status deployment/demo-mistral --timeout 1820s" in said
    assert "port-forward service/demo-mistral 8000:8000" in said
    assert """--data '{"max_tokens":16,"model":"it'\\''s $HOME","prompt":"Hello"}'""" in said
    assert "--reset-then-reuse-values" in said
    assert "prometheus-adapter" in said
    assert "Authorization" not in said
