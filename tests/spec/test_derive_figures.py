"""Names, clocks, host resources, disks and rollout of the derived block."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from values_making import derived, values

from chartgen import spec
from chartgen.catalogue import gpus, models, providers
from chartgen.model.spec import Parallelism
from chartgen.spec.checks import check
from chartgen.spec.derive import derive
from chartgen.spec.derive.quantity import parse_bytes

AWQ = "TheBloke/vicuna-7B-v1.5-AWQ"


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("mistralai/Mistral-7B-Instruct-v0.2", "mistral-7b-instruct-v0-2"),
        ("org/vllm", "model-vllm"),
        ("org/7b__chat", "model-7b-chat"),
        ("org/a" + "-b" * 40, "a" + "-b" * 19),
        ("org/0.-_", "model-0"),
    ],
)
def test_name(model: str, name: str) -> None:
    assert derived(values(model, "nvidia-a10")).name == name


def test_a_given_name_is_kept() -> None:
    whole = values(AWQ, "nvidia-t4")
    whole["name"] = "vicuna"
    assert derived(whole).name == "vicuna"


@pytest.mark.parametrize(
    ("image", "version", "utilisation"),
    [
        ({}, "0.33.0", 0.92),
        ({"tag": "v0.19.1"}, "0.19.1", 0.9),
        ({"tag": "nightly-2026", "digest": "sha256:" + "0" * 64}, "", 0.9),
        ({"repository": "team/inference", "tag": "v1.2.0"}, "", 0.9),
        (
            {"registry": "registry.example.com", "repository": "mirror/vllm-openai", "tag": "v0.25.1-cu130"},
            "0.25.1",
            0.92,
        ),
    ],
)
def test_engine_version(image: dict[str, str], version: str, utilisation: float) -> None:
    found = derived(values(AWQ, "nvidia-t4", engine={"image": image}))
    assert (found.engine_version, found.gpu_memory_utilization) == (version, utilisation)


@pytest.mark.parametrize(("gpu", "dtype"), [("nvidia-t4", "half"), ("nvidia-a10", "auto")])
def test_dtype(gpu: str, dtype: str) -> None:
    assert derived(values(AWQ, gpu)).dtype == dtype
    assert derived(values(AWQ, gpu, model={"dtype": "float32"})).dtype == "float32"
    assert derived(values(AWQ, gpu, model={"dtype": "auto"})).dtype == dtype


def test_the_spot_example() -> None:
    found = derived(
        values(
            AWQ,
            "nvidia-t4",
            workload={"kind": "StatefulSet", "replicas": 2},
            spot={"policy": "require"},
            storage={"backend": "azure-disk"},
        )
    )
    assert (found.pre_stop_seconds, found.drain_seconds, found.grace_seconds) == (5, 10, 30)
    assert (found.storage_size, found.storage_class, found.access_mode) == (
        "16Gi",
        "managed-csi-premium",
        "ReadWriteOnce",
    )
    assert (found.cpu, found.memory, found.shared_memory) == ("3", "12Gi", "2Gi")
    assert found.instance_types == (
        "Standard_NC16as_T4_v3",
        "Standard_NC4as_T4_v3",
        "Standard_NC64as_T4_v3",
        "Standard_NC8as_T4_v3",
    )
    assert (found.startup_seconds, found.time_to_ready) == (600, 1500)
    assert (found.strategy, found.max_surge, found.max_unavailable) == ("RollingUpdate", None, None)
    assert (found.gpu_resource, found.gpu_count, found.source) == ("nvidia.com/gpu", 1, "hub")


@pytest.mark.parametrize(
    ("workload", "backend", "kind", "rollout"),
    [
        ({}, "azure-disk", "StatefulSet", ("RollingUpdate", None, None)),
        ({}, "azure-files", "Deployment", ("RollingUpdate", 0, 1)),
        ({}, "empty-dir", "Deployment", ("RollingUpdate", 0, 1)),
        ({"kind": "Deployment"}, "azure-disk", "Deployment", ("Recreate", None, None)),
        ({"kind": "DaemonSet"}, "empty-dir", "DaemonSet", ("RollingUpdate", None, 1)),
    ],
)
def test_kind_and_rollout(workload: dict[str, Any], backend: str, kind: str, rollout: tuple[object, ...]) -> None:
    found = derived(values(AWQ, "nvidia-t4", workload=workload, storage={"backend": backend}))
    assert found.kind == kind
    assert (found.strategy, found.max_surge, found.max_unavailable) == rollout


def test_the_nodes_own_disk_is_limited_where_the_model_is_known() -> None:
    found = derived(values(AWQ, "nvidia-t4", storage={"backend": "empty-dir"}))
    assert (found.storage_size, found.storage_class, found.access_mode) == ("16Gi", None, None)
    unknown = derived(values("somebody/something", "nvidia-t4", storage={"backend": "empty-dir"}))
    assert unknown.storage_size is None


def test_replicas_share_the_throughput_of_one_share() -> None:
    def startup(replicas: int, backend: str) -> int:
        whole = values(
            "Qwen/Qwen3-32B", "nvidia-a100-80gb", storage={"backend": backend}, workload={"replicas": replicas}
        )
        return derived(whole).startup_seconds

    assert startup(2, "azure-disk") == startup(1, "azure-disk")
    # 61.02 GiB at 100 MiB/s for one more reader, twice.
    assert startup(2, "azure-files") - startup(1, "azure-files") == pytest.approx(2 * 61.02 * 1024 / 100, abs=10)


def test_a_model_on_the_volume_is_not_downloaded() -> None:
    claim = {"storage": {"backend": "existing-claim", "claim": "models"}}
    volume = derived(values("/models/llama", "nvidia-a100-80gb", "generic", **claim))
    hub = derived(values("org/llama", "nvidia-a100-80gb", "generic", **claim))
    assert volume.source == "volume"
    assert volume.startup_seconds < hub.startup_seconds


def test_eager_mode_compiles_nothing() -> None:
    def startup(eager: bool) -> int:
        whole = values("Qwen/Qwen3-32B", "nvidia-a100-80gb", engine={"args": {"enforce-eager": eager}})
        return derived(whole).startup_seconds

    assert startup(False) - startup(True) == 2 * (120 + 60)


def test_the_clocks_of_an_engine_without_drain() -> None:
    found = derived(values(AWQ, "nvidia-t4", engine={"image": {"tag": "v0.17.1"}}))
    assert (found.pre_stop_seconds, found.drain_seconds, found.grace_seconds) == (30, 0, 40)
    spot = derived(values(AWQ, "nvidia-t4", engine={"image": {"tag": "v0.17.1"}}, spot={"policy": "require"}))
    assert (spot.pre_stop_seconds, spot.drain_seconds, spot.grace_seconds) == (15, 0, 30)


def test_clocks_follow_what_the_file_sets() -> None:
    found = derived(values(AWQ, "nvidia-t4", lifecycle={"drainSeconds": 600}))
    assert (found.drain_seconds, found.grace_seconds) == (120, 620)
    found = derived(values(AWQ, "nvidia-t4", lifecycle={"graceSeconds": 60}))
    assert found.drain_seconds == 40


@pytest.mark.parametrize("policy", ["never", "prefer", "require"])
@pytest.mark.parametrize("tag", ["v0.17.1", "v0.33.0"])
@pytest.mark.parametrize("lifecycle", [{}, {"drainSeconds": 3}, {"drainSeconds": 20}, {"graceSeconds": 45}])
def test_the_pod_always_has_time_to_end(policy: str, tag: str, lifecycle: dict[str, int]) -> None:
    if "drainSeconds" in lifecycle and tag == "v0.17.1":
        return
    found = derived(
        values(AWQ, "nvidia-t4", engine={"image": {"tag": tag}}, spot={"policy": policy}, lifecycle=lifecycle)
    )
    drain = lifecycle.get("drainSeconds", found.drain_seconds)
    grace = lifecycle.get("graceSeconds", found.grace_seconds)
    assert found.pre_stop_seconds + drain + 10 <= grace
    if policy == "require":
        assert found.pre_stop_seconds + drain <= 30


def test_autoscaling_waits_for_a_loading_pod() -> None:
    found = derived(values(AWQ, "nvidia-t4", autoscaling={"kind": "hpa"}, storage={"backend": "azure-files"}))
    assert (found.scale_down_window_seconds, found.scale_up_period_seconds) == (
        found.time_to_ready,
        found.time_to_ready,
    )
    long = derived(values("Qwen/Qwen3-32B", "nvidia-a100-80gb", autoscaling={"kind": "hpa"}))
    assert (long.scale_down_window_seconds, long.scale_up_period_seconds) == (3600, 1800)
    assert derived(values(AWQ, "nvidia-t4")).scale_down_window_seconds is None


def test_a_replica_takes_its_share_of_the_node() -> None:
    found = derived(values("Qwen/Qwen2.5-7B", "nvidia-a100-80gb", parallelism={"tensor": 4}))
    assert found.instance_types == ("Standard_NC96ads_A100_v4", "Standard_ND96amsr_A100_v4")
    assert (found.gpu_count, found.cpu, found.shared_memory) == (4, "6", "8Gi")
    small = derived(values("org/unknown", "nvidia-t4"))
    assert small.memory == "18Gi"
    # What AKS leaves of 28 GiB is less than /dev/shm, the process and the checkpoint would take together.
    shared = derived(values("org/unknown", "nvidia-t4", workload={"sharedMemory": "10Gi"}))
    assert shared.memory == "22Gi"


def test_a_generic_cluster_is_chosen_by_product() -> None:
    found = derived(values(AWQ, "nvidia-t4", "generic"))
    assert (found.instance_types, found.gpu_products) == ((), ("Tesla-T4",))


@pytest.mark.parametrize("gpu", gpus.gpus(), ids=lambda gpu: gpu.name)
@pytest.mark.parametrize("provider", providers.providers())
def test_every_model_on_every_gpu_has_figures(gpu: gpus.Gpu, provider: str) -> None:
    loaded = spec.load_text(json.dumps(values(AWQ, "nvidia-t4", provider)), "values.yaml")
    base, made = loaded.spec, asdict(loaded.choices)
    for model in models.models():
        for tensor, pipeline in ((1, 1), (3, 64)):
            whole = replace(
                base,
                model=replace(base.model, id=model.id),
                gpu=replace(base.gpu, type=gpu.name),
                parallelism=Parallelism(tensor, pipeline, nodes=None),
            )
            found = derive(whole)
            assert found.max_length is None or 1 <= found.max_length <= (model.context or 0)
            assert found.startup_seconds % 10 == 0
            assert (parse_bytes(found.memory) or 0) > (parse_bytes(found.shared_memory) or 0)
            assert all(refusal.key and refusal.message and refusal.remedy for refusal in check(whole, found, made))
