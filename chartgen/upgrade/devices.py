"""How many GPUs the pods of a workload ask for."""

from __future__ import annotations

from typing import Any

from chartgen.catalogue.devices import DEVICES
from chartgen.reader.quantities import amount, of_pod
from chartgen.upgrade.pointers import as_map, maps


def gpus(spec: Any) -> int:
    """The devices that a pod of this spec asks for, while it starts or runs.

    The predictor of an InferenceService is a pod spec in which a model may stand for a container. A resource claim
    (dynamic resource allocation) counts as one device, for its number stands in another object.
    """
    pod = as_map(spec)
    model = as_map(pod.get("model"))
    return of_pod(
        [_of(container) for container in [model, *maps(pod.get("containers"))]],
        [(_of(container), container.get("restartPolicy") == "Always") for container in maps(pod.get("initContainers"))],
    )


def _of(container: dict[str, Any]) -> int:
    resources = as_map(container.get("resources"))
    asked = {**as_map(resources.get("requests")), **as_map(resources.get("limits"))}
    counted = sum(_whole(value) for name, value in asked.items() if DEVICES.fullmatch(name))
    return counted + len(maps(resources.get("claims")))


def _whole(value: Any) -> int:
    try:
        return int(amount(str(value)))
    except ValueError:
        return 0
