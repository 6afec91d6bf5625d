"""Slips of the keyboard against names that differ on purpose."""

from __future__ import annotations

import pytest
from facts_of import release
from hypothesis import given
from hypothesis import strategies as st

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


NAMES = st.text("abc", min_size=6, max_size=9)


@given(NAMES, NAMES)
def test_slips_are_counted_exactly(one: str, other: str) -> None:
    assert references.is_slip(one, other) is (1 <= distance(one, other) <= 2)


def distance(one: str, other: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours, by the table of all prefixes."""
    table = {(row, 0): row for row in range(len(one) + 1)} | {(0, column): column for column in range(len(other) + 1)}
    for row, left in enumerate(one, start=1):
        for column, right in enumerate(other, start=1):
            cost = min(table[row - 1, column], table[row, column - 1], table[row - 1, column - 1] - (left == right)) + 1
            if row > 1 and column > 1 and (left, one[row - 2]) == (other[column - 2], right):
                cost = min(cost, table[row - 2, column - 2] + 1)
            table[row, column] = cost
    return table[len(one), len(other)]


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
