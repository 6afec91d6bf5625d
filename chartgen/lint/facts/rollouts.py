"""How a Deployment replaces its pods: how many more it starts, and how many it may miss meanwhile."""

from __future__ import annotations

from typing import Any

from chartgen.lint import kinds
from chartgen.lint.facts.counts import share
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.facts.replicas import bounds
from chartgen.lint.release import Subject, as_map, as_text, at_pointer

_ON = "object pod container volume env claim"
_DEFAULT = "25%"


@fact("rollout.type", FactType.STRING, on=_ON)
def rollout_type(subject: Subject) -> str | None:
    """`RollingUpdate` (the default) or `Recreate`; known for a Deployment only."""
    if not _is_deployment(subject):
        return None
    return as_text(_strategy(subject).get("type")) or "RollingUpdate"


@fact("rollout.surge", FactType.INT, on=_ON)
def rollout_surge(subject: Subject) -> int | None:
    """Pods that a rolling update starts beyond the wanted number: maxSurge (25 %), rounded up, all of them at most.

    Counted for the fewest replicas, one if there may be none.
    """
    surge, _ = _fenceposts(subject)
    return surge


@fact("rollout.unavailable", FactType.INT, on=_ON)
def rollout_unavailable(subject: Subject) -> int | None:
    """Pods that a rolling update may take away before new ones are ready: maxUnavailable (25 %), rounded down.

    Counted for the fewest replicas, one if there may be none. If it and maxSurge both come to 0, Kubernetes takes 1.
    """
    surge, unavailable = _fenceposts(subject)
    return 1 if surge == 0 and unavailable == 0 else unavailable


def _fenceposts(subject: Subject) -> tuple[int | None, int | None]:
    fewest = bounds(subject.release, subject.manifest).least
    if not _is_deployment(subject) or fewest is None:
        return None, None
    rolling = as_map(_strategy(subject).get("rollingUpdate"))
    total = max(1, fewest)
    surge = share(rolling.get("maxSurge", _DEFAULT), total, up=True)
    unavailable = share(rolling.get("maxUnavailable", _DEFAULT), total, up=False)
    # NewRSNewReplicas and MaxUnavailable of the deployment controller (kubernetes, pkg/controller/deployment/util).
    return surge and min(surge, total), unavailable and min(unavailable, total)


def _is_deployment(subject: Subject) -> bool:
    kind = kinds.kind_of(subject.manifest)
    return (kind.group, kind.name) == ("apps", "Deployment")


def _strategy(subject: Subject) -> dict[str, Any]:
    return as_map(at_pointer(subject.manifest.object, "/spec/strategy"))
