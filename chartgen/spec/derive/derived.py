"""Puts the derived block together."""

from __future__ import annotations

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
    spot_stop = clocks.spot_stop(spec, resolved)
    own_claim = resolved.backend.claim in ("replica", "pod", "shared")
    scaled = spec.autoscaling.kind != "none"
    strategy, max_surge, max_unavailable = rollout(resolved)
    return Derived(
        name=names.chart_name(spec),
        app_version=names.app_version(spec),
        kind=resolved.kind,
        source=source(spec.model.id),
        engine_version="" if resolved.version is None else ".".join(map(str, resolved.version)),
        gpu_resource=gpu_resource(spec, resolved),
        gpu_count=resolved.gpu_count,
        gpu_memory_utilization=fit.usual_utilization(spec, resolved),
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
        spot_pre_stop_seconds=spot_stop.pre_stop if spot_stop else None,
        spot_drain_seconds=spot_stop.drain if spot_stop else None,
        spot_grace_seconds=spot_stop.grace if spot_stop else None,
        storage_size=f"{host.disk_gib(spec, resolved)}Gi" if own_claim or _limited(resolved) else None,
        storage_class=resolved.backend.storage_class if own_claim and resolved.backend.storage_class else None,
        access_mode=resolved.backend.access_modes[0] if resolved.backend.access_modes else None,
        kubernetes_since=resolved.backend.kubernetes_since or None,
        instance_types=_instance_types(resolved),
        gpu_products=_products(spec, resolved),
        strategy=strategy,
        max_surge=max_surge,
        max_unavailable=max_unavailable,
        keeps_output=keeps_output(spec, resolved) if resolved.workload.batched else None,
        scale_down_window_seconds=clocks.scale_down_window(ready) if scaled else None,
        scale_up_period_seconds=clocks.scale_up_period(ready) if scaled else None,
        run_as_user=host.run_as_user(resolved) if spec.security.user == "image" else None,
    )


def gpu_resource(spec: Spec, resolved: Resolved) -> str:
    """What a pod requests: GKE calls a slice of a GPU a GPU as well, and tells them apart by node labels.

    Elsewhere the name of a slice has its profile in it (NVIDIA/k8s-device-plugin, MIG strategy mixed).
    """
    profile = spec.gpu.mig_profile
    if profile is not None and not resolved.provider.slices_are_gpus:
        return f"nvidia.com/mig-{profile}"
    return spec.gpu.resource or resolved.gpu.resource


def _products(spec: Spec, resolved: Resolved) -> tuple[str, ...]:
    """GPU feature discovery adds a word where pods take turns and the resource does not say so (k8s-device-plugin)."""
    found = resolved.provider.products(resolved.gpu)
    if spec.gpu.resource == resolved.gpu.resource and resolved.provider.labels.gpu_product:
        return tuple(f"{product}-SHARED" for product in found)
    return found


def _instance_types(resolved: Resolved) -> tuple[str, ...]:
    """Those that hold a replica, where the provider's nodes are told apart by them."""
    if not resolved.provider.labels.instance_type:
        return ()
    return tuple(sorted(instance.name for instance in resolved.instances))


def rollout(resolved: Resolved) -> tuple[str | None, int | None, int | None]:
    """Update strategy, maxSurge and maxUnavailable.

    A Deployment whose disk is attached to one node must stop the old pod before the new one can mount it. Any other
    replaces one pod at a time without a surge, for which no spare GPU may exist; the update would wait for one without
    end (opendatahub-io/kserve#1822 asks for the same). A kind says which of these its own strategy knows, and a Job,
    which is never updated, has none.
    """
    known = resolved.workload.rollout
    if resolved.workload.batched:
        return None, None, None
    if "recreate" in known and resolved.backend.attaches:
        return "Recreate", None, None
    return "RollingUpdate", 0 if "surge" in known else None, 1 if "unavailable" in known else None


def keeps_output(spec: Spec, resolved: Resolved) -> bool:
    """Whether a file can be written to the model volume, and is still there when the pod has gone."""
    backend = resolved.backend
    writable = source(spec.model.id) == "hub" and not backend.read_only
    return writable and backend.claim in ("replica", "shared", "existing")


def _limited(resolved: Resolved) -> bool:
    """Whether the node's own disk holds a model of known size; a pod that takes more than was planned is evicted."""
    return resolved.backend.claim == "none" and "size" in resolved.backend.properties and resolved.model is not None
