"""Workload kinds: what the figures, the checks and the templates must know of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from chartgen.catalogue.tables import names, table


@dataclass(frozen=True, slots=True)
class ScaleTarget:
    """What an autoscaler sets the replicas of: an object called like the release's others, with `suffix` behind it."""

    api_version: str
    kind: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Misfit:
    """Choices (as in chartgen/spec/checks/refusals.toml) that do not go with the kind, and what is said of them."""

    when: Mapping[str, tuple[str, ...]]
    key: str
    message: str
    remedy: str
    source: str


@dataclass(frozen=True, slots=True)
class WorkloadKind:
    """One file of data/workloads/.

    `serves` is false where the pods answer no requests, so that they need no Service, port or probe. `count` is the
    dotted key of the values file that says how many pods (or groups of pods) run, empty where the nodes do.
    `target` is None where an autoscaler can do nothing, and `unscaled` and `unscaled_source` say why, and how that is
    known; `misfits` are the other choices that it does not go with. `budget` is whether a PodDisruptionBudget protects
    the pods, `claim` whose claim a backend with one for each replica makes here: replica, or shared. `nodes` is whether
    one replica may span several nodes, `every_node` whether there is a pod on each node. `rollout` lists the figures of
    its update strategy: recreate (it can stop all pods first), surge and unavailable. `container` is the name of the
    engine's container; `longest_name` leaves room for what controllers append.
    """

    name: str
    title: str
    api_version: str
    serves: bool
    count: str
    target: ScaleTarget | None
    unscaled: str
    unscaled_source: str
    misfits: tuple[Misfit, ...]
    budget: bool
    claim: str
    nodes: bool
    every_node: bool
    rollout: tuple[str, ...]
    container: str
    longest_name: int

    @property
    def indefinite(self) -> str:
        """`a Deployment`, `an InferenceService`."""
        return f"{'an' if self.title[0] in 'AEIOU' else 'a'} {self.title}"

    @property
    def counted(self) -> bool:
        """Whether the values file says how many pods run, and not the number of nodes."""
        return bool(self.count)

    @property
    def replicated(self) -> bool:
        """Whether workload.replicas says how many there are."""
        return self.count == "workload.replicas"

    @property
    def batched(self) -> bool:
        """Whether the pods work off the requests of `batch`, batch.parallelism of them at a time."""
        return self.count == "batch.parallelism"


def workload(name: str) -> WorkloadKind:
    """The workload kind called `name`; KeyError if there is none."""
    if name not in workloads():
        raise KeyError(name)
    return _workload(name)


def workloads() -> tuple[str, ...]:
    """The names of all workload kinds, sorted."""
    return names("workloads")


@cache
def _workload(name: str) -> WorkloadKind:
    row = table(f"workloads/{name}")
    return WorkloadKind(
        name=name,
        title=row["title"],
        api_version=row["api_version"],
        serves=row["serves"],
        count=row["count"],
        target=_target(row["scale_target"]) if "scale_target" in row else None,
        unscaled=row.get("unscaled", ""),
        unscaled_source=row.get("unscaled_source", ""),
        misfits=tuple(_misfit(item) for item in row.get("misfit", ())),
        budget=row["budget"],
        claim=row["claim"],
        nodes=row["nodes"],
        every_node=row["every_node"],
        rollout=tuple(row["rollout"]),
        container=row["container"],
        longest_name=row["longest_name"],
    )


def _target(row: Mapping[str, Any]) -> ScaleTarget:
    return ScaleTarget(row["api_version"], row["kind"], row.get("suffix", ""))


def _misfit(row: Mapping[str, Any]) -> Misfit:
    when = {name: tuple(values) for name, values in row["when"].items()}
    return Misfit(when, row["key"], row["message"], row["remedy"], row["source"])
