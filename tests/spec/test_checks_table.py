"""The committed table of refusals: well-formed, each row needed, and nothing refused between choices beside it."""

from __future__ import annotations

import itertools
import json
from dataclasses import fields
from typing import Any

import pytest
from values_making import problems, values

from chartgen import spec
from chartgen.catalogue import providers, workloads
from chartgen.model.spec import Choices
from chartgen.spec import checks

NAMES = {field.name for field in fields(Choices)}
DOMAIN: dict[str, tuple[str, ...]] = {
    "provider": providers.providers(),
    "kind": workloads.workloads(),
    "spot": ("never", "prefer", "require", "mixed"),
    "backend": tuple(spec.backends()),
    "anti_affinity": ("required", "none"),
    "autoscaler": ("none", "hpa", "keda"),
    "adapter": ("prometheus-adapter", "gke-managed-prometheus"),
    "device_plugin": ("managed", "install"),
    "source": ("hub", "volume", "object"),
    "spread": ("none", "preferred", "required"),
    "user": ("image", "namespace"),
    "sharing": ("none", "mig", "time-slicing"),
}

BATCH = {"input": "https://files.example.com/in", "output": "https://files.example.com/out"}
SCALERS = {"keda": {"prometheus": {"serverAddress": "http://prometheus:9090"}}}


def whole_file(made: dict[str, str]) -> dict[str, Any]:
    adapter = {"adapter": made["adapter"]} if made["autoscaler"] == "hpa" else {}
    backend = spec.backends()[made["backend"]]
    known = spec.schema()["properties"]["storage"]["properties"]
    beside = [need.keys[0] for need in backend.needs if not need.sources or made["source"] in need.sources]
    storage = {"backend": backend.name, **{key: known[key]["examples"][0] for key in (*backend.required, *beside)}}
    return values(
        {"hub": "TheBloke/vicuna-7B-v1.5-AWQ", "volume": "/models/x", "object": "s3://models/x"}[made["source"]],
        "nvidia-t4",
        made["provider"],
        workload={"kind": made["kind"]},
        **({"batch": BATCH} if workloads.workload(made["kind"]).batched else {}),
        spot={"policy": made["spot"]},
        storage=storage,
        availability={"antiAffinity": made["anti_affinity"]},
        autoscaling={"kind": made["autoscaler"], **SCALERS.get(made["autoscaler"], {}), **adapter},
        cluster={"devicePlugin": made["device_plugin"]},
        security={"user": made["user"]},
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
        for provider in providers.providers():
            made = {"provider": provider, "backend": backend.name}
            elsewhere = bool(backend.providers) and provider not in backend.providers
            assert any(row.refuses(made) for row in checks.rows()) == elsewhere


def test_the_table_is_all_that_is_refused_between_choices() -> None:
    names = [name for name in DOMAIN if name not in ("anti_affinity", "device_plugin", "spread", "sharing")]
    pairs: set[tuple[str, ...]] = set()
    # 73 divides no number of values, so that every pair of values is among them.
    for chosen in itertools.islice(itertools.product(*(DOMAIN[name] for name in names)), 0, None, 73):
        made = {"anti_affinity": "none", "device_plugin": "install", **dict(zip(names, chosen, strict=True))}
        wanted = {row.message for row in checks.rows() if row.refuses(made)}
        assert {problem.message for problem in problems(whole_file(made)) if problem.fatal} == wanted, made
        pairs |= set(itertools.combinations(chosen, 2))
    domains = itertools.combinations([DOMAIN[name] for name in names], 2)
    assert pairs == {pair for one, other in domains for pair in itertools.product(one, other)}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_row_may_name_any_choice(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = values(
        "TheBloke/vicuna-7B-v1.5-AWQ",
        "nvidia-t4",
        networking={"ingress": {"host": "llm.example.com"}},
        monitoring={"kind": "podMonitor", "dashboard": True},
    )
    option = getattr(spec.load_text(json.dumps(whole), "values.yaml").choices, name)
    row = checks.Row({name: (option,)}, "model.id", f"{name} is {option}", "set another", "This test.")
    monkeypatch.setattr(checks.table, "rows", lambda: (row,))
    assert row.message in {problem.message for problem in problems(whole) if problem.fatal}
