"""Facts about objects that speak of the same thing: budgets, autoscalers, claims and copies, in one file or several."""

from __future__ import annotations

from typing import Any

import pytest
from facts_of import elements, values

from chartgen import manifests
from chartgen.lint import facts, releases
from chartgen.lint.engine import subjects
from chartgen.lint.facts.registry import RELATED
from chartgen.lint.facts.wake import metrics

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: vllm%s}
spec:
  selector: {matchLabels: {app: vllm}}
  template:
    metadata: {labels: {app: vllm, part: engine}}
    spec:
      containers:
      - {name: vllm, image: 'vllm/vllm-openai:v0.33.0', args: [org/m], resources: %s}
"""
BUDGET = """
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: %s}
spec: {maxUnavailable: 1, selector: {matchLabels: {%s}}}
"""
HPA = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: %s}
spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: vllm}}
"""
KEDA = """
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: vllm%s}
spec: {scaleTargetRef: {name: vllm}, triggers: [%s]}
"""


def spread(texts: list[str], iterator: str, name: str, *, files: bool, closed: bool) -> Any:
    """A fact of the last object, of texts in one file or in a file each."""
    facts.discover()
    found = [
        manifest
        for index, text in enumerate(texts)
        for manifest in manifests.from_text(text, f"{index if files else 0}.yaml")
    ]
    (subject,) = subjects(releases(found, closed=closed), found[-1], iterator)
    return values(subject, name)


@pytest.mark.parametrize(
    ("files", "closed", "known"), [(False, False, True), (True, False, False), (True, True, True), (False, True, True)]
)
def test_pairs_in_several_files_count_in_a_closed_world_only(files: bool, closed: bool, known: bool) -> None:
    budgets = [DEPLOYMENT % ("", "{}"), BUDGET % ("a", "app: vllm"), BUDGET % ("b", "part: engine")]
    rivals = ["PodDisruptionBudget a"] if known else None
    assert spread(budgets, "object", "budget.rivals", files=files, closed=closed) == rivals
    scalers = [HPA % "a", HPA % "b"]
    other = ["HorizontalPodAutoscaler a"] if known else None
    assert spread(scalers, "target", "target.rivals", files=files, closed=closed) == other
    copies = [HPA % "a", HPA % "a"]
    assert spread(copies, "object", "copies.count", files=files, closed=closed) == int(known)
    assert spread(copies, "target", "target.rivals", files=files, closed=closed) == []


@pytest.mark.parametrize(
    ("hpa", "keda", "rivals"),
    [
        ("keda-hpa-vllm", "", []),
        ("vllm, ownerReferences: [{kind: ScaledObject, name: vllm}]", "", []),
        ("vllm", ", annotations: {autoscaling.keda.sh/paused: 'true'}", []),
        ("vllm, annotations: {helm.sh/hook: test}", "", []),
        ("vllm, namespace: llm", "", None),
        ("vllm", "", ["HorizontalPodAutoscaler vllm"]),
    ],
)
def test_an_hpa_that_belongs_to_a_scaled_object_is_no_rival(hpa: str, keda: str, rivals: list[str] | None) -> None:
    found = spread([HPA % hpa, KEDA % (keda, "")], "target", "target.rivals", files=False, closed=False)
    assert found == rivals


def test_budgets_of_a_workload() -> None:
    workload = DEPLOYMENT % ("", "{limits: {nvidia.com/gpu: 1}}")
    for closed, none in ((True, []), (False, None)):
        (bare,) = elements(workload, "object", closed=closed)
        assert values(bare, "budgets.covering") == none
    (covered,) = elements(BUDGET % ("a", "app: vllm") + "---" + workload, "object")
    assert values(covered, "budgets.covering") == ["PodDisruptionBudget a"]


@pytest.mark.parametrize(
    ("labels", "covers", "near", "gpu"),
    [
        ("app: vllm", ["Deployment vllm"], "", True),
        ("app: vlmm", [], "Deployment vllm has app=vllm", None),
        ("app: other", None, "", None),
        ("app: vllm, part: engine, pod-template-hash: a", None, "", None),
    ],
)
def test_what_a_budget_covers(labels: str, covers: list[str] | None, near: str, gpu: bool | None) -> None:
    text = DEPLOYMENT % ("", "{limits: {nvidia.com/gpu: 1}}") + "---" + BUDGET % ("a", labels)
    (subject,) = elements(text, "object")
    assert values(subject, "budget.covers", "budget.near", "budget.gpu") == [covers, near, gpu]
    assert len(list(RELATED["nearly"](subject))) == bool(near)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sum(vllm:num_requests_waiting)", {"vllm:num_requests_waiting"}),
        ('sum by (le) (rate(a:b_total{x="y}", z!~"c"}[5m] offset 1h)) / on(pod) group_left c', {"a:b_total", "c"}),
        ("avg(a) without (b) > bool 1e3 and d", {"a", "d"}),
        ('{__name__=~"vllm.*"}', None),
        ("sum($metric)", None),
        ("", None),
        ("vector(1)", None),
    ],
)
def test_metrics_of_a_query(query: str, found: set[str] | None) -> None:
    assert metrics(query) == found


def trigger(query: str, more: str = "") -> str:
    return f"{{type: prometheus, metadata: {{query: '{query}'{more}}}}}"


WAITING = trigger("sum(vllm:num_requests_waiting)")


@pytest.mark.parametrize(
    ("triggers", "measured"),
    [
        (WAITING, True),
        (f"{WAITING}, {{type: cpu, metadata: {{value: '70'}}}}", True),
        (trigger("sum(rate(vllm:request_success_total[1m]))"), True),
        (trigger("sum(vllm:num_incoming_requests_total)"), False),
        (f"{WAITING}, {trigger('sum(http_requests_total)')}", False),
        (f"{WAITING}, {{type: cron, metadata: {{}}}}", False),
        (trigger("sum(vllm:num_requests_waiting) or vector(1)"), None),
        (trigger("sum(vllm:num_requests_waiting)", ", ignoreNullValues: 'false'"), None),
        ("", False),
    ],
)
def test_triggers_that_only_the_pods_themselves_feed(triggers: str, measured: bool | None) -> None:
    text = DEPLOYMENT % ("", "{}") + "---" + KEDA % ("", triggers)
    assert values(elements(text, "target")[0], "wake.selfMeasured") is measured
    beside = DEPLOYMENT % ("-2", "{}") + "---" + text
    assert values(elements(beside, "target")[0], "wake.selfMeasured") is (None if measured else measured)


@pytest.mark.parametrize(
    ("resources", "limits", "closed", "missing"),
    [
        ("{}", "", True, ["cpu of container vllm"]),
        ("{}", "", False, None),
        ("{requests: {cpu: 1}}", "", False, []),
        ("{limits: {cpu: 1}}", "", True, []),
        ("{}", "{type: Container, max: {cpu: 4}}", True, None),
        ("{}", "{type: Container, defaultRequest: {memory: 4Gi}}", True, None),
    ],
)
def test_requests_that_an_autoscaler_divides_by(
    resources: str, limits: str, closed: bool, missing: list[str] | None
) -> None:
    text = DEPLOYMENT % ("", resources) + "---" + HPA % "vllm"
    if limits:
        text = f"{{apiVersion: v1, kind: LimitRange, metadata: {{name: l}}, spec: {{limits: [{limits}]}}}}\n---" + text
    (subject,) = elements(text, "metrics", closed=closed)
    assert values(subject, "metrics.withoutRequest") == missing


@pytest.mark.parametrize(("policy", "missing"), [("Always", ["cpu of container beside"]), ("Never", [])])
def test_a_sidecar_needs_a_request_as_containers_do(policy: str, missing: list[str]) -> None:
    """As calculatePodRequests of the controller counts (kubernetes, pkg/controller/podautoscaler)."""
    sidecar = f"initContainers: [{{name: beside, image: i, restartPolicy: {policy}}}]\n      containers:"
    text = (DEPLOYMENT % ("", "{limits: {cpu: 1}}")).replace("containers:", sidecar) + "---" + HPA % "vllm"
    (subject,) = elements(text, "metrics", closed=True)
    assert values(subject, "metrics.withoutRequest") == missing


CLAIM = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: %s}, spec: {storageClassName: %s}}\n---"
POD = """
apiVersion: v1
kind: Pod
metadata: {name: %s}
spec:
  containers: [{name: a, image: i, volumeMounts: [{name: v, mountPath: /v}]}]
  volumes: [{name: v, persistentVolumeClaim: {claimName: %s}}]
"""


def test_a_claim_that_another_pod_mounts_is_not_the_one_that_was_meant() -> None:
    (subject,) = elements(CLAIM % ("models", "x") + POD % ("a", "model"), "claim")
    assert values(subject, "claim.exists", "claim.near") == [False, "models"]
    taken = CLAIM % ("models", "x") + POD % ("b", "models") + "---" + POD % ("a", "model")
    assert values(elements(taken, "claim")[0], "claim.exists", "claim.near") == [None, ""]


@pytest.mark.parametrize(
    ("class_name", "mode", "waiting"),
    [
        ("managed-csi", "", ["models"]),
        ("azurefile-csi", "", []),
        ("own", "volumeBindingMode: WaitForFirstConsumer", ["models"]),
        ("own", "volumeBindingMode: Immediate", []),
        ("managed-csi", "volumeBindingMode: Immediate", []),
        ("own, volumeName: pv", "volumeBindingMode: WaitForFirstConsumer", []),
    ],
)
def test_claims_that_wait_for_the_scheduler(class_name: str, mode: str, waiting: list[str]) -> None:
    text = CLAIM % ("models", class_name) + POD % ("a", "models")
    if mode:
        name = class_name.partition(",")[0]
        text = (
            f"{{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {{name: {name}}}, {mode}}}\n---\n" + text
        )
    assert values(elements(text, "pod")[0], "claims.waiting") == waiting


def test_terms_that_keep_pods_apart() -> None:
    text = """
apiVersion: v1
kind: Pod
metadata: {name: cache, namespace: front, labels: {app: cache}}
spec: {containers: [{name: a, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: vllm, namespace: llm, labels: {app: vllm}}
spec:
  containers: [{name: a, image: i}]
  affinity:
    podAntiAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
      - {topologyKey: a, labelSelector: {matchLabels: {app: cache}}}
      - {topologyKey: a, labelSelector: {matchLabels: {app: cache}}, namespaceSelector: {}}
      - {topologyKey: a, labelSelector: {matchExpressions: [{key: app, operator: In, values: [vlm]}]}}
  topologySpreadConstraints:
  - {topologyKey: a, labelSelector: {matchLabels: {app: vllm}}}
  - {topologyKey: a}
"""
    names = ("constraint.kind", "constraint.own", "constraint.reachesOthers", "constraint.near")
    assert [values(subject, *names) for subject in elements(text, "constraint")] == [
        ["podAntiAffinity", False, False, ""],
        ["podAntiAffinity", False, True, ""],
        ["podAntiAffinity", False, False, "app=vllm"],
        ["topologySpreadConstraints", True, False, ""],
        ["topologySpreadConstraints", False, False, ""],
    ]


def test_the_version_that_is_checked_for() -> None:
    (subject,) = elements(HPA % "vllm", "target", kube_version="1.36")
    assert values(subject, "wake.kubernetesMinor") == 36
