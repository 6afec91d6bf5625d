"""The typed values file: one dataclass per section of schemas/values.schema.json, with the same keys in snake case.

A field is None where the file says nothing and the key has no default of its own: either the figure in `Derived`
stands in for it, or nothing is rendered. Keys that the chosen options do not use (`autoscaling.min` without an
autoscaler) are None as well. Durations are whole seconds; quantities are Kubernetes quantity texts (`16Gi`, `500m`).
"""

from __future__ import annotations

from dataclasses import dataclass

from chartgen.model.spec.choices import Choices
from chartgen.model.spec.cluster import BootDisk, Cluster, PoolRank, Spot
from chartgen.model.spec.derived import Derived
from chartgen.model.spec.engine import (
    Engine,
    EngineImage,
    GpuSection,
    LoraAdapter,
    Model,
    Parallelism,
    SecretReference,
    SecretSource,
    SecretStore,
    TokenSource,
)
from chartgen.model.spec.metadata import ChartSection, Maintainer
from chartgen.model.spec.monitoring import Monitoring
from chartgen.model.spec.networking import Gateway, HttpRoute, Ingress, Networking, NetworkPolicy, Service
from chartgen.model.spec.scaling import Autoscaling, Behavior, HttpAddOn, Metric, Prometheus, ScalingRule, Span, WakeUp
from chartgen.model.spec.storage import Storage
from chartgen.model.spec.totals import Demand
from chartgen.model.spec.workload import (
    Availability,
    Batch,
    DisruptionBudget,
    Lifecycle,
    PodSection,
    Resources,
    Security,
    ServiceAccount,
    TestImage,
    TestSection,
    Workload,
)

__all__ = [
    "Autoscaling",
    "Availability",
    "Batch",
    "Behavior",
    "BootDisk",
    "ChartSection",
    "Choices",
    "Cluster",
    "Demand",
    "Derived",
    "DisruptionBudget",
    "Engine",
    "EngineImage",
    "Gateway",
    "GpuSection",
    "HttpAddOn",
    "HttpRoute",
    "Ingress",
    "Lifecycle",
    "LoraAdapter",
    "Maintainer",
    "Metric",
    "Model",
    "Monitoring",
    "NetworkPolicy",
    "Networking",
    "Parallelism",
    "PodSection",
    "PoolRank",
    "Prometheus",
    "Resources",
    "ScalingRule",
    "SecretReference",
    "SecretSource",
    "SecretStore",
    "Security",
    "Service",
    "ServiceAccount",
    "Span",
    "Spec",
    "Spot",
    "Storage",
    "TestImage",
    "TestSection",
    "TokenSource",
    "WakeUp",
    "Workload",
]


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
