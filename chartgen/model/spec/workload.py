"""The pods: what kind of object runs them, what they get and may do, how they start and stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
    """Ids of user and group, None with `user` namespace; `run_as_user` falls back to `Derived.run_as_user`."""

    user: str
    run_as_user: int | None
    run_as_group: int | None
    fs_group: int | None
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
