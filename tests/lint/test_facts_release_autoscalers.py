"""Autoscalers: what they measure and wait for, and what they aim at in an open and in a closed world."""

from __future__ import annotations

from typing import Any

import pytest
from facts_of import elements, values

WORKLOAD = """
apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}}}
spec: {{template: {{spec: {{containers: [{{name: a, image: {image}, resources: {{limits: {{{limits}}}}}}}]}}}}}}
"""


def workload(name: str = "vllm", kind: str = "Deployment", image: str = "nginx:1.29.1", limits: str = "") -> str:
    return WORKLOAD.format(name=name, kind=kind, image=image, limits=limits)


def hpa(reference: str = "apiVersion: apps/v1, kind: Deployment, name: vllm", more: str = "maxReplicas: 3") -> str:
    return f"""
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: vllm}}
spec: {{{more}, scaleTargetRef: {{{reference}}}}}
"""


def scaled_object(more: str = "minReplicaCount: 1") -> str:
    return f"""
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {{name: vllm}}
spec: {{{more}, scaleTargetRef: {{name: vllm}}}}
"""


def target(*texts: str, **options: Any) -> list[Any]:
    subject = elements("---".join(texts), "target", **options)[0]
    return list(values(subject, "target.exists", "target.near"))


@pytest.mark.parametrize("closed", [True, False])
def test_a_target_that_is_there(closed: bool) -> None:
    assert target(workload(), hpa(), closed=closed) == [True, ""]
    assert target(workload(), scaled_object(), closed=closed) == [True, ""]


def test_a_target_that_is_nowhere() -> None:
    assert target(hpa(), closed=False) == [None, ""]
    assert target(hpa(), closed=True) == [False, ""]


@pytest.mark.parametrize(
    ("text", "reference", "near"),
    [
        (
            workload(kind="StatefulSet"),
            "apiVersion: apps/v1, kind: Deployment, name: vllm",
            "StatefulSet vllm of apps/v1",
        ),
        (workload(), "apiVersion: extensions/v1beta1, kind: Deployment, name: vllm", "Deployment vllm of apps/v1"),
        (workload(), "kind: Deployment, name: vllm", "Deployment vllm of apps/v1"),
        (workload(), "apiVersion: apps/v1, kind: Deployment, name: vlm", "Deployment vllm of apps/v1"),
    ],
)
@pytest.mark.parametrize("closed", [True, False])
def test_what_was_meant(text: str, reference: str, near: str, closed: bool) -> None:
    assert target(text, hpa(reference), closed=closed) == [False, near]


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Service\nmetadata: {name: vllm}\n",
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: vllm}\nspec: {template: {spec: {}}}\n",
        workload("vllm-server"),
        workload(kind="StatefulSet").replace("name: vllm", "name: vllm, namespace: web"),
        workload("vlm", "StatefulSet"),
    ],
)
def test_what_proves_nothing(text: str) -> None:
    assert target(text, hpa()) == [None, ""]


def test_a_workload_with_an_autoscaler_of_its_own_is_not_what_another_meant() -> None:
    own = hpa("apiVersion: apps/v1, kind: Deployment, name: chat").replace("name: vllm}", "name: chat}", 1)
    other = hpa("apiVersion: apps/v1, kind: Deployment, name: chats")
    assert target(workload("chat"), other) == [False, "Deployment chat of apps/v1"]
    assert target(workload("chat"), own, other) == [None, ""]


def test_an_open_namespace_is_no_proof() -> None:
    assert target(workload().replace("name: vllm", "name: vllm, namespace: llm"), hpa(), closed=True) == [None, ""]


def test_an_operator_may_make_it() -> None:
    custom = "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: vllm}\n"
    assert target(custom, hpa(), closed=True) == [None, ""]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (hpa(), ["Resource/cpu"]),
        (hpa(more="metrics: [{type: Resource, resource: {name: memory}}]"), ["Resource/memory"]),
        (hpa(more="metrics: [{type: ContainerResource, containerResource: {name: cpu}}]"), ["Resource/cpu"]),
        (
            hpa(
                more="metrics: [{type: Pods, pods: {metric: {name: running}}}, {type: Resource, resource: {name: cpu}}]"
            ),
            ["Pods/running", "Resource/cpu"],
        ),
        (hpa(more="metrics: [{type: External, external: {metric: {name: queue}}}]"), ["External/queue"]),
        (hpa(more="metrics: [7, {type: Magic}]"), ["unreadable", "unreadable"]),
        (scaled_object("triggers: [{type: cpu}, {type: prometheus}]"), ["Resource/cpu", "prometheus"]),
        (scaled_object(), []),
    ],
)
def test_metrics(text: str, expected: list[str]) -> None:
    assert values(elements(text, "metrics")[0], "scale.metrics") == expected


def test_metrics_of_v1() -> None:
    old = hpa(more="targetCPUUtilizationPercentage: 50").replace("autoscaling/v2", "autoscaling/v1")
    subject = elements(old, "metrics")[0]
    assert (subject.pointer, values(subject, "scale.metrics")) == (
        "/spec/targetCPUUtilizationPercentage",
        ["Resource/cpu"],
    )
    kept = old.replace("{name: vllm}", "{name: vllm, annotations: {autoscaling.alpha.kubernetes.io/metrics: '[]'}}", 1)
    assert values(elements(kept, "metrics")[0], "scale.metrics") == ["Resource/cpu", "unreadable"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (hpa(), [("window", 300)]),
        (hpa(more="behavior: {scaleDown: {stabilizationWindowSeconds: 0}}"), [("window", 0)]),
        (hpa(more="behavior: {scaleDown: {stabilizationWindowSeconds: soon}}"), [("window", None)]),
        (scaled_object("cooldownPeriod: 30"), [("window", 300), ("cooldown", 30)]),
        (
            scaled_object(
                "advanced: {horizontalPodAutoscalerConfig: {behavior: {scaleDown: {stabilizationWindowSeconds: 9}}}}"
            ),
            [("window", 9), ("cooldown", 300)],
        ),
    ],
)
def test_delays(text: str, expected: list[tuple[str, int | None]]) -> None:
    assert [tuple(values(each, "delay.name", "delay.seconds")) for each in elements(text, "delay")] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (workload(), [False, False]),
        (workload(limits="nvidia.com/gpu: 1"), [True, False]),
        (workload(image="vllm/vllm-openai:v0.33.0"), [False, True]),
        (workload("other", limits="nvidia.com/gpu: 1"), [None, None]),
    ],
)
def test_what_the_target_runs(text: str, expected: list[bool | None]) -> None:
    assert values(elements(f"{text}---{hpa()}", "target")[0], "target.gpu", "target.engine") == expected
