"""Refusals between choices, from `refusals.toml` and the storage backends' own lists of providers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from chartgen import catalogue
from chartgen.model.spec import Choices, Derived, Spec
from chartgen.spec.backends import Backend, backends
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.resolved import Resolved


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
    return committed + tuple(row for backend in backends().values() for row in _elsewhere(backend))


def refused(choices: Choices) -> tuple[Row, ...]:
    """The rows that refuse `choices`."""
    made = asdict(choices)
    return tuple(row for row in rows() if row.refuses(made))


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """What the table refuses."""
    made = Choices(
        provider=resolved.provider.name,
        kind=resolved.kind,
        spot=spec.spot.policy,
        backend=resolved.backend.name,
        anti_affinity=spec.availability.anti_affinity,
        autoscaler=spec.autoscaling.kind,
        device_plugin=spec.cluster.device_plugin,
        source=derived.source,
    )
    for row in refused(made):
        yield Refusal(row.key, row.message, row.remedy)


def _elsewhere(backend: Backend) -> Iterator[Row]:
    for name in catalogue.providers():
        if name not in backend.providers:
            others = [other.name for other in backends().values() if name in other.providers]
            yield Row(
                when={"provider": (name,), "backend": (backend.name,)},
                key="storage.backend",
                message=f"{catalogue.provider(name).title} has no {backend.title} ({backend.driver})",
                remedy=f"set storage.backend to one of: {', '.join(others)}",
                source=f"schemas/storage/{backend.name}.json: x-providers.",
            )
