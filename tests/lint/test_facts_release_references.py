"""Slips of the keyboard against names that differ on purpose."""

from __future__ import annotations

import pytest
from facts_of import release

from chartgen.lint.facts import references


@pytest.mark.parametrize(
    ("wanted", "written"),
    [
        ("vllm", "vlm"),
        ("vllm", "vllmm"),
        ("vllm-server", "vllm-sever"),
        ("vllm-server", "vllm-servre"),
        ("vllm-server", "vllm_server"),
        ("vllm-server", "vllmserver"),
        ("mistral-7b", "mistrl-7b"),
        ("app.kubernetes.io/name", "app.kubernetes.io/nmae"),
    ],
)
def test_a_slip(wanted: str, written: str) -> None:
    assert references.is_slip(wanted, written)
    assert references.is_slip(written, wanted)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("vllm", "vllm"),
        ("", "a"),
        ("qwen-7b", "qwen-8b"),
        ("vllm-a100", "vllm-h100"),
        ("vllm-v1", "vllm-v2"),
        ("vllm", "vllm2"),
        ("vllm", "vllm-2"),
        ("model-a", "model-b"),
        ("vllm", "vllm-a"),
        ("web", "api"),
        ("vllm", "vllm-router"),
        ("chat", "code"),
    ],
)
def test_another_name(one: str, other: str) -> None:
    assert not references.is_slip(one, other)
    assert not references.is_slip(other, one)


@pytest.mark.parametrize(
    ("one", "other", "limit", "distance"),
    [
        ("abc", "abc", 2, 0),
        ("abc", "acb", 2, 1),
        ("abc", "abd", 2, 1),
        ("abcd", "ab", 2, 2),
        ("abcdef", "uvwxyz", 2, 3),
    ],
)
def test_edit_distance(one: str, other: str, limit: int, distance: int) -> None:
    assert references.edit_distance(one, other, limit) == distance


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("serving.kserve.io/v1beta1/InferenceService", True),
        ("jobset.x-k8s.io/v1alpha2/JobSet", True),
        ("monitoring.coreos.com/v1/ServiceMonitor", False),
        ("monitoring.coreos.com/v1/Prometheus", True),
        ("keda.sh/v1alpha1/ScaledObject", False),
        ("networking.k8s.io/v1/Ingress", False),
        ("gateway.networking.k8s.io/v1/HTTPRoute", False),
        ("apps/v1/Deployment", False),
    ],
)
def test_what_an_operator_may_make(kind: str, expected: bool) -> None:
    version, _, name = kind.rpartition("/")
    made = release(
        f"{{apiVersion: {version}, kind: {name}, metadata: {{name: a}}}}\n---\napiVersion: v1\nkind: Service"
    )
    assert references.holds_operator_work(made, made.manifests[1]) is expected
