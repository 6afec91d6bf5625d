"""The figures that chartgen computes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Derived:
    """What chartgen computes from the rest; never set by the user, who sets the key that it stands in for.

    None, or empty, where it does not apply: `max_length` of an unknown model, `storage_size` and `storage_class`
    without a claim of ours, `access_mode` of an emptyDir, `kubernetes_since` where any version will do,
    `instance_types` and `gpu_products` where the provider labels its nodes otherwise, `max_surge` outside a rolling
    Deployment, `run_as_user` where the cluster chooses the user, the scaling figures without an autoscaler, the `spot_`
    ones unless the spot policy is mixed.
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
    run_as_user: int | None
