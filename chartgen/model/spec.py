"""The typed values file: one dataclass per section of schemas/values.schema.json, with the same keys in snake case.

A field is None where the file says nothing and the key has no default of its own: either the figure in `Derived`
stands in for it, or nothing is rendered. Keys that the chosen options do not use (`autoscaling.min` without an
autoscaler) are None as well. Durations are whole seconds; quantities are Kubernetes quantity texts (`16Gi`, `500m`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Maintainer:
    name: str
    email: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class ChartSection:
    """What goes into Chart.yaml."""

    version: str
    app_version: str | None
    description: str | None
    home: str | None
    maintainers: tuple[Maintainer, ...]


@dataclass(frozen=True, slots=True)
class SecretReference:
    """A key of a Secret in the namespace of the release; chartgen never holds the secret itself."""

    secret: str
    key: str


@dataclass(frozen=True, slots=True)
class Model:
    """`id` is a hub id (`org/name`) or an absolute path on the volume; `max_length` is in tokens."""

    id: str
    revision: str | None
    served_name: str | None
    quantization: str | None
    dtype: str | None
    kv_cache_dtype: str | None
    max_length: int | None
    trust_remote_code: bool
    token: SecretReference | None


@dataclass(frozen=True, slots=True)
class EngineImage:
    registry: str
    repository: str
    tag: str
    digest: str | None
    pull_policy: str
    pull_secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Engine:
    """`gpu_memory_utilization` is a share of the GPU's memory, 0 to 1; `args` maps a flag without leading dashes."""

    image: EngineImage
    gpu_memory_utilization: float | None
    port: int
    args: Mapping[str, str | int | float | bool]
    env: Mapping[str, str | SecretReference]
    api_key: SecretReference | None


@dataclass(frozen=True, slots=True)
class GpuSection:
    """`type` is a name of the catalogue, such as `nvidia-t4`."""

    type: str


@dataclass(frozen=True, slots=True)
class Parallelism:
    tensor: int
    pipeline: int


@dataclass(frozen=True, slots=True)
class Resources:
    """Requests and limits of the engine container, as quantities."""

    cpu: str | None
    memory: str | None
    ephemeral_storage: str | None


@dataclass(frozen=True, slots=True)
class Workload:
    """`kind` is as written, `auto` included; `Derived.kind` is the resolved one."""

    kind: str
    replicas: int | None
    resources: Resources
    shared_memory: str | None
    priority_class: str | None


@dataclass(frozen=True, slots=True)
class Cluster:
    provider: str
    kubernetes_version: str | None
    node_pool: str | None
    node_selector: Mapping[str, str]
    tolerations: tuple[Mapping[str, Any], ...]
    device_plugin: str


@dataclass(frozen=True, slots=True)
class Spot:
    policy: str


@dataclass(frozen=True, slots=True)
class Storage:
    """`size` and `storage_class` fall back to `Derived.storage_size` and `Derived.storage_class`."""

    backend: str
    size: str | None
    storage_class: str | None
    claim: str | None


@dataclass(frozen=True, slots=True)
class DisruptionBudget:
    """`max_unavailable` is a number of pods or a percentage text (`25%`)."""

    max_unavailable: int | str


@dataclass(frozen=True, slots=True)
class Availability:
    """`disruption_budget` is None for a DaemonSet, whose pods a budget cannot protect."""

    anti_affinity: str
    disruption_budget: DisruptionBudget | None


@dataclass(frozen=True, slots=True)
class Lifecycle:
    startup_seconds: int | None
    drain_seconds: int | None
    grace_seconds: int | None


@dataclass(frozen=True, slots=True)
class Metric:
    """`target` is the average per pod that the autoscaler aims at."""

    name: str
    target: float


@dataclass(frozen=True, slots=True)
class ScalingRule:
    """At most `pods_per_period` pods per `period_seconds`, after the load has asked for it for `window_seconds`."""

    pods_per_period: int | None
    period_seconds: int | None
    window_seconds: int | None


@dataclass(frozen=True, slots=True)
class Behavior:
    scale_up: ScalingRule
    scale_down: ScalingRule


@dataclass(frozen=True, slots=True)
class Autoscaling:
    """Everything but `kind` is None (metrics: empty) where no autoscaler is rendered."""

    kind: str
    min: int | None
    max: int | None
    metrics: tuple[Metric, ...]
    behavior: Behavior | None


@dataclass(frozen=True, slots=True)
class Service:
    type: str
    port: int


@dataclass(frozen=True, slots=True)
class Networking:
    service: Service


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    create: bool
    name: str | None
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PodSection:
    """The user's own additions to the pod template; lists hold Kubernetes objects as they were written."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    extra_volumes: tuple[Mapping[str, Any], ...]
    extra_volume_mounts: tuple[Mapping[str, Any], ...]
    extra_containers: tuple[Mapping[str, Any], ...]
    init_containers: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class TestImage:
    registry: str
    repository: str
    tag: str
    digest: str | None


@dataclass(frozen=True, slots=True)
class TestSection:
    """The pod of `helm test`."""

    image: TestImage


@dataclass(frozen=True, slots=True)
class Derived:
    """What chartgen computes from the rest; never set by the user, who sets the key that it stands in for.

    None, or empty, where it does not apply: `max_length` of an unknown model, `storage_size` and `storage_class`
    without a claim of ours, `access_mode` of an emptyDir, `instance_types` off AKS, `gpu_products` on it,
    `max_surge` outside a rolling Deployment, the scaling figures without an autoscaler.
    `startup_seconds` is the budget of the startup probe, `time_to_ready` adds node, image pull and init to it.
    `strategy` is `RollingUpdate` or `Recreate`.
    """

    name: str
    app_version: str
    kind: str
    source: str
    engine_version: str
    gpu_resource: str
    gpu_count: int
    gpu_memory_utilization: float
    max_length: int | None
    dtype: str
    cpu: str
    memory: str
    shared_memory: str
    startup_seconds: int
    time_to_ready: int
    pre_stop_seconds: int
    drain_seconds: int
    grace_seconds: int
    storage_size: str | None
    storage_class: str | None
    access_mode: str | None
    instance_types: tuple[str, ...]
    gpu_products: tuple[str, ...]
    strategy: str
    max_surge: int | None
    max_unavailable: int | None
    scale_down_window_seconds: int | None
    scale_up_period_seconds: int | None


@dataclass(frozen=True, slots=True)
class Spec:
    """A whole values file. `derived` is None until it has been computed."""

    name: str | None
    chart: ChartSection
    model: Model
    engine: Engine
    gpu: GpuSection
    parallelism: Parallelism
    workload: Workload
    cluster: Cluster
    spot: Spot
    storage: Storage
    availability: Availability
    lifecycle: Lifecycle
    autoscaling: Autoscaling
    networking: Networking
    service_account: ServiceAccount
    pod: PodSection
    test: TestSection
    derived: Derived | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """All that the chart's templates may branch on: closed enums, never a text of the user's.

    `provider` aks | generic; `kind` Deployment | StatefulSet | DaemonSet; `spot` never | prefer | require;
    `backend` a file name of schemas/storage; `anti_affinity` required | preferred | none; `autoscaler` none | hpa;
    `device_plugin` managed | install; `source` hub | volume.
    """

    provider: str
    kind: str
    spot: str
    backend: str
    anti_affinity: str
    autoscaler: str
    device_plugin: str
    source: str

    def meet(self, condition: Mapping[str, Sequence[str]]) -> bool:
        """Whether every choice named in an `x-when` of the values schema has one of the values listed there."""
        return all(getattr(self, name) in wanted for name, wanted in condition.items())
