"""Which pods with GPUs restart, by which fields, and whether the rollout has the GPUs for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from upgrade_objects import compared, made, named, overlaid, text

RESTARTED = "gpu-restart-on-upgrade"
NEW_IMAGE = {
    "containers": [
        {"name": "vllm", "image": "vllm/vllm-openai:v0.34.0", "resources": {"limits": {"nvidia.com/gpu": 1}}}
    ]
}
TWO_GPUS = {
    "containers": [
        {"name": "vllm", "image": "vllm/vllm-openai:v0.33.0", "resources": {"limits": {"nvidia.com/gpu": 2}}}
    ]
}
HPA = made(
    "HorizontalPodAutoscaler", {"spec": {"minReplicas": 3, "scaleTargetRef": {"kind": "Deployment", "name": "vllm"}}}
)


def rolling(**rolling_update: Any) -> dict[str, Any]:
    return {"strategy": {"rollingUpdate": rolling_update}}


COUNTS = [
    # kind, spec, new pod: units, surge, unavailable, GPUs that must be free
    ("Deployment", {"replicas": 1}, NEW_IMAGE, (1, 1, 0, 1)),
    ("Deployment", {"replicas": 4}, NEW_IMAGE, (4, 1, 1, 0)),
    ("Deployment", {"replicas": 4, **rolling(maxSurge="50%", maxUnavailable=0)}, NEW_IMAGE, (4, 2, 0, 1)),
    ("Deployment", {"replicas": 2, **rolling(maxSurge=5, maxUnavailable=7)}, NEW_IMAGE, (2, 2, 2, 0)),
    ("Deployment", {"replicas": 4, **rolling(maxSurge=0, maxUnavailable=0)}, NEW_IMAGE, (4, 0, 1, 0)),
    ("Deployment", {"replicas": 4, **rolling(maxSurge=0, maxUnavailable=1)}, TWO_GPUS, (4, 0, 1, 4)),
    ("Deployment", {"replicas": 2, "strategy": {"type": "Recreate"}}, NEW_IMAGE, (2, 0, 2, 0)),
    ("StatefulSet", {"replicas": 3}, NEW_IMAGE, (3, 0, 1, 0)),
    ("StatefulSet", {"replicas": 3}, TWO_GPUS, (3, 0, 1, 3)),
    # getStatefulSetMaxUnavailable of the controller rounds down, to one at least.
    (
        "StatefulSet",
        {"replicas": 3, "updateStrategy": {"rollingUpdate": {"maxUnavailable": "50%"}}},
        NEW_IMAGE,
        (3, 0, 1, 0),
    ),
    ("DaemonSet", {}, NEW_IMAGE, (None, 0, 1, 0)),
    (
        "DaemonSet",
        {"updateStrategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}},
        NEW_IMAGE,
        (None, 1, 0, 1),
    ),
]


@pytest.mark.parametrize(("kind", "spec", "pod", "counts"), COUNTS)
def test_counts(
    kind: str, spec: dict[str, Any], pod: dict[str, Any], counts: tuple[int | None, ...], tmp_path: Path
) -> None:
    old = made(kind, {"spec": spec})
    _, found = compared(tmp_path, text(old), text(overlaid(old, {"spec": {"template": {"spec": pod}}})))
    (restart,) = found["objects"][0]["restarts"]
    assert tuple(restart[key] for key in ("units", "surge", "unavailable", "spareGpus")) == counts
    assert restart["automatic"]
    assert len(named(found, RESTARTED)) == 1


def test_the_fields_that_cause_it_and_no_others(tmp_path: Path) -> None:
    old = made("StatefulSet", {"metadata": {"labels": {"helm.sh/chart": "vllm-0.1.0"}}})
    pod = {"spec": NEW_IMAGE, "metadata": {"annotations": {"checksum/config": "2"}}}
    new = made(
        "StatefulSet",
        {"metadata": {"labels": {"helm.sh/chart": "vllm-0.2.0"}}, "spec": {"replicas": 2, "template": pod}},
    )
    _, found = compared(tmp_path, text(old), text(new))
    (verdict,) = named(found, RESTARTED)
    assert verdict["fields"] == [
        "spec.template.metadata.annotations['checksum/config']",
        "spec.template.spec.containers[vllm].image",
    ]


@pytest.mark.parametrize(
    ("spare", "severity", "code", "words"),
    [
        ((), "warning", 0, "needs 1 free GPU, since a new one starts before an old one stops, or waits for ever"),
        (("--spare-gpus", "0"), "error", 1, "none is there, and it waits for ever"),
        (("--spare-gpus", "1"), "info", 0, "; 1 is there"),
    ],
)
def test_spare_gpus(spare: tuple[str, ...], severity: str, code: int, words: str, tmp_path: Path) -> None:
    old, new = made("Deployment", {}), made("Deployment", {"spec": {"template": {"spec": NEW_IMAGE}}})
    ended, found = compared(tmp_path, text(old), text(new), *spare)
    (verdict,) = named(found, RESTARTED)
    assert (ended, verdict["severity"]) == (code, severity)
    assert words in verdict["message"]


def test_an_autoscaler_decides_how_many(tmp_path: Path) -> None:
    old, new = made("Deployment", {}), made("Deployment", {"spec": {"template": {"spec": TWO_GPUS}}})
    _, found = compared(tmp_path, text(old, HPA), text(new, HPA))
    (restart,) = found["objects"][0]["restarts"]
    assert (restart["units"], restart["gpus"], restart["spareGpus"]) == (3, 2, 3)


def test_a_group_of_a_leader_worker_set_is_one_unit(tmp_path: Path) -> None:
    group = {"spec": {"leaderWorkerTemplate": {"size": 3, "leaderTemplate": {"spec": TWO_GPUS}}}}
    new = overlaid(group, {"spec": {"leaderWorkerTemplate": {"workerTemplate": {"spec": NEW_IMAGE}}}})
    _, found = compared(tmp_path, text(made("LeaderWorkerSet", group)), text(made("LeaderWorkerSet", new)))
    (restart,) = found["objects"][0]["restarts"]
    assert (restart["gpus"], restart["units"], restart["unavailable"]) == (2 + 2 * 1, 1, 1)
    assert "group" in named(found, RESTARTED)[0]["message"]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("Deployment", {"replicas": 3}),
        ("Deployment", {"template": {"spec": {"containers": [{"name": "vllm", "image": "nginx:1.29.1"}]}}}),
        ("ReplicaSet", {"template": {"spec": NEW_IMAGE}}),
    ],
)
def test_what_restarts_nothing_with_gpus(kind: str, change: dict[str, Any], tmp_path: Path) -> None:
    web = {"spec": {"template": {"spec": {"containers": [{"name": "vllm", "image": "nginx:1.29.0"}]}}}}
    old = made(kind, web if "nginx" in str(change) else {})
    _, found = compared(tmp_path, text(old), text(overlaid(old, {"spec": change})))
    assert found["summary"]["changed"] == 1
    assert named(found, RESTARTED) == []


def test_pods_that_wait_to_be_deleted(tmp_path: Path) -> None:
    old = made("StatefulSet", {"spec": {"updateStrategy": {"type": "OnDelete"}}})
    _, found = compared(tmp_path, text(old), text(overlaid(old, {"spec": {"template": {"spec": NEW_IMAGE}}})))
    assert "until they are deleted" in named(found, RESTARTED)[0]["message"]


def test_replicas_that_an_autoscaler_sets_too(tmp_path: Path) -> None:
    scaled = made("Deployment", {"spec": {"replicas": 2}})
    changed = overlaid(scaled, {"metadata": {"labels": {"team": "ml"}}})
    left = made("Deployment", {"metadata": {"labels": {"team": "ml"}}})
    name = "replicas-owned-by-autoscaler"
    _, both = compared(tmp_path, text(scaled, HPA), text(changed, HPA))
    assert "refused with a conflict" in named(both, name)[0]["message"]
    _, handed_over = compared(tmp_path, text(scaled, HPA), text(left, HPA))
    assert "sets them to 1 once" in named(handed_over, name)[0]["message"]
    for old, new in ((scaled, changed), (left, overlaid(left, {"spec": {"minReadySeconds": 5}}))):
        _, without = compared(tmp_path, text(old), text(new))
        assert named(without, name) == []
    _, same = compared(tmp_path, text(scaled, HPA), text(scaled, HPA))
    assert same["verdicts"] == []


def test_an_inference_service(tmp_path: Path) -> None:
    standard = {"metadata": {"annotations": {"serving.kserve.io/deploymentMode": "Standard"}}}
    old = made("InferenceService", {**standard, "spec": {"predictor": {"minReplicas": 4}}})
    counts = []
    for mode in ("Standard", "Serverless"):
        one = overlaid(old, {"metadata": {"annotations": {"serving.kserve.io/deploymentMode": mode}}})
        _, found = compared(tmp_path, text(one), text(overlaid(one, {"spec": {"predictor": NEW_IMAGE}})))
        (restart,) = found["objects"][0]["restarts"]
        counts.append(tuple(restart[key] for key in ("units", "surge", "unavailable", "spareGpus")))
    assert counts == [(4, 1, 1, 0), (4, 4, 0, 1)]
    for change, number in (
        ({"metadata": {"labels": {"helm.sh/chart": "vllm-0.2.0"}}}, 1),
        ({"spec": {"predictor": {"minReplicas": 5, "deploymentStrategy": {"type": "Recreate"}}}}, 0),
    ):
        _, found = compared(tmp_path, text(old), text(overlaid(old, change)))
        assert len(named(found, RESTARTED)) == number


@pytest.mark.parametrize(("partition", "number"), [(1, 1), (2, 0)])
def test_a_partition_holds_pods_back(partition: int, number: int, tmp_path: Path) -> None:
    strategy = {"rollingUpdate": {"partition": partition}}
    old = made("StatefulSet", {"spec": {"replicas": 2, "updateStrategy": strategy}})
    _, found = compared(tmp_path, text(old), text(overlaid(old, {"spec": {"template": {"spec": NEW_IMAGE}}})))
    assert len(named(found, RESTARTED)) == number
