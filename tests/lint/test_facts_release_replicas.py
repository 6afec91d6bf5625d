"""Numbers of replicas: defaults, autoscalers, groups; and the rounding of rollouts and disruption budgets."""

from __future__ import annotations

from typing import Any

import pytest
from facts_of import elements, values

TEMPLATE = "template: {metadata: {labels: {app: vllm}}, spec: {containers: [{name: vllm, image: a}]}}"
SCALED_OBJECT = "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: vllm}\nspec:"
HPA = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: vllm}\nspec:"
TARGET = "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: vllm}"


def deployment(spec: str = "") -> str:
    return f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: vllm}}\nspec: {{{spec} {TEMPLATE}}}"


def bounds(text: str) -> Any:
    """Fewest and most replicas of the last object."""
    return values(elements(text, "object")[0], "replicas.min", "replicas.max")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (deployment(), [1, 1]),
        (deployment("replicas: 3,"), [3, 3]),
        (deployment("replicas: three,"), [None, None]),
        (deployment("replicas: true,"), [None, None]),
        (f"apiVersion: apps/v1\nkind: DaemonSet\nspec: {{{TEMPLATE}}}", [None, None]),
        ("apiVersion: v1\nkind: Pod\nspec: {}", [1, 1]),
        (f"apiVersion: batch/v1\nkind: Job\nspec: {{parallelism: 8, {TEMPLATE}}}", [8, 8]),
        (f"apiVersion: batch/v1\nkind: Job\nspec: {{parallelism: 8, completions: 2, {TEMPLATE}}}", [2, 2]),
        (f"apiVersion: batch/v1\nkind: CronJob\nspec: {{jobTemplate: {{spec: {{{TEMPLATE}}}}}}}", [1, 1]),
    ],
)
def test_own_number(text: str, expected: list[int | None]) -> None:
    assert bounds(text) == expected


@pytest.mark.parametrize(
    ("autoscaler", "expected"),
    [
        (f"{HPA} {{maxReplicas: 4, {TARGET}}}", [1, 4]),
        (f"{HPA} {{minReplicas: 2, maxReplicas: 4, {TARGET}}}", [2, 4]),
        (f"{HPA} {{minReplicas: 2, {TARGET}}}", [2, None]),
        (f"{SCALED_OBJECT} {{scaleTargetRef: {{name: vllm}}}}", [0, 100]),
        (f"{SCALED_OBJECT} {{minReplicaCount: 2, maxReplicaCount: 3, scaleTargetRef: {{name: vllm}}}}", [2, 3]),
        (f"{SCALED_OBJECT} {{minReplicaCount: 2, idleReplicaCount: 0, scaleTargetRef: {{name: vllm}}}}", [0, 100]),
        (f"{SCALED_OBJECT} {{scaleTargetRef: {{name: other}}}}", [7, 7]),
        (f"{SCALED_OBJECT} {{scaleTargetRef: {{kind: StatefulSet, name: vllm}}}}", [7, 7]),
        (f"{HPA} {{maxReplicas: 4, scaleTargetRef: {{kind: Deployment, name: vllm}}}}", [7, 7]),
    ],
)
def test_the_autoscaler_decides(autoscaler: str, expected: list[int | None]) -> None:
    assert bounds(f"{autoscaler}\n---\n{deployment('replicas: 7,')}") == expected


def test_two_autoscalers_span_both() -> None:
    one = f"{HPA} {{minReplicas: 2, maxReplicas: 4, {TARGET}}}"
    other = f"{SCALED_OBJECT} {{minReplicaCount: 1, maxReplicaCount: 3, scaleTargetRef: {{name: vllm}}}}"
    assert bounds(f"{one}\n---\n{other}\n---\n{deployment()}") == [1, 4]


@pytest.mark.parametrize(
    ("leader", "expected"),
    [("", [["worker", 6, 6]]), ("leaderTemplate: {spec: {}},", [["leader", 2, 2], ["worker", 4, 4]])],
)
def test_a_group_has_a_leader_and_workers(leader: str, expected: list[list[Any]]) -> None:
    text = f"""
apiVersion: leaderworkerset.x-k8s.io/v1
kind: LeaderWorkerSet
metadata: {{name: vllm}}
spec: {{replicas: 2, leaderWorkerTemplate: {{size: 3, {leader} workerTemplate: {{spec: {{}}}}}}}}
"""
    found = elements(text, "pod")
    assert [[each.template.role, *values(each, "replicas.min", "replicas.max")] for each in found] == expected


def test_ray_workers_come_in_groups_of_hosts() -> None:
    text = """
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: llama}
spec:
  headGroupSpec: {template: {spec: {}}}
  workerGroupSpecs:
  - {groupName: a, replicas: 2, numOfHosts: 3, template: {spec: {}}}
"""
    assert [values(each, "replicas.max") for each in elements(text, "pod")] == [1, 6]
    scaled = text.replace("spec:\n  head", "spec:\n  enableInTreeAutoscaling: true\n  head")
    assert [values(each, "replicas.max") for each in elements(scaled, "pod")] == [1, None]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("replicas: 1,", [1, 0]),
        ("replicas: 4,", [1, 1]),
        ("replicas: 5,", [2, 1]),
        ("replicas: 0,", [1, 0]),
        ("replicas: 3, strategy: {rollingUpdate: {maxSurge: 50%, maxUnavailable: 50%}},", [2, 1]),
        ("replicas: 1, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 50%}},", [0, 1]),
        ("replicas: 2, strategy: {rollingUpdate: {maxSurge: 3, maxUnavailable: 0}},", [2, 0]),
        ("replicas: 2, strategy: {rollingUpdate: {maxSurge: 200%, maxUnavailable: 5}},", [2, 2]),
        ("replicas: 2, strategy: {rollingUpdate: {maxSurge: some, maxUnavailable: 1}},", [None, 1]),
    ],
)
def test_a_rollout_rounds_surge_up_and_unavailable_down(spec: str, expected: list[int | None]) -> None:
    subject = elements(deployment(spec), "object")[0]
    assert values(subject, "rollout.surge", "rollout.unavailable") == expected


@pytest.mark.parametrize(
    ("field", "replicas", "required"),
    [
        ("minAvailable: 2", 3, 2),
        ("minAvailable: 50%", 3, 2),
        ("minAvailable: 100%", 3, 3),
        ("maxUnavailable: 1", 3, 2),
        ("maxUnavailable: 10%", 3, 2),
        ("maxUnavailable: 0", 3, 3),
        ("maxUnavailable: 0%", 3, 3),
        ("maxUnavailable: 5", 3, 0),
        ("minAvailable: most", 3, None),
    ],
)
def test_a_budget_rounds_both_percentages_up(field: str, replicas: int, required: int | None) -> None:
    budget = f"""
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: vllm}}
spec: {{{field}, selector: {{matchLabels: {{app: vllm}}}}}}
"""
    subject = elements(f"{deployment(f'replicas: {replicas},')}\n---{budget}", "bound")[0]
    assert values(subject, "budget.most", "budget.requiredOfMost") == [replicas, required]


@pytest.mark.parametrize(
    ("version", "selector", "expected"),
    [
        ("v1", "{}", ["Deployment vllm"]),
        ("v1beta1", "{}", None),
        ("v1", "{matchLabels: {app: vllm}}", ["Deployment vllm"]),
        ("v1", "{matchLabels: {app: other}}", None),
    ],
)
def test_an_empty_selector_means_everything_since_v1(version: str, selector: str, expected: list[str] | None) -> None:
    budget = f"""
apiVersion: policy/{version}
kind: PodDisruptionBudget
metadata: {{name: vllm}}
spec: {{minAvailable: 1, selector: {selector}}}
"""
    subject = elements(f"{deployment()}\n---{budget}", "bound")[0]
    assert values(subject, "budget.selects") == expected


def test_pods_of_several_workloads_add_up() -> None:
    other = deployment("replicas: 2,").replace("name: vllm}\nspec", "name: canary}\nspec")
    budget = """
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: vllm}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: vllm}}}
"""
    subject = elements(f"{deployment('replicas: 3,')}\n---\n{other}\n---{budget}", "bound")[0]
    assert values(subject, "budget.selects", "budget.most") == [["Deployment canary", "Deployment vllm"], 5]


def test_a_daemon_set_beside_others_cannot_be_counted() -> None:
    daemons = f"apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: daemons}}\nspec: {{{TEMPLATE}}}"
    budget = """
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: vllm}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: vllm}}}
"""
    subject = elements(f"{deployment()}\n---\n{daemons}\n---{budget}", "bound")[0]
    assert values(subject, "budget.selects", "budget.most") == [["Deployment vllm"], None]
