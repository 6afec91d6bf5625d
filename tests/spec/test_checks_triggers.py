"""Checks of the autoscaler's metrics, of its schedule and of the two pools: refused with numbers, accepted after it."""

from __future__ import annotations

from typing import Any

import pytest
from values_making import Case, check_accepted, check_refused, derived, only, problems, values

AWQ = "TheBloke/vicuna-7B-v1.5-AWQ"
ASKED = {"kind": "keda", "prometheus": {"serverAddress": "http://prometheus:9090"}}
RUNNING = {"name": "vllm:num_requests_running", "target": 8}
QUEUE = {"query": "sum(gateway_queue_size)", "target": 5}


def span(**changed: Any) -> dict[str, Any]:
    return {"timezone": "Europe/Berlin", "start": "0 8 * * 1-5", "end": "0 20 * * 1-5", "replicas": 3, **changed}


def scaled(provider: str = "aks", gpu: str = "nvidia-t4", /, **autoscaling: Any) -> dict[str, Any]:
    return values(AWQ, gpu, provider, autoscaling={"kind": "hpa", **autoscaling})


def asked(**autoscaling: Any) -> dict[str, Any]:
    return scaled(**{**ASKED, **autoscaling})


def pools(spot: dict[str, Any] | None = None, /, **sections: Any) -> dict[str, Any]:
    return values(AWQ, "nvidia-t4", spot={"policy": "mixed", **(spot or {})}, **sections)


CASES: list[Case] = [
    # name, values, key, words of the message, values that follow the remedy
    (
        "zero-hpa",
        scaled(min=0),
        "autoscaling.min",
        "never adds the first pod",
        asked(min=0, schedule=[span()]),
    ),
    (
        "zero-keda",
        asked(min=0),
        "autoscaling.min",
        "nothing would start the first again",
        asked(min=0, wakeUp=QUEUE),
    ),
    (
        "zero-mixed",
        pools(autoscaling={**ASKED, "min": 0, "schedule": [span()]}),
        "autoscaling.min",
        "the base of 1 on-demand replicas always runs",
        pools(autoscaling={**ASKED, "min": 1, "schedule": [span()]}),
    ),
    (
        "own-wake-up",
        asked(min=0, wakeUp={"query": "sum(vllm:num_requests_waiting)", "target": 5}),
        "autoscaling.wakeUp.query",
        "series of the pods themselves",
        asked(min=0, wakeUp=QUEUE),
    ),
    ("nothing-hpa", scaled(metrics=[]), "autoscaling.metrics", "nothing to go by", scaled(metrics=[RUNNING])),
    (
        "nothing-keda",
        scaled(kind="keda", metrics=[]),
        "autoscaling.metrics",
        "nothing to go by",
        scaled(kind="keda", metrics=[], schedule=[span()]),
    ),
    (
        "no-address",
        scaled(kind="keda"),
        "autoscaling.prometheus.serverAddress",
        "which Prometheus",
        asked(),
    ),
    (
        "no-login",
        scaled(kind="keda", prometheus={**ASKED["prometheus"], "authModes": "bearer"}),  # type: ignore[dict-item]
        "autoscaling.prometheus.authModes",
        "in a TriggerAuthentication",
        scaled(
            kind="keda",
            prometheus={**ASKED["prometheus"], "authModes": "bearer", "authentication": "p"},  # type: ignore[dict-item]
        ),
    ),
    (
        "dcgm-on-amd",
        values(
            "Qwen/Qwen3-8B",
            "amd-mi300x",
            cluster={"nodePool": "amd"},
            engine={"image": {"repository": "vllm/vllm-openai-rocm"}},
            autoscaling={"kind": "hpa", "metrics": [{"name": "DCGM_FI_DEV_GPU_UTIL", "target": 80}]},
        ),
        "autoscaling.metrics[0].name",
        "measured on GPUs of NVIDIA",
        values(
            "Qwen/Qwen3-8B",
            "amd-mi300x",
            cluster={"nodePool": "amd"},
            engine={"image": {"repository": "vllm/vllm-openai-rocm"}},
            autoscaling={"kind": "hpa"},
        ),
    ),
    (
        "dcgm-on-gke",
        scaled(
            "gke",
            adapter="gke-managed-prometheus",
            metrics=[RUNNING, {"name": "DCGM_FI_DEV_GPU_UTIL", "target": 80}],
        ),
        "autoscaling.metrics[1].name",
        "a series of the exporter's pods",
        scaled("gke", adapter="gke-managed-prometheus", metrics=[RUNNING]),
    ),
    (
        "dcgm-elsewhere",
        scaled(metrics=[{"name": "DCGM_CUSTOM_PROCESS_SM_UTIL", "target": 50}]),
        "autoscaling.metrics[0].name",
        "exporter of Alibaba Cloud",
        scaled(metrics=[{"name": "DCGM_FI_DEV_GPU_UTIL", "target": 50}]),
    ),
    (
        "full-cache",
        scaled(metrics=[{"name": "vllm:kv_cache_usage_perc", "target": 80}]),
        "autoscaling.metrics[0].target",
        "goes from 0 to 1, so that 80",
        scaled(metrics=[{"name": "vllm:kv_cache_usage_perc", "target": 0.8}]),
    ),
    (
        "empty-span",
        asked(schedule=[span(end="0 8 * * 1-5")]),
        "autoscaling.schedule[0].end",
        "begins and ends at 0 8 * * 1-5",
        asked(schedule=[span()]),
    ),
    (
        "high-span",
        asked(schedule=[span(), span(replicas=4)]),
        "autoscaling.schedule[1].replicas",
        "4 replicas are more than the maximum of 3",
        asked(schedule=[span(), span(replicas=4)], max=4),
    ),
    (
        "idle-span",
        asked(schedule=[span(replicas=2)], min=2),
        "autoscaling.schedule[0].replicas",
        "there are 2 replicas at any time",
        asked(schedule=[span(replicas=3)], min=2),
    ),
    (
        "idle-span-mixed",
        pools({"onDemandBase": 2}, autoscaling={**ASKED, "schedule": [span(replicas=2)]}),
        "autoscaling.schedule[0].replicas",
        "there are 2 replicas at any time",
        pools({"onDemandBase": 2}, autoscaling={**ASKED, "schedule": [span(replicas=3)]}),
    ),
    (
        "base-takes-all",
        pools({"onDemandBase": 3}, autoscaling=ASKED),
        "autoscaling.max",
        "of 3 replicas the base takes 3",
        pools({"onDemandBase": 3}, autoscaling={**ASKED, "max": 4}),
    ),
    (
        "mixed-node-pool",
        pools(cluster={"nodePool": "gpunp"}),
        "cluster.nodePool",
        "a pool of spot nodes and another",
        pools(cluster={"nodeSelector": {"team": "ml"}}),
    ),
    (
        "mixed-selector",
        pools(cluster={"nodeSelector": {"kubernetes.azure.com/priority": "regular"}}),
        "cluster.nodeSelector",
        "on the nodes of one pool alone",
        pools(),
    ),
    (
        "mixed-notice",
        pools({"drainSeconds": 60}),
        "spot.drainSeconds",
        "is gone 30 s after the notice",
        pools({"drainSeconds": 10}, lifecycle={"drainSeconds": 60}),
    ),
    (
        "mixed-drain-engine",
        pools({"drainSeconds": 5}, engine={"image": {"tag": "v0.17.1"}}),
        "spot.drainSeconds",
        "no --shutdown-timeout",
        pools({"drainSeconds": 5}, engine={"image": {"tag": "v0.18.1"}}),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_refused_at_its_key(case: Case) -> None:
    check_refused(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_accepted_after_the_remedy(case: Case) -> None:
    check_accepted(case)


@pytest.mark.parametrize(
    ("whole", "key"),
    [
        (pools({"drainSeconds": 20}), "spot.drainSeconds"),
        (asked(schedule=[span(replicas=9)], max=9), "autoscaling.schedule[0].start"),
    ],
)
def test_warned(whole: dict[str, Any], key: str) -> None:
    assert [(problem.key, problem.fatal) for problem in problems(whole)] == [(key, False)]


@pytest.mark.parametrize("start", ["0 8 * * *", "*/15 0-6 1,15 JAN-MAR MON-FRI", "59 23 31 12 0"])
def test_a_cron_expression_of_five_fields_is_accepted(start: str) -> None:
    assert [problem.message for problem in problems(asked(schedule=[span(start=start)])) if problem.fatal] == []


@pytest.mark.parametrize(
    "start", ["8:00", "0 8 * *", "60 8 * * *", "0 24 * * *", "0 8 0 * *", "0 8 * 13 *", "0 8 * * 7"]
)
def test_another_text_is_not(start: str) -> None:
    problem = only(problems(asked(schedule=[span(start=start)])))
    assert problem.key.startswith("autoscaling.schedule")
    assert "cron expression" in problem.message


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ({"spot": {"onDemandBase": 2}}, "spot.onDemandBase"),
        ({"spot": {"policy": "mixed", "overflow": 2}, "autoscaling": ASKED}, "spot.overflow"),
        ({"spot": {"policy": "mixed"}, "workload": {"replicas": 2}}, "workload.replicas"),
        ({"autoscaling": {"kind": "keda", **ASKED, "adapter": "gke-managed-prometheus"}}, "autoscaling.adapter"),
        ({"autoscaling": {"kind": "hpa", "schedule": [span()]}}, "autoscaling.schedule"),
        ({"autoscaling": {"kind": "hpa", "prometheus": ASKED["prometheus"]}}, "autoscaling.prometheus"),
    ],
)
def test_a_key_without_a_use_is_refused(section: dict[str, Any], key: str) -> None:
    assert [problem.key for problem in problems(values(AWQ, "nvidia-t4", **section))] == [key]


def test_each_pool_has_its_own_clocks() -> None:
    found = derived(pools())
    assert (found.pre_stop_seconds, found.drain_seconds, found.grace_seconds) == (10, 120, 140)
    assert (found.spot_pre_stop_seconds, found.spot_drain_seconds, found.spot_grace_seconds) == (5, 10, 30)
    old = derived(pools(engine={"image": {"tag": "v0.17.1"}}))
    assert (old.pre_stop_seconds, old.spot_pre_stop_seconds, old.spot_drain_seconds) == (30, 15, 0)
    longer = derived(pools({"drainSeconds": 25}, lifecycle={"drainSeconds": 300}))
    assert (longer.grace_seconds, longer.spot_grace_seconds) == (320, 40)
    assert derived(values(AWQ, "nvidia-t4", spot={"policy": "require"})).spot_drain_seconds is None
