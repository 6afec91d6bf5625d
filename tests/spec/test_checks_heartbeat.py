"""What lifecycle.hangDetection needs of the engine."""

from __future__ import annotations

import pytest
from values_making import only, problems, values

HEARTBEAT = {"hangDetection": "heartbeat"}


def found(**args: object) -> list[object]:
    whole = values("mistralai/Mistral-7B-Instruct-v0.2", "nvidia-a100-80gb", lifecycle=HEARTBEAT, engine={"args": args})
    return list(problems(whole))


@pytest.mark.parametrize("given", [{}, {"disable-log-stats": False}, {"max-num-seqs": 8}])
def test_it_is_accepted_where_the_engine_counts(given: dict[str, object]) -> None:
    assert found(**given) == []


def test_it_is_refused_without_the_metrics_that_it_reads() -> None:
    whole = values(
        "mistralai/Mistral-7B-Instruct-v0.2",
        "nvidia-a100-80gb",
        lifecycle=HEARTBEAT,
        engine={"args": {"disable-log-stats": True}},
    )
    problem = only(problems(whole))
    assert (problem.key, problem.fatal) == ("lifecycle.hangDetection", True)
    del whole["engine"]
    assert problems(whole) == []
