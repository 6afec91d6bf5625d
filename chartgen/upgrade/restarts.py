"""Pods with GPUs that an upgrade replaces, and the GPUs that this takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chartgen.model.change import FieldChange, Restart
from chartgen.upgrade.devices import gpus
from chartgen.upgrade.pointers import as_map, at, within
from chartgen.upgrade.scaling import fewest

_MODE = "serving.kserve.io~1deploymentMode"
_PERCENT = re.compile(r"(\d{1,9})%", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Kind:
    """`watched` are the pointers whose change replaces pods, but not what `exempt` leads to.

    `pod` is where the pod spec stands, `strategy` where surge and unavailable do. The place of the restart is the first
    one that is watched.
    """

    watched: tuple[str, ...]
    pod: str = "/spec/template/spec"
    exempt: tuple[str, ...] = ()
    strategy: str = ""
    rolling: str = "rollingUpdate"
    every_node: bool = False
    one_by_one: bool = False


_KINDS = {
    ("apps", "Deployment"): _Kind(("/spec/template",), strategy="/spec/strategy"),
    ("apps", "StatefulSet"): _Kind(("/spec/template",), strategy="/spec/updateStrategy", one_by_one=True),
    ("apps", "DaemonSet"): _Kind(("/spec/template",), strategy="/spec/updateStrategy", every_node=True),
    # A new revision is a change of these two: pkg/utils/revision/revision_utils.go of kubernetes-sigs/lws.
    ("leaderworkerset.x-k8s.io", "LeaderWorkerSet"): _Kind(
        ("/spec/leaderWorkerTemplate", "/spec/networkConfig"),
        strategy="/spec/rolloutStrategy",
        rolling="rollingUpdateConfiguration",
    ),
    # KServe hands the object's labels and annotations on to the pods: buildObjectMeta in pkg/controller/v1beta1/
    # inferenceservice/components.
    ("serving.kserve.io", "InferenceService"): _Kind(
        ("/spec/predictor", "/metadata/labels", "/metadata/annotations"),
        pod="/spec/predictor",
        exempt=tuple(
            f"/spec/predictor/{name}"
            for name in (
                "minReplicas",
                "maxReplicas",
                "scaleTarget",
                "scaleMetric",
                "autoScaling",
                "deploymentStrategy",
            )
        ),
        strategy="/spec/predictor/deploymentStrategy",
    ),
}
_OF_A_DEPLOYMENT = ("Standard", "RawDeployment")
"""The modes in which KServe makes a Deployment; in others Knative starts a whole new revision beside the old one."""


def restarts(
    kind: tuple[str, str],
    old: dict[str, Any],
    new: dict[str, Any],
    changes: Sequence[FieldChange],
    sides: tuple[Sequence[dict[str, Any]], Sequence[dict[str, Any]]],
) -> tuple[Restart, ...]:
    """The replacement of a workload's pods, if they have GPUs and their template differs.

    `sides` are all objects before and after, among which its autoscaler may be. A Job's template cannot change, and a
    CronJob's is for the next run; a ReplicaSet does not replace pods.
    """
    shape = _KINDS.get(kind)
    if shape is None:
        return ()
    causes = tuple(change for change in changes if _replaces(shape, change))
    before, each = _unit(kind, old), _unit(kind, new)
    units = None if shape.every_node else fewest(kind, new, sides[1])
    if not causes or not max(before, each) or units == 0 or _held_back(kind, new, units):
        return ()
    surge, unavailable = _steps(shape, new, units)
    total = _Total(before, each, fewest(kind, old, sides[0]), units)
    spare = _spare(total, surge, unavailable)
    automatic = at(new, f"{shape.strategy}/type") != "OnDelete"
    return (Restart(shape.watched[0], each, units, surge, unavailable, spare, automatic, causes),)


def _replaces(shape: _Kind, change: FieldChange) -> bool:
    watched = any(within(change.pointer, each) for each in shape.watched)
    return watched and not any(within(change.pointer, each) for each in shape.exempt)


def _held_back(kind: tuple[str, str], new: dict[str, Any], units: int | None) -> bool:
    """Whether the partition of a StatefulSet leaves all its pods as they are."""
    partition = at(new, "/spec/updateStrategy/rollingUpdate/partition")
    return kind[1] == "StatefulSet" and isinstance(partition, int) and units is not None and partition >= units > 0


def _unit(kind: tuple[str, str], value: dict[str, Any]) -> int:
    """GPUs of what is replaced at a time: one pod, or one group of a LeaderWorkerSet."""
    if kind[1] != "LeaderWorkerSet":
        return gpus(at(value, _KINDS[kind].pod))
    group = as_map(at(value, "/spec/leaderWorkerTemplate"))
    size = group.get("size")
    pods = size if isinstance(size, int) and size > 0 else 1
    worker = gpus(at(group, "/workerTemplate/spec"))
    if "leaderTemplate" not in group:
        return pods * worker
    return gpus(at(group, "/leaderTemplate/spec")) + (pods - 1) * worker


def _steps(shape: _Kind, new: dict[str, Any], units: int | None) -> tuple[int, int]:
    """(surge, unavailable): maxSurge rounds up; maxUnavailable down, but up for a DaemonSet; both 0 means one.

    Neither is more than there are units.
    """
    total = units if units is not None else 1
    if at(new, f"{shape.strategy}/type") in ("Recreate", "OnDelete"):
        return 0, total
    if shape.one_by_one:
        return 0, max(1, _share(at(new, f"{shape.strategy}/{shape.rolling}/maxUnavailable"), total, up=False))
    if shape.pod == "/spec/predictor" and at(new, f"/metadata/annotations/{_MODE}") not in _OF_A_DEPLOYMENT:
        return total, 0
    surge = _share(at(new, f"{shape.strategy}/{shape.rolling}/maxSurge"), total, up=True)
    unavailable = _share(at(new, f"{shape.strategy}/{shape.rolling}/maxUnavailable"), total, up=shape.every_node)
    if units is not None:
        surge, unavailable = min(surge, units), min(unavailable, units)
    return (0, 1) if surge == unavailable == 0 else (surge, unavailable)


def _share(value: Any, total: int, *, up: bool) -> int:
    if isinstance(value, int):
        return value
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return 0
    hundredths = int(match.group(1)) * total
    return -(-hundredths // 100) if up else hundredths // 100


@dataclass(frozen=True, slots=True)
class _Total:
    """GPUs of one unit, and units, before and after; `units` is None if the nodes decide."""

    before: int
    after: int
    old_units: int
    units: int | None


def _spare(total: _Total, surge: int, unavailable: int) -> int:
    """GPUs that must be free for the rollout to end.

    A first new unit needs its own if no old one may go before it is ready; besides, what the new side has more than the
    old one has to be there.
    """
    first = total.after if surge and not unavailable else 0
    if total.units is None:
        return max(first, total.after - total.before)
    return max(first, total.units * total.after - total.old_units * total.before)
