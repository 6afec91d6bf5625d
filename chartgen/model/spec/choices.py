"""What templates may branch on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choices:
    """All that the chart's templates may branch on: closed enums, never a text of the user's.

    No field has a default, so that nobody can leave one out. `provider` is a file name of the catalogue's providers,
    `kind` one of its workloads, `backend` one of schemas/storage; `spot` never | prefer | require | mixed;
    `anti_affinity` required | preferred | none; `autoscaler` none | hpa | keda; `device_plugin` managed | install;
    `source` hub | volume | object; `adapter` prometheus-adapter | gke-managed-prometheus;
    `spread` none | preferred | required; `expose` none or a template of charts/vllm/exposure, `controller` none or
    one of the folder of that name; `monitor` none or a template of charts/vllm/monitoring;
    `hang_detection` none | heartbeat; `token` and `api_key` secret | externalSecret | csi; `user` image | namespace;
    `sharing` none | mig | time-slicing; `network_policy`, `dashboard` and `alerts` are `true` or `false`.
    """

    provider: str
    kind: str
    spot: str
    backend: str
    anti_affinity: str
    autoscaler: str
    device_plugin: str
    source: str
    adapter: str
    spread: str
    expose: str
    controller: str
    network_policy: str
    monitor: str
    dashboard: str
    alerts: str
    hang_detection: str
    token: str
    api_key: str
    user: str
    sharing: str

    def meet(self, condition: Mapping[str, Sequence[str]]) -> bool:
        """Whether every choice named in an `x-when` of the values schema has one of the values listed there."""
        return all(getattr(self, name) in wanted for name, wanted in condition.items())
