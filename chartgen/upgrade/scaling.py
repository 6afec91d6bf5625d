"""How many pods a workload has at least, and who decides it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chartgen.upgrade.pointers import at

_MINIMUM = {"HorizontalPodAutoscaler": "/spec/minReplicas", "ScaledObject": "/spec/minReplicaCount"}


def autoscalers(
    kind: tuple[str, str], value: dict[str, Any], objects: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The autoscalers among the objects that target a workload; KEDA's default target is a Deployment."""
    name = at(value, "/metadata/name")
    # KServe calls the Deployment of a predictor so: pkg/constants of kserve/kserve, PredictorServiceName.
    target_of = ("Deployment", f"{name}-predictor") if kind[1] == "InferenceService" else (kind[1], name)
    found = []
    for each in objects:
        target = each.get("spec") if each.get("kind") in _MINIMUM else None
        wanted = at(target, "/scaleTargetRef") if isinstance(target, dict) else None
        if isinstance(wanted, dict) and (wanted.get("kind", "Deployment"), wanted.get("name")) == target_of:
            found.append(each)
    return found


def fewest(kind: tuple[str, str], value: dict[str, Any], objects: Sequence[dict[str, Any]]) -> int:
    """The fewest pods: the autoscalers' least minimum (one if there may be none), else spec.replicas, else 1."""
    bounds = [at(each, _MINIMUM[each["kind"]]) for each in autoscalers(kind, value, objects)]
    wanted = [bound if isinstance(bound, int) else 1 for bound in bounds]
    replicas = at(value, "/spec/predictor/minReplicas" if kind[1] == "InferenceService" else "/spec/replicas")
    return max(1, min(wanted)) if wanted else replicas if isinstance(replicas, int) else 1
