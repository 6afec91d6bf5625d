"""What an autoscaler measures, whom it asks, and its times of day."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chartgen.model.spec import Derived, Metric, Span, Spec
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.resolved import Resolved

_DCGM = "DCGM_"
_ALIBABA = "DCGM_CUSTOM_"
_OWN_SERIES = re.compile(r"\b(vllm:|DCGM_)", re.ASCII)


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse an autoscaler that would measure nothing, or something else than the load."""
    scaling = spec.autoscaling
    if scaling.kind == "none":
        return
    yield from _something(spec)
    for index, metric in enumerate(scaling.metrics):
        key = f"autoscaling.metrics[{index}]"
        yield from _served(spec, metric, resolved, f"{key}.name")
        yield from _reachable(metric, f"{key}.target")
    if scaling.kind == "keda":
        yield from _prometheus(spec)
        for index, span in enumerate(scaling.schedule):
            yield from _span(spec, span, f"autoscaling.schedule[{index}]")
            yield from _late(spec, span, derived, f"autoscaling.schedule[{index}]")


def _something(spec: Spec) -> Iterator[Refusal]:
    scaling = spec.autoscaling
    if scaling.metrics or (scaling.kind == "keda" and scaling.outside):
        return
    others = ", or a span of time to autoscaling.schedule" if scaling.kind == "keda" else ""
    yield Refusal(
        "autoscaling.metrics",
        "the autoscaler has nothing to go by",
        f"add vllm:num_requests_running with a target{others}",
    )


def _served(spec: Spec, metric: Metric, resolved: Resolved, key: str) -> Iterator[Refusal]:
    """DCGM is NVIDIA's; its series belong to the exporter's pods, and only some adapters lead them back to ours."""
    if not metric.name.startswith(_DCGM):
        return
    if not resolved.gpu.resource.startswith("nvidia.com/"):
        yield Refusal(
            key,
            f"{metric.name} is measured on GPUs of NVIDIA, and gpu.type is {spec.gpu.type}",
            "scale on vllm:num_requests_running",
        )
    elif spec.autoscaling.adapter == "gke-managed-prometheus":
        yield Refusal(
            key,
            f"in Managed Service for Prometheus {metric.name} is a series of the exporter's pods, not of the engine's",
            "scale on vllm:num_requests_running, or set autoscaling.kind to keda",
        )
    elif metric.name.startswith(_ALIBABA) and resolved.provider.name not in ("ack", "generic"):
        yield Refusal(
            key,
            f"{metric.name} comes from the GPU exporter of Alibaba Cloud alone",
            "scale on DCGM_FI_DEV_GPU_UTIL or on vllm:num_requests_running",
        )


def _reachable(metric: Metric, key: str) -> Iterator[Refusal]:
    most = 1 if metric.name == "vllm:kv_cache_usage_perc" else 100 if metric.name.startswith(_DCGM) else None
    if most is not None and metric.target >= most:
        yield Refusal(
            key,
            f"{metric.name} goes from 0 to {most}, so that {metric.target:g} never asks for another replica",
            f"set it below {most}, such as {0.8 * most:g}",
        )


def _prometheus(spec: Spec) -> Iterator[Refusal]:
    scaling, prometheus = spec.autoscaling, spec.autoscaling.prometheus
    if prometheus is None:
        return
    if prometheus.server_address is None and (scaling.metrics or scaling.wake_up):
        yield Refusal(
            "autoscaling.prometheus.serverAddress",
            "KEDA has to know which Prometheus to ask for the metrics",
            "set it, for example to http://prometheus-operated.monitoring.svc:9090; "
            "or set autoscaling.metrics to [] and scale by autoscaling.schedule alone",
        )
    if prometheus.auth_modes is not None and prometheus.authentication is None:
        yield Refusal(
            "autoscaling.prometheus.authModes",
            "the name and password, token or certificate to log in with are in a TriggerAuthentication",
            "set autoscaling.prometheus.authentication to its name, or remove authModes",
        )
    if scaling.wake_up is not None and _OWN_SERIES.search(scaling.wake_up.query):
        yield Refusal(
            "autoscaling.wakeUp.query",
            "it asks for series of the pods themselves, and without pods there are none",
            "ask for a metric from outside, such as the queue of the gateway in front of them; or remove wakeUp",
        )


def _span(spec: Spec, span: Span, key: str) -> Iterator[Refusal]:
    least, most, base = spec.autoscaling.min, spec.autoscaling.max, spec.spot.on_demand_base or 0
    if span.start == span.end:
        yield Refusal(f"{key}.end", f"the span begins and ends at {span.start}", "let it end at another time")
    if most is not None and span.replicas > most:
        yield Refusal(
            f"{key}.replicas",
            f"{span.replicas} replicas are more than the maximum of {most}",
            f"set it to {most} at most, or autoscaling.max to {span.replicas} at least",
        )
    elif least is not None and span.replicas <= max(least, base):
        yield Refusal(
            f"{key}.replicas",
            f"there are {max(least, base)} replicas at any time, so that {span.replicas} change nothing",
            f"set it to {max(least, base) + 1} at least, or remove the span",
        )


def _late(spec: Spec, span: Span, derived: Derived, key: str) -> Iterator[Refusal]:
    """The steps of scaleUp hold for a schedule as well."""
    behavior = spec.autoscaling.behavior
    step = None if behavior is None else behavior.scale_up.pods_per_period
    period = None if behavior is None else behavior.scale_up.period_seconds or derived.scale_up_period_seconds
    missing = span.replicas - max(spec.autoscaling.min or 0, spec.spot.on_demand_base or 0)
    if step is None or period is None or missing <= step:
        return
    yield Refusal(
        f"{key}.start",
        f"{missing} replicas are added in steps of {step} every {period} s, "
        f"the last of them {(missing - 1) // step * period} s after the start",
        f"set autoscaling.behavior.scaleUp.podsPerPeriod to {missing}, or let the span start earlier",
        fatal=False,
    )
