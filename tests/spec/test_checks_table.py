"""The committed table of refusals: well-formed, each row needed, and nothing refused between choices beside it."""

from __future__ import annotations

import itertools
from dataclasses import fields
from typing import Any

import pytest
from values_making import problems, values

from chartgen import catalogue, spec
from chartgen.model.spec import Choices
from chartgen.spec import checks

NAMES = {field.name for field in fields(Choices)}
DOMAIN: dict[str, tuple[str, ...]] = {
    "provider": ("aks", "generic"),
    "kind": ("Deployment", "StatefulSet", "DaemonSet"),
    "spot": ("never", "prefer", "require"),
    "backend": tuple(spec.backends()),
    "anti_affinity": ("required", "none"),
    "autoscaler": ("none", "hpa"),
    "device_plugin": ("managed", "install"),
    "source": ("hub", "volume"),
}


def whole_file(made: dict[str, str]) -> dict[str, Any]:
    storage = {"backend": made["backend"]}
    if made["backend"] == "existing-claim":
        storage["claim"] = "models"
    return values(
        "/models/x" if made["source"] == "volume" else "TheBloke/vicuna-7B-v1.5-AWQ",
        "nvidia-t4",
        made["provider"],
        workload={"kind": made["kind"]},
        spot={"policy": made["spot"]},
        storage=storage,
        availability={"antiAffinity": made["anti_affinity"]},
        autoscaling={"kind": made["autoscaler"]},
        cluster={"devicePlugin": made["device_plugin"]},
    )


@pytest.mark.parametrize("row", checks.rows(), ids=lambda row: "-".join(sum(row.when.values(), ())))
def test_a_row_is_well_formed(row: checks.Row) -> None:
    assert set(row.when) <= NAMES
    assert 2 <= len(row.when) <= 3
    for name, refused in row.when.items():
        assert set(refused) <= set(DOMAIN[name])
    assert row.message
    assert row.remedy
    assert row.source.endswith(".")


def test_a_backend_is_refused_wherever_it_does_not_say_it_works() -> None:
    for backend in spec.backends().values():
        for provider in catalogue.providers():
            made = {"provider": provider, "backend": backend.name}
            assert any(row.refuses(made) for row in checks.rows()) == (provider not in backend.providers)


def test_the_table_is_all_that_is_refused_between_choices() -> None:
    names = [name for name in DOMAIN if name not in ("anti_affinity", "device_plugin")]
    for chosen in itertools.product(*(DOMAIN[name] for name in names)):
        made = {"anti_affinity": "none", "device_plugin": "install", **dict(zip(names, chosen, strict=True))}
        wanted = {row.message for row in checks.refused(Choices(**made))}
        assert {problem.message for problem in problems(whole_file(made)) if problem.fatal} == wanted, made
