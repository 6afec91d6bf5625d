"""What a provider makes of the same model: nodes, identity, and what only it has."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import helm_python
import pytest
from chart_making import Object, made, merged, notes, objects, one, pod, texts, written

from chartgen import manifests
from chartgen.catalogue import providers
from chartgen.errors import ValuesInvalid
from chartgen.manifests import schema as kubernetes

ROOT = Path(__file__).parents[2]
CLOUDS = [name for name in providers.providers() if name != "generic"]
POOL_LABELS = {
    "ack": "alibabacloud.com/nodepool-id",
    "aks": "kubernetes.azure.com/agentpool",
    "eks": "eks.amazonaws.com/nodegroup",
    "gke": "cloud.google.com/gke-nodepool",
}
RANKED = {"cluster": {"provider": "ack", "poolPriority": [{"nodePool": "np1", "max": 2}, {"nodePool": "np2"}]}}
TWO_KINDS_OF_SPOT = [
    {"key": "eks.amazonaws.com/capacityType", "operator": "In", "values": ["SPOT"]},
    {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot"]},
]


def on(provider: str, **cluster: Any) -> dict[str, Any]:
    return {"cluster": {"provider": provider, **cluster}}


def terms(found: list[Object]) -> list[list[Object]]:
    """The expressions of each required term."""
    required = pod(found)["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    return [term["matchExpressions"] for term in required["nodeSelectorTerms"]]


@pytest.mark.parametrize("name", CLOUDS)
@pytest.mark.parametrize("policy", ["never", "prefer", "require"])
def test_every_spot_policy_is_valid_on_every_version(tmp_path: Path, name: str, policy: str) -> None:
    folder = written(tmp_path, on(name), {"spot": {"policy": policy}})
    rendered = [
        manifest
        for path, text in texts(folder).items()
        if not path.endswith("NOTES.txt") and text.strip()
        for manifest in manifests.from_text(text, path)
    ]
    inside = [version for version in kubernetes.versions() if int(version.split(".")[1]) >= 30]
    for version in (inside[0], inside[-1]):
        assert kubernetes.check(rendered, version) == []


@pytest.mark.parametrize("name", CLOUDS)
def test_on_demand_nodes_have_no_label_of_spot_nodes(tmp_path: Path, name: str) -> None:
    words = providers.provider(name).spot
    assert words is not None
    (term,) = terms(objects(written(tmp_path, on(name))))
    kept_off = [expression for expression in term if expression["operator"] == "NotIn"]
    assert kept_off == [{"key": key, "operator": "NotIn", "values": list(values)} for key, values in words.labels]


def test_spot_nodes_of_eks_come_from_node_groups_or_from_karpenter(tmp_path: Path) -> None:
    found = terms(objects(written(tmp_path, on("eks"), {"spot": {"policy": "require"}})))
    assert [term[0] for term in found] == TWO_KINDS_OF_SPOT
    assert [term[1]["key"] for term in found] == ["node.kubernetes.io/instance-type"] * 2
    preferring = pod(objects(written(tmp_path, on("eks"), {"spot": {"policy": "prefer"}})))["affinity"]["nodeAffinity"]
    preferred = preferring["preferredDuringSchedulingIgnoredDuringExecution"]
    assert [item["preference"]["matchExpressions"] for item in preferred] == [[label] for label in TWO_KINDS_OF_SPOT]


def test_a_replica_goes_where_enough_gpus_are(tmp_path: Path) -> None:
    given = {"gpu": {"type": "nvidia-l4"}, "parallelism": {"tensor": 8}}
    (term,) = terms(objects(written(tmp_path, on("eks"), given)))
    assert term[-1]["values"] == ["g6.48xlarge"]


def test_nodes_that_aks_makes_for_a_pod_have_no_label_of_its_pools(tmp_path: Path) -> None:
    """Node auto-provisioning (Karpenter) does not know kubernetes.azure.com/accelerator: it would make no node."""
    asked = [item["key"] for item in terms(objects(written(tmp_path, on("aks"))))[0] if item["operator"] == "In"]
    assert asked == ["node.kubernetes.io/instance-type"]


def test_aks_nodes_of_no_known_size_are_found_by_their_accelerator(tmp_path: Path) -> None:
    folder = written(tmp_path, on("aks", nodePool="gpu1"), {"gpu": {"type": "nvidia-l4"}})
    (term,) = terms(objects(folder, {"cluster": {"nodePool": None}}))
    asked = [item for item in term if item["operator"] == "In"]
    assert asked == [{"key": "kubernetes.azure.com/accelerator", "operator": "In", "values": ["nvidia"]}]


@pytest.mark.parametrize("name", CLOUDS)
def test_a_node_pool_takes_the_place_of_all_others(tmp_path: Path, name: str) -> None:
    (term,) = terms(objects(written(tmp_path, on(name)), {"cluster": {"nodePool": "gpu1"}}))
    assert [item for item in term if item["operator"] == "In"] == [
        {"key": POOL_LABELS[name], "operator": "In", "values": ["gpu1"]}
    ]


@pytest.mark.parametrize("name", ["ack", "eks", "gke"])
def test_a_pool_cannot_be_taken_back_from_a_gpu_without_a_label(tmp_path: Path, name: str) -> None:
    given = {"gpu": {"type": "nvidia-h100-nvl"}}
    if name == "ack":
        given = {"gpu": {"type": "nvidia-v100-32gb"}, "engine": {"image": {"tag": "v0.19.1"}}}
    folder = written(tmp_path, on(name, nodePool="gpu1"), given)
    assert terms(objects(folder))
    with pytest.raises(helm_python.HelmError, match=r"cluster\.nodePool: "):
        objects(folder, {"cluster": {"nodePool": None}})


def test_image_streaming_and_the_boot_disk_are_free_at_install(tmp_path: Path) -> None:
    folder = written(tmp_path, on("gke"))
    plain = {item["key"] for item in terms(objects(folder))[0]}
    disk = {"image": "vllm-0-33", "project": "my-project"}
    (term,) = terms(objects(folder, {"cluster": {"imageStreaming": True, "bootDisk": disk}}))
    assert {item["key"]: item["values"] for item in term if item["key"] not in plain} == {
        "cloud.google.com/gke-image-streaming": ["true"],
        "cloud.google.com.node-restriction.kubernetes.io/gke-secondary-boot-disk-vllm-0-33": [
            "CONTAINER_IMAGE_CACHE.my-project"
        ],
    }


def test_the_longest_boot_disk_is_still_a_label(tmp_path: Path) -> None:
    folder = written(tmp_path, on("gke"))
    for image, fits in (("x" * 39, True), ("x" * 40, False)):
        values = {"cluster": {"bootDisk": {"image": image, "project": "my-project"}}}
        if fits:
            label = terms(objects(folder, values))[0][-1]["key"].rpartition("/")[2]
            assert len(label) == 63
        else:
            with pytest.raises(helm_python.HelmError, match="bootDisk"):
                objects(folder, values)


def test_ranked_pools_make_a_resource_policy(tmp_path: Path) -> None:
    found = objects(written(tmp_path, RANKED))
    policy, workload = one(found, "ResourcePolicy"), one(found, "Deployment")
    assert policy["apiVersion"] == "scheduling.alibabacloud.com/v1alpha1"
    assert policy["spec"]["selector"].items() <= workload["spec"]["template"]["metadata"]["labels"].items()
    assert policy["spec"]["strategy"] == "prefer"
    label = POOL_LABELS["ack"]
    assert policy["spec"]["units"] == [
        {"resource": "ecs", "nodeSelector": {label: "np1"}, "max": 2},
        {"resource": "ecs", "nodeSelector": {label: "np2"}},
    ]
    assert {"key": label, "operator": "In", "values": ["np1", "np2"]} in terms(found)[0]


def test_the_notes_tell_of_a_pod_that_is_older_than_the_order_of_pools(tmp_path: Path) -> None:
    """Helm makes the ResourcePolicy, whose kind it does not know, after the workload."""
    folder = written(tmp_path, on("ack"))
    said = "A pod that started before the order of node pools was there may be in the wrong one: delete that pod once."
    assert said not in notes(folder)
    assert f"\n\n{said}\n" in notes(folder, {"cluster": {"poolPriority": [{"nodePool": "np9"}]}})
    bucket = {"storage": {"backend": "oss", "volume": "models"}, "model": {"id": "/models/mistral"}}
    assert f"\n\n{said}\n\nThe pods read" in notes(written(tmp_path, RANKED, bucket))


def test_pools_can_be_ranked_at_install(tmp_path: Path) -> None:
    folder = written(tmp_path, on("ack"))
    assert "ResourcePolicy" not in {item["kind"] for item in objects(folder)}
    given = {"cluster": {"poolPriority": [{"nodePool": "np9", "resource": "elastic"}]}}
    (unit,) = one(objects(folder, given), "ResourcePolicy")["spec"]["units"]
    assert unit["resource"] == "elastic"
    with pytest.raises(helm_python.HelmError, match="names one node pool"):
        objects(folder, {"cluster": {**given["cluster"], "nodePool": "np1"}})
    daemons = written(tmp_path, on("ack"), {"workload": {"kind": "DaemonSet"}})
    with pytest.raises(helm_python.HelmError, match="a DaemonSet fills all of them"):
        objects(daemons, given)


@pytest.mark.parametrize("name", CLOUDS)
def test_only_aks_marks_pods_that_have_an_identity(tmp_path: Path, name: str) -> None:
    folder, label = written(tmp_path, on(name)), "azure.workload.identity/use"
    annotated = {"serviceAccount": {"annotations": {"azure.workload.identity/client-id": "x"}}}

    def labels(values: dict[str, Any]) -> Any:
        return one(objects(folder, values), "Deployment")["spec"]["template"]["metadata"]["labels"]

    assert label not in labels({})
    assert labels(annotated).get(label) == ("true" if name == "aks" else None)
    assert labels({**annotated, "pod": {"labels": {label: "false"}}})[label] == "false"


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("aks", "imageStreaming", True),
        ("eks", "bootDisk", {"image": "x", "project": "my-project"}),
        ("gke", "poolPriority", [{"nodePool": "np1"}]),
        ("generic", "nodePool", "gpu"),
    ],
)
def test_a_key_of_another_provider_is_refused(tmp_path: Path, name: str, key: str, value: Any) -> None:
    with pytest.raises(ValuesInvalid) as caught:
        made(tmp_path, on(name, **{key: value}))
    assert [problem.key for problem in caught.value.problems] == [f"cluster.{key}"]
    with pytest.raises(helm_python.HelmError, match="not used by this chart"):
        objects(written(tmp_path, on(name)), {"cluster": {key: value}})


def test_a_new_provider_is_one_table_and_one_template(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for folder in ("chartgen", "charts", "rules", "schemas"):
        shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "chartgen" / "catalogue" / "data" / "providers" / "throwaway.toml").write_text(
        'title = "Throwaway"\ntolerations = []\nmanages_device_plugin = true\n[labels]\nnode_pool = "throwaway/pool"\n'
    )
    (tree / "charts" / "vllm" / "provider" / "throwaway.yaml.j2").write_text(
        "[% set spot_labels = [] %]\n[% macro required_node() %]\n- key: throwaway/pool\n  operator: In\n"
        "  values: [{{ $.Values.cluster.nodePool | quote }}]\n[% endmacro %]\n"
    )
    values = tmp_path / "values.yaml"
    given = merged(on("throwaway", nodePool="gpu"))
    refused = merged(on("throwaway", devicePlugin="install"), {"spot": {"policy": "require"}})
    values.write_text(json.dumps(given))
    assert rendered(tree, values).returncode == 0
    (term,) = terms(objects(tmp_path / "out" / "mistral"))
    assert term == [{"key": "throwaway/pool", "operator": "In", "values": ["gpu"]}]
    values.write_text(json.dumps(refused))
    ended = rendered(tree, values)
    assert ended.returncode == 3
    assert "error[cluster.devicePlugin]" in ended.stderr
    assert "error[spot.policy]" in ended.stderr


def rendered(tree: Path, values: Path) -> subprocess.CompletedProcess[str]:
    """`chartgen render` by the copy of this project in `tree`."""
    command = [sys.executable, "-m", "chartgen", "render", str(values), "-o", str(values.parent / "out")]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=values.parent)


EVICTABLE = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"


def annotated(found: list[Object]) -> str | None:
    for each in found:
        if "template" in each.get("spec", {}):
            return str(each["spec"]["template"]["metadata"]["annotations"].get(EVICTABLE))
    return None


@pytest.mark.parametrize(
    ("provider", "sections", "named"),
    [
        ("generic", {"storage": {"backend": "empty-dir"}}, "model,tmp"),
        ("eks", {"storage": {"backend": "efs", "storageClass": "efs"}}, "tmp"),
        ("aks", {"storage": {"backend": "empty-dir"}}, "None"),
        ("eks", {"storage": {"backend": "empty-dir"}, "workload": {"kind": "DaemonSet"}}, "None"),
    ],
)
def test_the_cluster_autoscaler_may_give_the_node_up(
    tmp_path: Path, provider: str, sections: dict[str, Any], named: str
) -> None:
    assert annotated(objects(written(tmp_path, on(provider), sections))) == named


def test_the_users_word_on_local_volumes_wins(tmp_path: Path) -> None:
    folder = written(tmp_path, on("eks"), {"storage": {"backend": "empty-dir"}})
    assert annotated(objects(folder, {"pod": {"annotations": {EVICTABLE: "tmp"}}})) == "tmp"
