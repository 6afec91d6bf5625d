"""Spot policy mixed: two workloads behind one Service, each with its own nodes and its own seconds to stop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import helm_python
import pytest
from chart_making import AKS, Object, loaded, notes, objects, one, written

from chartgen.model.finding import Severity
from chartgen.pipeline.checking import Batch, check, policy
from chartgen.pipeline.rendering import rendering

POOL = "chartgen.dev/pool"
MIXED = {"spot": {"policy": "mixed", "onDemandBase": 2, "overflow": 3}}
SHARE = {"storage": {"backend": "azure-files"}}
DISK = {"storage": {"backend": "azure-disk"}}
KEDA = {"autoscaling": {"kind": "keda", "prometheus": {"serverAddress": "http://prometheus:9090"}}}


def workloads(found: list[Object]) -> tuple[Object, Object]:
    """The base and the overflow."""
    known = [item for item in found if item["kind"] in ("Deployment", "StatefulSet")]
    assert len(known) == 2
    base, overflow = sorted(known, key=lambda item: str(item["metadata"]["name"]).endswith("-spot"))
    return base, overflow


def scaled(scaler: dict[str, Any], least: int, most: int, base: int) -> list[dict[str, Any]]:
    bounds = {"autoscaling": {**scaler, "min": least, "max": most}}
    return [AKS, SHARE, {"spot": {"policy": "mixed", "onDemandBase": base}}, bounds]


@pytest.mark.parametrize("parts", [[AKS, SHARE], [AKS, DISK], [{"cluster": {"provider": "eks"}}]])
def test_one_service_leads_to_two_workloads_that_share_no_pod(tmp_path: Path, parts: list[dict[str, Any]]) -> None:
    found = objects(written(tmp_path, MIXED, {"availability": {"antiAffinity": "required"}}, *parts))
    pods = [item["spec"]["template"]["metadata"]["labels"] for item in workloads(found)]
    selectors = [item["spec"]["selector"]["matchLabels"] for item in workloads(found)]
    assert [selector[POOL] for selector in selectors] == ["on-demand", "spot"]
    for each, selector in enumerate(selectors):
        assert [selector.items() <= labels.items() for labels in pods] == [each == 0, each == 1]
    common = [one(found, "Service")["spec"]["selector"]]
    common.append(one(found, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"])
    for item in workloads(found):
        apart = item["spec"]["template"]["spec"]["affinity"]["podAntiAffinity"]
        (term,) = apart["requiredDuringSchedulingIgnoredDuringExecution"]
        common.append(term["labelSelector"]["matchLabels"])
    for selector in common:
        assert all(selector.items() <= labels.items() for labels in pods)


def test_the_base_keeps_off_spot_nodes_and_the_overflow_is_on_them(tmp_path: Path) -> None:
    for item, operator, tolerates in zip(
        workloads(objects(written(tmp_path, AKS, SHARE, MIXED))), ("NotIn", "In"), (False, True), strict=True
    ):
        spec = item["spec"]["template"]["spec"]
        required = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        found = [item for term in required["nodeSelectorTerms"] for item in term["matchExpressions"]]
        for key in ("kubernetes.azure.com/priority", "kubernetes.azure.com/scalesetpriority"):
            assert {"key": key, "operator": operator, "values": ["spot"]} in found
        keys = [toleration["key"] for toleration in spec["tolerations"]]
        assert ("kubernetes.azure.com/scalesetpriority" in keys) == tolerates


def stop(workload: Object) -> tuple[int, str, int]:
    """preStop, drain and grace."""
    spec = workload["spec"]["template"]["spec"]
    container = spec["containers"][0]
    (drain,) = [arg for arg in container["args"] if arg.startswith("--shutdown-timeout=")]
    return (
        container["lifecycle"]["preStop"]["sleep"]["seconds"],
        drain.partition("=")[2],
        spec["terminationGracePeriodSeconds"],
    )


def test_each_pool_stops_in_its_own_time(tmp_path: Path) -> None:
    folder = written(tmp_path, AKS, SHARE, MIXED)
    assert [stop(item) for item in workloads(objects(folder))] == [(10, "120", 140), (5, "10", 30)]
    longer = objects(folder, {"lifecycle": {"drainSeconds": 60}, "spot": {"drainSeconds": 20}})
    assert [stop(item) for item in workloads(longer)] == [(10, "60", 140), (5, "20", 35)]


def test_numbers_of_replicas(tmp_path: Path) -> None:
    folder = written(tmp_path, AKS, SHARE, MIXED)
    assert [item["spec"]["replicas"] for item in workloads(objects(folder))] == [2, 3]
    more = objects(folder, {"spot": {"onDemandBase": 4, "overflow": 5}})
    assert [item["spec"]["replicas"] for item in workloads(more)] == [4, 5]


@pytest.mark.parametrize(
    ("total", "base", "hpa", "keda"),
    [
        ((1, 3), 1, (1, 2), (0, 2)),
        ((5, 9), 2, (3, 7), (3, 7)),
        ((2, 9), 4, (1, 5), (0, 5)),
        ((4, 4), 3, (1, 1), (1, 1)),
    ],
)
def test_the_autoscaler_has_what_the_base_leaves(
    tmp_path: Path, total: tuple[int, int], base: int, hpa: tuple[int, int], keda: tuple[int, int]
) -> None:
    found = objects(written(tmp_path, *scaled({"kind": "hpa"}, *total, base)))
    scaler = one(found, "HorizontalPodAutoscaler")["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == hpa
    assert [item["spec"].get("replicas") for item in workloads(found)] == [base, None]
    assert scaler["scaleTargetRef"]["name"] == workloads(found)[1]["metadata"]["name"]
    found = objects(written(tmp_path, *scaled(KEDA["autoscaling"], *total, base)))
    scaler = one(found, "ScaledObject")["spec"]
    assert (scaler["minReplicaCount"], scaler["maxReplicaCount"]) == keda
    assert scaler["scaleTargetRef"]["name"] == workloads(found)[1]["metadata"]["name"]


@pytest.mark.parametrize("storage", [SHARE, DISK])
def test_two_names_within_the_limit(tmp_path: Path, storage: dict[str, Any]) -> None:
    folder = written(tmp_path, AKS, storage, MIXED)
    seen = set()
    for release in ("a" * 53, "a" * 52 + "b", "a" * 48, "a" * 47):
        names = [item["metadata"]["name"] for item in workloads(objects(folder, release=release))]
        assert names[1] == f"{names[0]}-spot"
        assert len(names[1]) <= 52
        seen.update(names)
    assert len(seen) == 8


def test_what_both_pools_share_has_the_name_of_the_base(tmp_path: Path) -> None:
    found = objects(written(tmp_path, AKS, SHARE, MIXED))
    (claim,) = [item for item in found if item["kind"] == "PersistentVolumeClaim"]
    for item in workloads(found):
        spec = item["spec"]["template"]["spec"]
        assert spec["serviceAccountName"] == one(found, "ServiceAccount")["metadata"]["name"]
        (volume,) = [volume for volume in spec["volumes"] if volume["name"] == "model"]
        assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"spot": {"drainSeconds": 40}}, "spot.drainSeconds: with the sleep before it"),
        ({"cluster": {"nodePool": "gpunp"}}, "a pool of spot nodes and another"),
        ({"autoscaling": {"max": 2}}, "autoscaling.max: the base takes all"),
        ({"spot": {"onDemandBase": 3}}, "autoscaling.max: the base takes all"),
        ({"autoscaling": {"min": 0}}, "autoscaling.min: the base of on-demand replicas"),
        ({"spot": {"overflow": 3}}, "not used by this chart"),
        ({"workload": {"replicas": 3}}, "not used by this chart"),
    ],
)
def test_helm_refuses_what_chartgen_would(tmp_path: Path, values: dict[str, Any], words: str) -> None:
    folder = written(tmp_path, *scaled(KEDA["autoscaling"], 2, 3, 2))
    with pytest.raises(helm_python.HelmError) as caught:
        objects(folder, values)
    assert words in str(caught.value)


def test_the_notes_tell_of_both(tmp_path: Path) -> None:
    assert "-spot, comes and goes with the spot nodes, behind the same" in notes(written(tmp_path, AKS, SHARE, MIXED))


@pytest.mark.parametrize("storage", [SHARE, DISK])
@pytest.mark.parametrize("scaler", [{}, {"autoscaling": {"kind": "hpa"}}, KEDA])
@pytest.mark.parametrize("version", ["1.30", "1.37"])
def test_no_schema_and_no_rule_objects(
    tmp_path: Path, storage: dict[str, Any], scaler: dict[str, Any], version: str
) -> None:
    spot = {"spot": {"policy": "mixed", "onDemandBase": 2}}
    made = rendering(
        loaded(tmp_path, AKS, storage, spot, scaler), tmp_path / "out", Path("shown"), kube_version=version
    )
    found = check(Batch(made.objects, closed=True, provider="aks", namespace="default"), policy(kube_version=version))
    assert [finding.message for finding in found.findings if finding.severity > Severity.info] == []
