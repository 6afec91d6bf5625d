"""Which kinds the rules speak of, by group (`match: workload`), and where each keeps its pod templates.

A kind is known by its API group and name: `Service` is the core one, not Knative's. A new workload kind is one row
here and no rule edit; users declare theirs (`declared`). Sources: the API references of Kubernetes 1.37,
LeaderWorkerSet v1, KubeRay v1, Argo Rollouts v1alpha1, KEDA v1alpha1 and KServe v0.20.

KServe's kinds are no workloads: its controller fills in probes, ports, resources and arguments, so what their manifests
lack says nothing. Rules that speak only of what is written look at them too (`match: pods`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from chartgen.lint.release import PodTemplate, Release
from chartgen.model.manifest import Manifest
from chartgen.model.pointer import escape, unescape


@dataclass(frozen=True, slots=True)
class Kind:
    """`templates` holds (role, pointer pattern) of each pod template; `*` in a pattern walks a list.

    The pods of a kind that is `completed` are filled in by its controller, and its templates are bare specs.
    """

    group: str
    name: str
    templates: tuple[tuple[str, str], ...] = ()
    completed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """An object that makes pods, with its templates. A workload whose template is absent or no map is not listed."""

    manifest: Manifest
    kind: Kind
    templates: tuple[PodTemplate, ...]


ANY = "any"
PODS = "pods"
"""The group of all that holds pods: workloads, and the kinds that are completed."""

_POD_TEMPLATE = (("", "/spec/template"),)


def _ray(cluster: str) -> tuple[tuple[str, str], ...]:
    return (
        ("head", f"{cluster}/headGroupSpec/template"),
        ("worker", f"{cluster}/workerGroupSpecs/*/template"),
    )


_KSERVE = "serving.kserve.io"
_RUNTIME = (("", "/spec"), ("worker", "/spec/workerSpec"))
_LLM = (
    ("", "/spec/template"),
    ("worker", "/spec/worker"),
    ("prefill", "/spec/prefill/template"),
    ("prefill worker", "/spec/prefill/worker"),
)
_COMPLETED = tuple(
    Kind(_KSERVE, name, templates, completed=True)
    for name, templates in (
        (
            "InferenceService",
            (
                ("", "/spec/predictor"),
                ("worker", "/spec/predictor/workerSpec"),
                ("transformer", "/spec/transformer"),
                ("explainer", "/spec/explainer"),
            ),
        ),
        ("ServingRuntime", _RUNTIME),
        ("ClusterServingRuntime", _RUNTIME),
        ("LLMInferenceService", _LLM),
        ("LLMInferenceServiceConfig", _LLM),
    )
)

GROUPS: dict[str, tuple[Kind, ...]] = {
    "workload": (
        Kind("", "Pod", (("", ""),)),
        Kind("", "ReplicationController", _POD_TEMPLATE),
        Kind("apps", "Deployment", _POD_TEMPLATE),
        Kind("apps", "StatefulSet", _POD_TEMPLATE),
        Kind("apps", "DaemonSet", _POD_TEMPLATE),
        Kind("apps", "ReplicaSet", _POD_TEMPLATE),
        Kind("batch", "Job", _POD_TEMPLATE),
        Kind("batch", "CronJob", (("", "/spec/jobTemplate/spec/template"),)),
        Kind(
            "leaderworkerset.x-k8s.io",
            "LeaderWorkerSet",
            (
                ("leader", "/spec/leaderWorkerTemplate/leaderTemplate"),
                ("worker", "/spec/leaderWorkerTemplate/workerTemplate"),
            ),
        ),
        Kind("ray.io", "RayCluster", _ray("/spec")),
        Kind("ray.io", "RayService", _ray("/spec/rayClusterConfig")),
        Kind("ray.io", "RayJob", _ray("/spec/rayClusterSpec")),
        Kind("argoproj.io", "Rollout", _POD_TEMPLATE),
    ),
    "autoscaler": (Kind("autoscaling", "HorizontalPodAutoscaler"), Kind("keda.sh", "ScaledObject")),
    "service": (Kind("", "Service"),),
    "budget": (Kind("policy", "PodDisruptionBudget"),),
    "claim": (Kind("", "PersistentVolumeClaim"),),
    "namespace": (Kind("", "Namespace"),),
}
"""The groups that `match` may name, beside `any`, which every object belongs to."""

GROUPS[PODS] = (*GROUPS["workload"], *_COMPLETED)

OTHERS = (
    Kind("", "ConfigMap"),
    Kind("", "LimitRange"),
    Kind("", "PersistentVolume"),
    Kind("", "ResourceQuota"),
    Kind("", "Secret"),
    Kind("", "ServiceAccount"),
    Kind("autoscaling.k8s.io", "VerticalPodAutoscaler"),
    Kind("gateway.networking.k8s.io", "HTTPRoute"),
    Kind("keda.sh", "ScaledJob"),
    Kind("monitoring.coreos.com", "PodMonitor"),
    Kind("monitoring.coreos.com", "ServiceMonitor"),
    Kind("networking.k8s.io", "Ingress"),
    Kind("networking.k8s.io", "NetworkPolicy"),
    Kind("storage.k8s.io", "StorageClass"),
)
"""Kinds that belong to no group and that a rule may name by their bare name all the same."""

_BY_KEY = {(kind.group, kind.name): kind for kinds in (*GROUPS.values(), OTHERS) for kind in kinds}
_BY_NAME = {kind.name: kind for kind in _BY_KEY.values()}
_GROUP_OF = {(kind.group, kind.name): name for name, kinds in GROUPS.items() if name != PODS for kind in kinds}

_DECLARED: ContextVar[Mapping[tuple[str, str], Kind]] = ContextVar("declared kinds", default=_BY_KEY)


@contextmanager
def declared(paths: Iterable[tuple[str, str]]) -> Iterator[None]:
    """Inside, the table also has what the user says: (`example.com/Widget` or a known bare kind, pointer pattern).

    Each pattern leads to a pod template and makes its kind a workload, in place of what is known of a kind that is
    completed. ValueError for a bare kind that is not known.
    """
    table = dict(_BY_KEY)
    for text, pattern in paths:
        key = named(text)
        if key is None:
            raise ValueError(f"{text} is not a kind known by name")
        row = table.get(key, Kind(*key))
        row = Kind(*key) if row.completed else row
        role = pattern if row.templates else ""
        if pattern not in dict(row.templates).values():
            table[key] = replace(row, templates=(*row.templates, (role, pattern)))
    token = _DECLARED.set(table)
    try:
        yield
    finally:
        _DECLARED.reset(token)


def api_group(api_version: str) -> str:
    """`apps` of `apps/v1`, empty (the core group) of `v1`."""
    group, slash, _ = api_version.partition("/")
    return group if slash else ""


def kind_of(manifest: Manifest) -> Kind:
    """The row of the manifest's kind; a bare `Kind` without templates if the table has none."""
    table = _DECLARED.get()
    if table is not _BY_KEY and (found := table.get((api_group(manifest.api_version), manifest.kind))):
        return found
    return _kind(manifest.api_version, manifest.kind)


def group_of(manifest: Manifest) -> str:
    """The name of the group that the manifest's kind belongs to, empty if to none."""
    kind = kind_of(manifest)
    return _group(kind)


def belongs(kind: Kind, group: str) -> bool:
    """Whether the kind is of the group."""
    return bool(kind.templates) if group == PODS else _group(kind) == group


def named(text: str) -> tuple[str, str] | None:
    """(API group, kind) that a rule means by `Deployment` or `example.com/Widget`.

    None if a bare name is not in the table.
    """
    group, slash, name = text.rpartition("/")
    if slash:
        return group, name
    kind = _BY_NAME.get(text)
    return (kind.group, kind.name) if kind else None


def is_workload(manifest: Manifest) -> bool:
    return group_of(manifest) == "workload"


def templates(manifest: Manifest) -> tuple[PodTemplate, ...]:
    """The pod templates that the manifest holds, in file order of their patterns; () if it has no pods.

    A Pod is its own template (pointer empty). Each call makes new values; `templates_in` does not.
    """
    kind = kind_of(manifest)
    return tuple(
        PodTemplate(manifest, pointer, value, role, kind.completed)
        for role, pattern in kind.templates
        for pointer, value in walk(manifest.object, pattern)
        if isinstance(value, dict)
    )


def templates_in(release: Release, manifest: Manifest) -> tuple[PodTemplate, ...]:
    """The pod templates of the manifest, found once for a release."""
    return release.once(("kinds", "templates", id(manifest)), lambda: templates(manifest))


def workloads(release: Release) -> tuple[Workload, ...]:
    """Every workload of the release that has a pod template, in input order."""

    def collect() -> tuple[Workload, ...]:
        found = ((manifest, templates_in(release, manifest)) for manifest in release.manifests)
        held = ((manifest, kind_of(manifest), each) for manifest, each in found if each)
        return tuple(Workload(*each) for each in held if not each[1].completed)

    return release.once(("kinds", "workloads"), collect)


def walk(value: Any, pattern: str) -> list[tuple[str, Any]]:
    """(pointer, value) of everything that a pointer pattern reaches: `*` stands for each member of a list.

    On a map `*` stands for each value, by sorted key. What is absent, or of another shape, is skipped.
    """
    found = [("", value)]
    for head in pattern.split("/")[1:]:
        if not found:
            break
        found = [(f"{pointer}/{part}", member) for pointer, each in found for part, member in _step(each, head)]
    return found


def _step(value: Any, head: str) -> list[tuple[str, Any]]:
    """(part of a pointer, member) of what one part of a pattern reaches in a value."""
    if isinstance(value, dict):
        if head == "*":
            return [(escape(key), value[key]) for key in sorted(value)]
        key = unescape(head)
        return [(head, value[key])] if key in value else []
    if isinstance(value, list):
        if head == "*":
            return [(str(index), member) for index, member in enumerate(value)]
        return [(head, value[int(head)])] if head.isdecimal() and int(head) < len(value) else []
    return []


def _group(kind: Kind) -> str:
    """Every kind that has whole pod templates is a workload, also one that the user declared."""
    return "workload" if kind.templates and not kind.completed else _GROUP_OF.get((kind.group, kind.name), "")


@lru_cache(maxsize=1024)
def _kind(api_version: str, name: str) -> Kind:
    group = api_group(api_version)
    return _BY_KEY.get((group, name)) or Kind(group, name)
