"""Who decides how many replicas there are."""

from __future__ import annotations

from dataclasses import dataclass


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
class HttpAddOn:
    """KEDA's HTTP add-on in `namespace`, `keda` if None; `concurrency` is the requests at a time per replica."""

    concurrency: int
    namespace: str | None


@dataclass(frozen=True, slots=True)
class Autoscaling:
    """Everything but `kind` is None (tuples: empty) where no autoscaler is rendered.

    `min` and `max` count the base of spot policy mixed. `adapter` is for hpa; `prometheus`, `schedule`, `wake_up`
    and `http_add_on` are for keda.
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
    http_add_on: HttpAddOn | None

    @property
    def outside(self) -> bool:
        """Whether something else than the pods themselves can ask for a replica."""
        return bool(self.schedule) or self.wake_up is not None or self.http_add_on is not None
