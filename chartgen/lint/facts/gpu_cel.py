"""The facts about GPUs in CEL, for rules that are exported as admission policies; a test holds them against Python.

They see the object alone, so that a GPU by a resource claim is not known: see REQUESTED_KNOWN.
"""

from __future__ import annotations

from chartgen.catalogue.devices import DEVICES
from chartgen.lint.expressions import literal

_SHARES = literal(["aliyun.com/gpu-mem", "aliyun.com/gpu-core.percentage", "nvidia.com/gpumem", "nvidia.com/gpucores"])
_PATTERN = literal(f"^({DEVICES.pattern})$")
_POD_CONTAINERS = "(pod.spec.?containers.orValue([]) + pod.spec.?initContainers.orValue([]))"


def _names(container: str) -> str:
    """Names of the GPU resources that a container asks for; those with an amount of 0 are not asked for."""
    limits = f"{container}.?resources.?limits.orValue({{}})"
    requests = f"{container}.?resources.?requests.orValue({{}})"
    amount = f"string(gpuName in {limits} ? {limits}[gpuName] : {requests}[gpuName])"
    return (
        f"({limits}.map(gpuName, gpuName) + {requests}.map(gpuName, gpuName).filter(gpuName, !(gpuName in {limits})))"
        f".filter(gpuName, (gpuName.matches({_PATTERN}) || gpuName in {_SHARES})"
        f" && !(isQuantity({amount}) && quantity({amount}).sign() == 0))"
    )


RESOURCES = _names("container")
REQUESTED = (
    f"{RESOURCES}.size() > 0 || {_SHARES}.exists(gpuName, gpuName in container.?resources.?limits.orValue({{}})"
    " || gpuName in container.?resources.?requests.orValue({}))"
)
REQUESTED_KNOWN = "container.?resources.?claims.orValue([]).size() == 0 || gpu.requested"
POD_REQUESTED = f"{_POD_CONTAINERS}.exists(gpuContainer, {_names('gpuContainer')}.size() > 0)"
POD_REQUESTED_KNOWN = (
    f"{_POD_CONTAINERS}.all(gpuContainer, gpuContainer.?resources.?claims.orValue([]).size() == 0) || podGpu.requested"
)
