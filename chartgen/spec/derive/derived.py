"""Puts the derived block together."""

from __future__ import annotations

from chartgen import catalogue
from chartgen.model.spec import Derived, Spec
from chartgen.spec.choices import source
from chartgen.spec.derive import clocks, fit, host, names
from chartgen.spec.derive.resolved import Resolved, resolve


def derive(spec: Spec) -> Derived:
    """Compute the derived block of `spec`; `spec.derived` is not read.

    A figure whose key is set in the file is computed all the same, as if it were not, while figures that depend on it
    follow the file: so the block is the same when the chart's own values.yaml is rendered again.
    """
    resolved = resolve(spec)
    startup = clocks.startup_seconds(spec, resolved)
    ready = clocks.time_to_ready(spec.lifecycle.startup_seconds or startup)
    stop = clocks.stop(spec, resolved)
    own_claim = resolved.backend.claim in ("replica", "shared")
    scaled = spec.autoscaling.kind != "none"
    strategy, max_surge, max_unavailable = rollout(resolved)
    return Derived(
        name=names.chart_name(spec),
        app_version=names.app_version(spec),
        kind=resolved.kind,
        source=source(spec.model.id),
        engine_version="" if resolved.version is None else ".".join(map(str, resolved.version)),
        gpu_resource=resolved.gpu.resource,
        gpu_count=resolved.gpu_count,
        gpu_memory_utilization=catalogue.engine().gpu_memory_utilization(resolved.version),
        max_length=fit.max_length(spec, resolved),
        dtype=fit.dtype(spec, resolved.gpu),
        cpu=str(host.cpu(resolved)),
        memory=f"{host.memory_gib(spec, resolved)}Gi",
        shared_memory=f"{host.shared_gib(resolved)}Gi",
        startup_seconds=startup,
        time_to_ready=clocks.time_to_ready(startup),
        pre_stop_seconds=stop.pre_stop,
        drain_seconds=stop.drain,
        grace_seconds=stop.grace,
        storage_size=f"{host.disk_gib(spec, resolved)}Gi" if own_claim else None,
        storage_class=resolved.backend.storage_class if own_claim and resolved.backend.storage_class else None,
        access_mode=resolved.backend.access_modes[0] if own_claim and resolved.backend.access_modes else None,
        instance_types=tuple(sorted(instance.name for instance in resolved.instances)),
        gpu_products=() if resolved.provider.instance_types else resolved.gpu.products,
        strategy=strategy,
        max_surge=max_surge,
        max_unavailable=max_unavailable,
        scale_down_window_seconds=clocks.scale_down_window(ready) if scaled else None,
        scale_up_period_seconds=clocks.scale_up_period(ready) if scaled else None,
    )


def rollout(resolved: Resolved) -> tuple[str, int | None, int | None]:
    """Update strategy, maxSurge and maxUnavailable.

    A Deployment whose disk is attached to one node must stop the old pod before the new one can mount it. Any other
    replaces one pod at a time without a surge, for which no spare GPU may exist; the update would wait for one without
    end (opendatahub-io/kserve#1822 asks for the same). A StatefulSet needs neither figure.
    """
    if resolved.kind == "DaemonSet":
        return "RollingUpdate", None, 1
    if resolved.kind == "StatefulSet":
        return "RollingUpdate", None, None
    return ("Recreate", None, None) if resolved.backend.attaches else ("RollingUpdate", 0, 1)
