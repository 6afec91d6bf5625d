"""Label selectors: complete, and unsure where only the running cluster knows."""

from __future__ import annotations

from typing import Any

import pytest
from facts_of import release

from chartgen.lint.facts import selectors

LABELS = {"app": "vllm", "tier": "inference"}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (None, False),
        ({}, True),
        ({"matchLabels": {"app": "vllm"}}, True),
        ({"matchLabels": {"app": "vllm", "tier": "web"}}, False),
        ({"matchLabels": {"missing": "x"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["a", "vllm"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["a"]}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["vllm"]}]}, False),
        ({"matchExpressions": [{"key": "missing", "operator": "NotIn", "values": ["x"]}]}, True),
        ({"matchExpressions": [{"key": "tier", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "missing", "operator": "Exists"}]}, False),
        ({"matchExpressions": [{"key": "missing", "operator": "DoesNotExist"}]}, True),
        ({"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}, False),
        (
            {"matchLabels": {"app": "vllm"}, "matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]},
            False,
        ),
    ],
)
def test_a_selector_is_decided(selector: Any, expected: bool) -> None:
    assert selectors.matches(selector, LABELS) is expected


@pytest.mark.parametrize(
    "selector",
    [
        {"matchLabels": {"app": "vllm", "pod-template-hash": "abc"}},
        {"matchLabels": {"statefulset.kubernetes.io/pod-name": "vllm-0"}},
        {"matchLabels": {"leaderworkerset.sigs.k8s.io/worker-index": "0"}},
        {"matchLabels": {"role": "leader"}},
        {"matchLabels": {"app": "vllm", "vault-active": "true"}},
        {"matchLabels": {"app": "vllm", "spilo-role": "master"}},
        {"matchExpressions": [{"key": "ray.io/cluster", "operator": "Exists"}]},
        {"matchExpressions": [{"key": "job-name", "operator": "DoesNotExist"}]},
        {"matchExpressions": [{"key": "apps.kubernetes.io/pod-index", "operator": "NotIn", "values": ["0"]}]},
        {"matchExpressions": [{"key": "app", "operator": "Near", "values": ["vllm"]}]},
        {"matchLabels": {"app": 7}},
        "app=vllm",
        # The API server refuses these (LabelSelectorAsSelector): something is still to be filled in.
        {"matchExpressions": [{"key": "app", "operator": "In", "values": []}]},
        {"matchExpressions": [{"key": "app", "operator": "NotIn"}]},
        {"matchExpressions": [{"key": "app", "operator": "Exists", "values": ["vllm"]}]},
    ],
)
def test_what_only_the_cluster_knows_is_unknown(selector: Any) -> None:
    assert selectors.matches(selector, LABELS) is None


def test_a_label_that_a_controller_adds_cannot_save_what_another_term_excludes() -> None:
    selector = {"matchLabels": {"app": "other", "pod-template-hash": "abc"}}
    assert selectors.matches(selector, LABELS) is False


def test_kserve_sets_the_app_label_only_for_its_own_values() -> None:
    assert selectors.matches_pairs({"app": "isvc.qwen-predictor"}, {}) is None
    assert selectors.matches_pairs({"app": "qwen"}, {}) is False


@pytest.mark.parametrize(
    ("one", "other", "given", "expected"),
    [
        ("", "", "", True),
        ("llm", "llm", "", True),
        ("llm", "web", "", False),
        ("llm", "", "", None),
        ("llm", "", "llm", True),
        ("llm", "", "web", False),
    ],
)
def test_namespaces(one: str, other: str, given: str, expected: bool | None) -> None:
    text = "\n---\n".join(
        f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a, namespace: {each!r}}}}}" for each in (one, other)
    )
    made = release(text, namespace=given)
    assert selectors.same_namespace(made, made.manifests[0], made.manifests[1]) is expected


def test_hooks_are_no_pods_of_the_release() -> None:
    made = release("""
apiVersion: v1
kind: Pod
metadata: {name: test, labels: {app: vllm}, annotations: {helm.sh/hook: test}}
spec: {containers: [{name: a, image: b}]}
---
apiVersion: v1
kind: Pod
metadata: {name: server, labels: {app: vllm}}
spec: {containers: [{name: a, image: b}]}
""")
    found = selectors.selected(made, made.manifests[1], {"matchLabels": {"app": "vllm"}})
    assert [each.manifest.name for each in found.sure] == ["server"]
    assert found.maybe == ()
