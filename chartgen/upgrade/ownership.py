"""Replicas that a chart and an autoscaler both set, under Helm's two ways of applying."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chartgen.model.change import ABSENT, Ownership
from chartgen.model.manifest import Manifest
from chartgen.upgrade.pointers import at
from chartgen.upgrade.scaling import autoscalers

_SCALED = frozenset({("apps", "Deployment"), ("apps", "StatefulSet"), ("leaderworkerset.x-k8s.io", "LeaderWorkerSet")})
_POINTER, _PATH = "/spec/replicas", "spec.replicas"


def ownership(
    kind: tuple[str, str],
    old: Manifest | None,
    new: Manifest,
    after: Sequence[dict[str, Any]],
) -> tuple[Ownership, ...]:
    """What the upgrade does to the replicas of a workload that an autoscaler of the new side targets.

    Helm 4 applies a release the way it was applied before (pkg/action/upgrade.go: getUpgradeServerSideValue): one that
    Helm 3 made on the client side, one that Helm 4 made on the server's, where the API server refuses a field that
    another manager has set to another value.
    """
    if kind not in _SCALED or old is None:
        return ()
    found = autoscalers(kind, new.object, after)
    if not found:
        return ()
    owner = " and ".join(sorted(f"{each['kind']} {at(each, '/metadata/name')}" for each in found))
    was, now = at(old.object, _POINTER), at(new.object, _POINTER)
    if now is not ABSENT:
        return (_both(owner, now),)
    return (_handed_over(owner),) if was is not ABSENT else ()


def _both(owner: str, replicas: Any) -> Ownership:
    return Ownership(
        _POINTER,
        _PATH,
        owner,
        f"{owner} sets the replicas, and so does the chart ({replicas}): where Helm 4 installed the release, the "
        "upgrade is refused with a conflict once the two differ; where Helm 3 did, each upgrade sets them back",
        "Leave spec.replicas out of the chart. --force-conflicts takes the field for Helm, and sets the replicas back.",
        "helm 4.2 pkg/action/upgrade.go, pkg/kube/client.go; kubernetes.io, Server-Side Apply, Conflicts",
    )


def _handed_over(owner: str) -> Ownership:
    return Ownership(
        _POINTER,
        _PATH,
        owner,
        f"the chart no longer sets the replicas, which {owner} does: where Helm applies on the client side (releases "
        "that Helm 3 installed) this upgrade sets them to 1 once",
        "The autoscaler sets them again. To have no dip, hand the field over before the upgrade, as the page of "
        "Kubernetes on horizontal autoscaling says (Migrating Deployments and StatefulSets).",
        "helm issue 12650; kubernetes.io, Horizontal Pod Autoscaling, Migrating Deployments and StatefulSets",
    )
