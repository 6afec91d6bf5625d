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
class LoraAdapter:
    """`id` is a hub id or an absolute path on the volume; `rank` is 16 where the file says nothing."""

    name: str
    id: str
    rank: int | None


@dataclass(frozen=True, slots=True)
class Model:
    """`id` is a hub id (`org/name`), an absolute path on the volume or an address in object storage (`s3://`, `gs://`).

    `max_length` is in tokens; `config` has figures of the model's config.json under their names there.
    """

    id: str
    config: Mapping[str, Any] | None
    revision: str | None
    served_name: str | None
    quantization: str | None
    dtype: str | None
    kv_cache_dtype: str | None
    max_length: int | None
    trust_remote_code: bool
    token: SecretReference | None
    lora: tuple[LoraAdapter, ...]


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
    """`gpu_memory_utilization` is a share of the GPU's memory, 0 to 1; `args` maps a flag without leading dashes.

    `port` is None where the pods serve nobody.
    """

    image: EngineImage
    gpu_memory_utilization: float | None
    port: int | None
    args: Mapping[str, str | int | float | bool]
    env: Mapping[str, str | SecretReference]
    api_key: SecretReference | None


@dataclass(frozen=True, slots=True)
class GpuSection:
    """`type` is a name of the catalogue, such as `nvidia-t4`."""

    type: str


@dataclass(frozen=True, slots=True)
class Parallelism:
    """`nodes` is None, as good as 1, for a workload kind whose replicas cannot span nodes."""

    tensor: int
    pipeline: int
    nodes: int | None


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
class PoolRank:
    """A node pool among others; `max` is a number of pods."""

    node_pool: str
    resource: str | None
    max: int | None


@dataclass(frozen=True, slots=True)
class BootDisk:
    """A secondary boot disk of GKE nodes, by its image and the image's project."""

    image: str
    project: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """`pool_priority` is empty off ACK, `image_streaming` and `boot_disk` are None off GKE."""

    provider: str
    kubernetes_version: str | None
    node_pool: str | None
    pool_priority: tuple[PoolRank, ...]
    image_streaming: bool | None
    boot_disk: BootDisk | None
    node_selector: Mapping[str, str]
    tolerations: tuple[Mapping[str, Any], ...]
    device_plugin: str


@dataclass(frozen=True, slots=True)
class Spot:
    """The rest is None unless the policy is `mixed`; `overflow` is None as well where an autoscaler decides."""

    policy: str
    on_demand_base: int | None
    overflow: int | None
    drain_seconds: int | None


@dataclass(frozen=True, slots=True)
class Storage:
    """`size` and `storage_class` fall back to `Derived.storage_size` and `Derived.storage_class`.

    `rest` has the keys that only some backends take, by their names of the values file (schemas/storage).
    """

    backend: str
    size: str | None
    storage_class: str | None
    rest: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DisruptionBudget:
    """`max_unavailable` is a number of pods or a percentage text (`25%`)."""

    max_unavailable: int | str


@dataclass(frozen=True, slots=True)
class Availability:
    """`disruption_budget` is None for a workload kind whose pods a budget does not protect."""

    anti_affinity: str
    spread: str
    disruption_budget: DisruptionBudget | None


@dataclass(frozen=True, slots=True)
class Lifecycle:
    startup_seconds: int | None
    drain_seconds: int | None
    grace_seconds: int | None
    hang_detection: str | None


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
class Prometheus:
    """`authentication` names a TriggerAuthentication of KEDA."""

    server_address: str | None
    authentication: str | None
    auth_modes: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """At least `replicas` from `start` to `end`, two cron expressions of five fields."""

    timezone: str
    start: str
    end: str
    replicas: int


@dataclass(frozen=True, slots=True)
class WakeUp:
    """A query in PromQL whose series come from outside the pods; `target` is the average per pod to aim at."""

    query: str
    target: float


@dataclass(frozen=True, slots=True)
class Autoscaling:
    """Everything but `kind` is None (tuples: empty) where no autoscaler is rendered.

    `min` and `max` count the base of spot policy mixed. `adapter` is for hpa; `prometheus`, `schedule` and `wake_up`
    are for keda.
    """

    kind: str
    adapter: str | None
    prometheus: Prometheus | None
    min: int | None
    max: int | None
    metrics: tuple[Metric, ...]
    behavior: Behavior | None
    schedule: tuple[Span, ...]
    wake_up: WakeUp | None


@dataclass(frozen=True, slots=True)
class Service:
    type: str
    port: int


@dataclass(frozen=True, slots=True)
class Ingress:
    """`tls` names a Secret; `controller` is as written, `auto` included. Empty where the chart has no Ingress."""

    host: str | None
    tls: str | None
    class_: str | None
    controller: str | None
    timeout_seconds: int | None
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gateway:
    """`namespace` is that of the release if None; a route attaches to all listeners if `listener` is None."""

    name: str | None
    namespace: str | None
    listener: str | None


@dataclass(frozen=True, slots=True)
class HttpRoute:
    """`controller` is as written, `auto` included. Empty where the chart has no HTTPRoute."""

    host: str | None
    gateway: Gateway
    controller: str | None
    timeout_seconds: int | None


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """Who may connect beside the pods of the namespace: the pods of `namespaces`, and IPv4 ranges.

    `enabled` is None where there is no server.
    """

    enabled: bool | None
    namespaces: tuple[str, ...]
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Networking:
    """`service` is None where the pods serve nobody."""

    service: Service | None
    ingress: Ingress
    http_route: HttpRoute
    network_policy: NetworkPolicy


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Everything but `kind` is None or empty where the chart has no monitor, and `kind` where there is no server."""

    kind: str | None
    interval: int | None
    labels: Mapping[str, str]
    dashboard: bool | None
    alerts: bool | None
    first_token_seconds: float | None


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
class Security:
    """Ids of user and group; `run_as_user` falls back to `Derived.run_as_user`."""

    run_as_user: int | None
    run_as_group: int
    fs_group: int
    read_only_root_filesystem: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """The files of a Job: paths in the pod or web addresses; everything is None for any other workload kind."""

    input: str | None
    output: str | None
    parallelism: int | None


@dataclass(frozen=True, slots=True)
class TestImage:
    registry: str
    repository: str
    tag: str
    digest: str | None


@dataclass(frozen=True, slots=True)
class TestSection:
    """The pod of `helm test`; absent where the pods serve nobody."""

    image: TestImage


@dataclass(frozen=True, slots=True)
class Derived:
    """What chartgen computes from the rest; never set by the user, who sets the key that it stands in for.

    None, or empty, where it does not apply: `max_length` of an unknown model, `storage_size` and `storage_class`
    without a claim of ours, `access_mode` of an emptyDir, `kubernetes_since` where any version will do,
    `instance_types` and `gpu_products` where the provider labels its nodes otherwise, `max_surge` outside a rolling
    Deployment, the scaling figures without an autoscaler, the `spot_` ones unless the spot policy is mixed.
    `startup_seconds` is the budget of the startup probe, `time_to_ready` adds node, image pull and init to it.
    `strategy` is `RollingUpdate` or `Recreate`; `keeps_output` is None unless the pods work off a batch.
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
    spot_pre_stop_seconds: int | None
    spot_drain_seconds: int | None
    spot_grace_seconds: int | None
    storage_size: str | None
    storage_class: str | None
    access_mode: str | None
    kubernetes_since: str | None
    instance_types: tuple[str, ...]
    gpu_products: tuple[str, ...]
    strategy: str | None
    max_surge: int | None
    max_unavailable: int | None
    keeps_output: bool | None
    scale_down_window_seconds: int | None
    scale_up_period_seconds: int | None
    run_as_user: int


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
    monitoring: Monitoring
    service_account: ServiceAccount
    pod: PodSection
    security: Security
    batch: Batch
    test: TestSection | None
    derived: Derived | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """All that the chart's templates may branch on: closed enums, never a text of the user's.

    `provider` aks | generic; `kind` a file name of the catalogue's workloads; `spot` never | prefer | require | mixed;
    `backend` a file name of schemas/storage; `anti_affinity` required | preferred | none;
    `autoscaler` none | hpa | keda; `device_plugin` managed | install;
    `adapter` prometheus-adapter | gke-managed-prometheus; `source` hub | volume | object;
    `spread` none | preferred | required; `expose` none or a template of charts/vllm/exposure, `controller` none or
    one of the folder of that name; `monitor` none or a template of charts/vllm/monitoring; `network_policy`,
    `dashboard` and `alerts` are `true` or `false`.
    """

    provider: str
    kind: str
    spot: str
    backend: str
    anti_affinity: str
    autoscaler: str
    device_plugin: str
    source: str
    adapter: str = "prometheus-adapter"
    spread: str = "none"
    expose: str = "none"
    controller: str = "none"
    network_policy: str = "false"
    monitor: str = "none"
    dashboard: str = "false"
    alerts: str = "false"
    hang_detection: str = "none"

    def meet(self, condition: Mapping[str, Sequence[str]]) -> bool:
        """Whether every choice named in an `x-when` of the values schema has one of the values listed there."""
        return all(getattr(self, name) in wanted for name, wanted in condition.items())
