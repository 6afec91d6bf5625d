"""Nodes that do not exist, pools that contradict each other, and images that nobody streams."""

from __future__ import annotations

from typing import Any

import pytest
from values_making import derived, only, problems, values

AWQ = "TheBloke/vicuna-7B-v1.5-AWQ"
POOLS = [{"nodePool": "np1"}, {"nodePool": "np2"}]


@pytest.mark.parametrize(
    ("provider", "gpu", "offered"),
    [
        ("gke", "nvidia-l40s", "nvidia-l4"),
        ("gke", "nvidia-a10g", "nvidia-t4"),
        ("eks", "nvidia-a10", "nvidia-a10g"),
        ("ack", "nvidia-l40s", "nvidia-l20"),
    ],
)
def test_a_gpu_that_the_provider_does_not_have(provider: str, gpu: str, offered: str) -> None:
    problem = only(problems(values(AWQ, gpu, provider)))
    assert problem.key == "gpu.type"
    assert problem.fatal
    assert offered in problem.remedy
    assert problems(values(AWQ, offered, provider)) == []
    assert problems(values(AWQ, gpu, provider, cluster={"nodePool": "np1"})) == []


@pytest.mark.parametrize(
    ("provider", "name", "wrong"),
    [("aks", "gpu-pool", True), ("aks", "gpunp", False), ("gke", "gpu-pool", False), ("eks", "GPU_nodes.2", False)],
)
def test_the_name_of_a_node_pool(provider: str, name: str, wrong: bool) -> None:
    found = problems(values(AWQ, "nvidia-t4", provider, cluster={"nodePool": name}))
    assert [(problem.key, problem.fatal) for problem in found] == ([("cluster.nodePool", True)] if wrong else [])


@pytest.mark.parametrize(
    ("cluster", "workload", "key", "words"),
    [
        ({"poolPriority": POOLS, "nodePool": "np1"}, {}, "cluster.poolPriority", "this ranks 2"),
        ({"poolPriority": POOLS}, {"kind": "DaemonSet"}, "cluster.poolPriority", "a DaemonSet fills all of them"),
        ({"poolPriority": [*POOLS, POOLS[0]]}, {}, "cluster.poolPriority[2].nodePool", "np1 is in the list already"),
    ],
)
def test_pools_that_cannot_be_ranked(cluster: dict[str, Any], workload: dict[str, Any], key: str, words: str) -> None:
    problem = only(problems(values(AWQ, "nvidia-t4", "ack", cluster=cluster, workload=workload)))
    assert (problem.key, problem.fatal) == (key, True)
    assert words in problem.message


def test_ranked_pools_may_hold_a_gpu_that_the_cloud_does_not_offer() -> None:
    resources = {"resources": {"memory": "4Ti"}}
    assert problems(values(AWQ, "nvidia-l40s", "ack", cluster={"poolPriority": POOLS}, workload=resources)) == []


@pytest.mark.parametrize(
    ("registry", "streamed"),
    [("docker.io", True), ("europe-docker.pkg.dev", True), ("registry.example.com", False)],
)
def test_gke_streams_images_of_two_kinds_of_registry(registry: str, streamed: bool) -> None:
    whole = values(AWQ, "nvidia-t4", "gke", cluster={"imageStreaming": True}, engine={"image": {"registry": registry}})
    found = [(problem.key, problem.fatal) for problem in problems(whole)]
    assert found == ([] if streamed else [("cluster.imageStreaming", False)])


@pytest.mark.parametrize(
    ("provider", "label", "value", "policy", "refused"),
    [
        ("eks", "karpenter.sh/capacity-type", "spot", "never", True),
        ("eks", "eks.amazonaws.com/capacityType", "ON_DEMAND", "require", True),
        ("ack", "node.alibabacloud.com/spot-strategy", "SpotWithPriceLimit", "require", False),
        ("ack", "node.alibabacloud.com/spot-strategy", "NoSpot", "require", True),
        ("gke", "cloud.google.com/gke-preemptible", "true", "never", True),
        ("gke", "cloud.google.com/gke-spot", "true", "prefer", False),
    ],
)
def test_a_node_selector_against_the_spot_policy(
    provider: str, label: str, value: str, policy: str, refused: bool
) -> None:
    cluster, two = {"nodeSelector": {label: value}}, {"replicas": 2}
    whole = values(AWQ, "nvidia-t4", provider, cluster=cluster, spot={"policy": policy}, workload=two)
    found = [problem.key for problem in problems(whole)]
    assert found == (["cluster.nodeSelector"] if refused else [])


@pytest.mark.parametrize(("provider", "safe"), [("gke", 10), ("eks", 100), ("ack", 120)])
def test_the_drain_of_a_spot_pod_fits_the_notice(provider: str, safe: int) -> None:
    found = derived(values(AWQ, "nvidia-t4", provider, spot={"policy": "require"}))
    assert found.pre_stop_seconds + found.drain_seconds == safe


@pytest.mark.parametrize(("provider", "drain", "fatal"), [("gke", 26, True), ("gke", 10, False), ("eks", 116, True)])
def test_a_drain_beyond_the_notice(provider: str, drain: int, fatal: bool) -> None:
    spot = {"spot": {"policy": "require"}, "workload": {"replicas": 2}}
    whole = values(AWQ, "nvidia-t4", provider, **spot, lifecycle={"drainSeconds": drain})
    problem = only(problems(whole))
    assert (problem.key, problem.fatal) == ("lifecycle.drainSeconds", fatal)


@pytest.mark.parametrize(
    ("sections", "key"),
    [
        ({}, "workload.replicas"),
        ({"workload": {"replicas": 2}}, None),
        ({"spot": {"policy": "prefer"}}, None),
        ({"workload": {"kind": "DaemonSet"}}, None),
        ({"autoscaling": {"kind": "hpa", "max": 1}}, "autoscaling.max"),
        ({"autoscaling": {"kind": "hpa", "max": 2}}, None),
    ],
)
def test_a_single_replica_on_spot_nodes_is_told(sections: dict[str, Any], key: str | None) -> None:
    found = problems(values(AWQ, "nvidia-t4", "gke", **{"spot": {"policy": "require"}, **sections}))
    assert [(problem.key, problem.fatal) for problem in found] == ([] if key is None else [(key, False)])


@pytest.mark.parametrize("provider", ["ack", "gke"])
def test_a_provider_that_runs_the_device_plugin(provider: str) -> None:
    problem = only(problems(values(AWQ, "nvidia-t4", provider, cluster={"devicePlugin": "install"})))
    assert (problem.key, problem.fatal) == ("cluster.devicePlugin", True)


def test_a_replica_asks_for_no_more_than_its_node_has() -> None:
    """A g4dn.xlarge gives 3920 millicores and 14481 MiB to pods, and some of that goes to the system's own."""
    found = derived(values(AWQ, "nvidia-t4", "eks"))
    assert (found.cpu, found.memory) == ("3", "12Gi")
    assert "g4dn.xlarge" in found.instance_types
    assert found.gpu_products == ()
    gke = derived(values(AWQ, "nvidia-l4", "gke"))
    assert (gke.cpu, gke.memory, gke.instance_types, gke.gpu_products) == ("3", "12Gi", (), ("nvidia-l4",))


def test_a_policy_that_needs_two_pools_says_what_to_do_about_a_gpu_that_no_label_tells() -> None:
    mixed = {"policy": "mixed"}
    problem = only(problems(values(AWQ, "nvidia-l40s", "ack", spot=mixed)))
    assert "set spot.policy to require, and name the node pool in cluster.nodePool" in problem.remedy
    told = problems(values(AWQ, "nvidia-t4", "aks", spot=mixed, cluster={"nodePool": "gpunp"}))
    assert [(each.key, each.fatal) for each in told] == [("cluster.nodePool", True)]
