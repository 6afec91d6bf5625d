"""Refusals between choices, from `refusals.toml` and from what each provider and storage backend says of itself."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from chartgen.catalogue import providers, workloads
from chartgen.catalogue.workloads import WorkloadKind
from chartgen.model.spec import Choices
from chartgen.spec.backends import Backend, backends
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.schema import composed

# For each value of the choice `source`: why a backend cannot serve it, and what such a model.id is.
_SOURCES = {
    "hub": ("model.id is a hub id, and {} takes no download", "a hub id"),
    "volume": ("model.id is a folder on the volume, and {} holds no model at first", "a folder below /models"),
    "object": ("model.id is in object storage, and {} does not read from there", "an s3:// or gs:// address"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """`when` maps names of choices to the values that are refused together; `source` says how that is known."""

    when: Mapping[str, tuple[str, ...]]
    key: str
    message: str
    remedy: str
    source: str

    def refuses(self, choices: Mapping[str, str]) -> bool:
        """Whether every choice of this row is made; a choice that is missing from `choices` is not."""
        return all(choices.get(name) in values for name, values in self.when.items())


@cache
def rows() -> tuple[Row, ...]:
    """The whole table."""
    text = (Path(__file__).parent / "refusals.toml").read_text(encoding="utf-8")
    committed = tuple(
        Row(
            when={name: tuple(values) for name, values in row["when"].items()},
            key=row["key"],
            message=row["message"],
            remedy=row["remedy"],
            source=row["source"],
        )
        for row in tomllib.loads(text)["refusal"]
    )
    of_providers = tuple(row for name in providers.providers() for row in _of_provider(providers.provider(name)))
    return committed + of_providers + tuple(_made())


def _made() -> Iterator[Row]:
    for backend in backends().values():
        yield from _of(backend)
    for workload in _kinds():
        yield from _of_kind(workload)


def refused(choices: Choices) -> tuple[Row, ...]:
    """The rows that refuse `choices`."""
    made = asdict(choices)
    return tuple(row for row in rows() if row.refuses(made))


def check(made: Mapping[str, str]) -> Iterator[Refusal]:
    """What the table refuses of the choices `made`, by their names; one that the file leaves open is missing."""
    for row in rows():
        if row.refuses(made):
            yield Refusal(row.key, row.message, row.remedy)


def _of_provider(provider: providers.Provider) -> Iterator[Row]:
    source = f"chartgen/catalogue/data/providers/{provider.name}.toml: "
    if provider.spot is None:
        policies = composed()["properties"]["spot"]["properties"]["policy"]["enum"]
        yield Row(
            when={"provider": (provider.name,), "spot": tuple(policy for policy in policies if policy != "never")},
            key="spot.policy",
            message=f"the provider {provider.name} has no label that tells spot nodes apart",
            remedy="set spot.policy to never, and choose the nodes with cluster.nodeSelector and cluster.tolerations",
            source=source + "it has no [spot].",
        )
    if provider.manages_device_plugin:
        yield Row(
            when={"provider": (provider.name,), "device_plugin": ("install",)},
            key="cluster.devicePlugin",
            message=f"{provider.title} runs the GPU device plugin itself, and a second one would claim the same GPUs",
            remedy="set cluster.devicePlugin to managed, or remove it",
            source=source + "manages_device_plugin.",
        )


def _of(backend: Backend) -> Iterator[Row]:
    yield from _elsewhere(backend)
    yield from _unserved(backend)
    if backend.attaches:
        yield from _attached(backend)


def _elsewhere(backend: Backend) -> Iterator[Row]:
    if not backend.providers:
        return
    for name in providers.providers():
        if name not in backend.providers:
            others = [other.name for other in backends().values() if not other.providers or name in other.providers]
            yield _row(
                backend,
                {"provider": (name,)},
                f"{providers.provider(name).title} has no {backend.title} ({backend.driver})",
                f"set storage.backend to one of: {', '.join(others)}",
                "x-providers",
            )


def _unserved(backend: Backend) -> Iterator[Row]:
    """A row for each source of a model that the backend cannot give."""
    served = " or ".join(_SOURCES[source][1] for source in backend.sources)
    for source, (why, _) in _SOURCES.items():
        if source in backend.sources:
            continue
        others = [other.name for other in backends().values() if source in other.sources]
        yield _row(
            backend,
            {"source": (source,)},
            why.format(backend.title),
            f"set storage.backend to one of: {', '.join(others)}; or model.id to {served}",
            "x-sources",
        )


def _attached(backend: Backend) -> Iterator[Row]:
    """A volume that is attached to one node at a time cannot serve pods on several."""
    once = f"{backend.title} is attached to one node at a time"
    for workload in _kinds():
        if workload.every_node:
            yield _row(
                backend,
                {"kind": (workload.name,)},
                f"{once}, and {workload.indefinite} runs on every node",
                "set workload.kind to StatefulSet, or storage.backend to empty-dir",
                "x-attaches",
            )
        elif workload.claim == "shared" and workload.target is not None:
            yield _row(
                backend,
                {"kind": (workload.name,), "autoscaler": _scalers()},
                f"{once}, so replicas that the autoscaler adds to {workload.indefinite} never start",
                "set workload.kind to StatefulSet, which gives every replica a disk",
                "x-attaches",
            )
            yield _row(
                backend,
                {"kind": (workload.name,), "spot": ("mixed",)},
                f"{once}, and the base and the overflow of spot.policy mixed run on different nodes",
                "set workload.kind to StatefulSet, which gives every replica a disk",
                "x-attaches",
            )


def _of_kind(workload: WorkloadKind) -> Iterator[Row]:
    """What cannot be done with a workload kind, by what the catalogue says of it."""
    if workload.target is None:
        yield Row(
            when={"kind": (workload.name,), "autoscaler": _scalers()},
            key="autoscaling.kind",
            message=workload.unscaled,
            remedy="set autoscaling.kind to none, or workload.kind to Deployment",
            source=workload.unscaled_source,
        )
    for misfit in workload.misfits:
        when = {"kind": (workload.name,), **misfit.when}
        yield Row(when, misfit.key, misfit.message, misfit.remedy, misfit.source)


def _kinds() -> Iterator[WorkloadKind]:
    return (workloads.workload(name) for name in workloads.workloads())


def _scalers() -> tuple[str, ...]:
    scalers = composed()["properties"]["autoscaling"]["properties"]["kind"]["enum"]
    return tuple(scaler for scaler in scalers if scaler != "none")


def _row(backend: Backend, when: Mapping[str, tuple[str, ...]], message: str, remedy: str, said: str) -> Row:
    source = f"schemas/storage/{backend.name}.json: {said}."
    return Row({**when, "backend": (backend.name,)}, "storage.backend", message, remedy, source)
