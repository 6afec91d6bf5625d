"""LoRA adapters against each other and against where the model comes from."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.model.spec import Derived, Spec
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.resolved import Resolved


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse two models with one name, and adapters that the engine cannot get."""
    taken = {spec.model.served_name or spec.model.id: "the model itself"}
    for index, adapter in enumerate(spec.model.lora):
        key = f"model.lora[{index}]"
        if adapter.name in taken:
            yield Refusal(
                f"{key}.name",
                f"clients ask for a model by its name, and `{adapter.name}` is the name of {taken[adapter.name]} too",
                "give the adapter a name of its own",
            )
        taken.setdefault(adapter.name, key)
        yield from _unreachable(f"{key}.id", adapter.id, derived, resolved)


def _unreachable(key: str, id: str, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    on_volume = id.startswith("/")
    if derived.source == "volume" and not on_volume:
        yield Refusal(
            key,
            "the model is read from a volume, so the engine fetches nothing from the hub",
            "put the adapter on the volume too, and give its folder below /models",
        )
    if derived.source == "hub" and on_volume and "volume" not in resolved.backend.sources:
        yield Refusal(
            key,
            f"{resolved.backend.title} holds no adapter at first",
            "give the adapter as a hub id, or set storage.backend to existing-claim with a claim that holds it",
        )
