"""What the objects of a release take of quotas, counted in them, beside what chartgen says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from chartgen.model.manifest import Manifest
from chartgen.model.spec import Demand
from chartgen.spec.derive.quantity import parse

# What is said is rounded up, to millicores and to Mi.
_ROUNDED = {"cpu": Decimal("0.001"), "memory": 2**20, "ephemeral-storage": 2**20, "storage": 2**20}
Object = Mapping[str, Any]


def miscounted(totals: tuple[Demand, ...], objects: Iterable[Manifest]) -> Iterator[str]:
    """Where the first and the last of `totals` differ from the objects of the model's chart."""
    items = [item.object for item in objects if item.object["metadata"].get("namespace") != "kube-system"]
    for place, counted in ((0, _counted(items, 0)), (-1, _counted(items, 1))):
        said = Counter[str]()
        for demand in totals if totals[0].when == "on each node" else [totals[place]]:
            said.update(_said(demand))
        if any(not 0 <= said[name] - counted[name] <= _ROUNDED.get(name, 0) for name in said | counted):
            yield f"totals: {dict(+said)} are said, {dict(+counted)} are asked for"


def _said(demand: Demand) -> dict[str, Any]:
    return {
        "pods": demand.pods,
        demand.gpu_resource: demand.gpus,
        "cpu": _number(demand.cpu),
        "memory": _number(demand.memory),
        "ephemeral-storage": _number(demand.ephemeral_storage),
        "claims": demand.claims,
        "storage": _number(demand.storage),
    }


def _counted(items: list[Object], most: int) -> Counter[str]:
    """All that is asked for with the least number of replicas, or with the most."""
    found: Counter[str] = Counter()
    for item in items:
        if item["kind"] == "PersistentVolumeClaim":
            found.update(_claim(item["spec"]))
        for pods, template, claims in _pods(item, items, most):
            volumes = [
                volume["ephemeral"]["volumeClaimTemplate"] for volume in template["volumes"] if "ephemeral" in volume
            ]
            for _ in range(pods):
                found.update({"pods": 1, **_requests(template)})
                for claim in [*claims, *volumes]:
                    found.update(_claim(claim["spec"]))
    return found


def _pods(item: Object, items: list[Object], most: int) -> Iterator[tuple[int, Object, list[Object]]]:
    """Number, pod spec and claim templates of each kind of pod that an object starts."""
    kind, spec = item["kind"], item.get("spec", {})
    count = _replicas(item, items, most)
    if kind == "LeaderWorkerSet":
        parts = spec["leaderWorkerTemplate"]
        claims = parts.get("volumeClaimTemplates", [])
        yield count, parts["leaderTemplate"]["spec"], claims
        yield count * (parts["size"] - 1), parts["workerTemplate"]["spec"], claims
    elif kind == "InferenceService":
        yield count, spec["predictor"], []
    elif kind in ("Deployment", "StatefulSet", "DaemonSet", "Job"):
        yield count, spec["template"]["spec"], spec.get("volumeClaimTemplates", [])


def _replicas(item: Object, items: list[Object], most: int) -> int:
    kind, spec = item["kind"], item.get("spec", {})
    for scaler in items:
        target = scaler["spec"]["scaleTargetRef"]["name"] if scaler["kind"] in _BOUNDS else ""
        if (
            target in (item["metadata"]["name"], f"{item['metadata']['name']}-predictor")
            and "scaleTargetRef" not in spec
        ):
            return int(scaler["spec"][_BOUNDS[scaler["kind"]][most]])
    if kind == "InferenceService":
        return int(spec["predictor"]["minReplicas"])
    return int(spec.get("parallelism", 1) if kind == "Job" else spec.get("replicas", 1))


_BOUNDS = {
    "HorizontalPodAutoscaler": ("minReplicas", "maxReplicas"),
    "ScaledObject": ("minReplicaCount", "maxReplicaCount"),
}


def _requests(pod: Object) -> dict[str, Any]:
    requests = [container.get("resources", {}).get("requests", {}) for container in pod["containers"]]
    return {
        name: sum(_number(each.get(name, 0)) for each in requests) for name in {n for each in requests for n in each}
    }


def _claim(spec: Object) -> dict[str, Any]:
    return {"claims": 1, "storage": _number(spec["resources"]["requests"]["storage"])}


def _number(quantity: Any) -> Decimal:
    number = parse(str(quantity))
    assert number is not None, quantity
    return number
