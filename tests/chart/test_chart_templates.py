"""The template texts: Jinja sees choices alone, every text can be made, and the sources keep their rules."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from chart_making import AKS, loaded, made, objects, pod, written

from chartgen import chart, resources, spec
from chartgen.catalogue import engine_versions, providers
from chartgen.chart.templates import templates
from chartgen.model.spec import Choices
from chartgen.spec import checks

SOURCES = sorted(
    path for folder in ("vllm", "device-plugin") for path in (resources.folder("charts") / folder).rglob("*.j2")
)
PLAIN = Choices(
    provider="generic",
    kind="Deployment",
    spot="never",
    backend="empty-dir",
    anti_affinity="none",
    autoscaler="none",
    device_plugin="managed",
    source="hub",
    adapter="prometheus-adapter",
    spread="none",
    expose="none",
    controller="none",
    network_policy="false",
    monitor="none",
    dashboard="false",
    alerts="false",
    hang_detection="none",
    token="secret",
    api_key="secret",
    user="image",
    sharing="none",
)
FOLDERS = {"provider": "provider", "kind": "workload", "backend": "storage"}


def named(folder: str) -> list[str]:
    return sorted(
        path.name.removesuffix(".yaml.j2") for path in (resources.folder("charts") / "vllm" / folder).glob("*.j2")
    )


def all_choices() -> list[Choices]:
    """Every kind with every backend, each with four of the other choices in turn; every one of those with one kind.

    The whole product has some 70,000 members; tests/closed_loop walks what of it is accepted.
    """
    spots = ("never", "prefer", "require")
    scalers = ("none", *named("autoscaling"))
    rest = itertools.product(named("provider"), spots, ("required", "preferred", "none"), scalers, ("hub", "volume"))
    others = [each for each in rest if each[1] == "never" or providers.provider(each[0]).spot]
    pairs = [*itertools.product(named("workload"), named("storage"))]
    turns = itertools.islice(itertools.cycle(others), 4 * len(pairs))
    found = [(*each, *pair) for each, pair in zip(turns, itertools.cycle(pairs), strict=False)]
    found += [(*each, "Deployment", "empty-dir") for each in others]
    return [
        dataclasses.replace(
            PLAIN,
            provider=provider,
            kind=kind,
            spot=spot,
            backend=backend,
            anti_affinity=affinity,
            autoscaler=scaler,
            device_plugin=("managed", "install")[index % 2],
            source=source,
        )
        for index, (provider, spot, affinity, scaler, source, kind, backend) in enumerate(found)
    ]


def all_ways() -> list[Choices]:
    """What stands in files of its own whatever the workload: ways in and policy, monitors and their helpers, spread."""
    ways = [("none", "none"), *((way, name) for way in named("exposure") for name in named(f"exposure/{way}"))]
    switch = ("false", "true")
    return [
        *(
            dataclasses.replace(PLAIN, expose=expose, controller=controller, network_policy=policy)
            for (expose, controller), policy in itertools.product(ways, switch)
        ),
        *(
            dataclasses.replace(PLAIN, monitor=monitor, dashboard=dashboard, alerts=alerts)
            for monitor, dashboard, alerts in itertools.product(("none", *named("monitoring")), switch, switch)
        ),
        *(dataclasses.replace(PLAIN, spread=spread) for spread in ("preferred", "required")),
        dataclasses.replace(PLAIN, hang_detection="heartbeat"),
    ]


def all_pools() -> list[Choices]:
    """Spot policy mixed, and the names of metrics by adapter; one backend for each sort of claim."""
    sorts = {backend.claim: backend.name for backend in spec.backends().values()}
    refused = [row for row in checks.rows() if row.when.get("spot") == ("mixed",)]
    found = [
        dataclasses.replace(
            PLAIN,
            provider=provider,
            kind=kind,
            spot="mixed",
            backend=backend,
            anti_affinity="preferred",
            autoscaler=scaler,
            adapter=adapter,
        )
        for provider, kind, backend, scaler, adapter in itertools.product(
            [name for name in named("provider") if providers.provider(name).spot],
            named("workload"),
            sorted(sorts.values()),
            ("none", *named("autoscaling")),
            ("prometheus-adapter", "gke-managed-prometheus"),
        )
        if adapter == "prometheus-adapter" or scaler == "hpa"
    ]
    whole = [dataclasses.replace(choices, spot="never") for choices in found if choices.backend == sorts["none"]]
    return [
        choices for choices in found + whole if not any(row.refuses(dataclasses.asdict(choices)) for row in refused)
    ]


@pytest.fixture(scope="module")
def walked() -> dict[str, set[str]]:
    """Every template text there can be, by file."""
    found: dict[str, set[str]] = {}
    for choices in (*all_choices(), *all_ways(), *all_pools()):
        for folder in ("vllm", "device-plugin"):
            for name, text in templates(folder, choices).items():
                found.setdefault(name, set()).add(text)
    return found


def test_choices_and_sources_name_the_same_values() -> None:
    schema = spec.schema()["properties"]
    kinds = set(schema["workload"]["properties"]["kind"]["enum"]) - {"auto"}
    assert set(named("workload")) == kinds
    assert set(named("storage")) == set(schema["storage"]["properties"]["backend"]["enum"]) == set(spec.backends())
    assert set(named("provider")) == set(schema["cluster"]["properties"]["provider"]["enum"])
    assert {"none", *named("autoscaling")} == set(schema["autoscaling"]["properties"]["kind"]["enum"])
    assert {"none", *named("monitoring")} == set(schema["monitoring"]["properties"]["kind"]["enum"])
    ways = schema["networking"]["properties"]
    for expose in named("exposure"):
        assert {"auto", *named(f"exposure/{expose}")} == set(ways[expose]["properties"]["controller"]["enum"])


def test_every_text_is_plain_helm(walked: dict[str, set[str]]) -> None:
    assert len(walked) >= 10
    for name, found in walked.items():
        for text in found:
            assert not re.search(r"\[\[|\]\]|\[%|%\]|\[#|#\]", text), name
            assert not re.search(r"\{\{-? *(define|include|template|lookup|now|rand\w*|gen\w+)\b", text), name
            assert not re.search(r"\{\{[^}]*(?<![$\w)])\.(Values|Release|Chart|Capabilities|Files)\b", text), name
            assert not re.search(r"\btoYaml\b", text), name


def test_the_files_are_short() -> None:
    for source in SOURCES:
        lines = source.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 100, source.name


def test_sources_never_use_jinjas_own_indent() -> None:
    for source in SOURCES:
        assert not re.search(r"\| *indent\b", source.read_text(encoding="utf-8")), source.name


def test_no_text_of_the_user_reaches_jinja(tmp_path: Path) -> None:
    marked = {
        "name": "marked",
        "model": {"id": "marked/marked", "servedName": "MARK [[ 1 ]] [% x %]", "revision": "MARK"},
        "engine": {"env": {"MARK": "[[ choices ]]"}, "args": {"mark": "[% raw %]"}},
        "pod": {"annotations": {"MARK": "[# x #]"}, "labels": {"MARK": "MARK"}},
        "chart": {"description": "[[ MARK ]]", "maintainers": [{"name": "[[ MARK ]]"}]},
        "cluster": {"nodeSelector": {"MARK": "MARK"}, "tolerations": [{"key": "MARK", "operator": "Exists"}]},
    }
    files = made(tmp_path, marked).files
    plain = made(tmp_path).files
    assert {name: text for name, text in files.items() if name.startswith("templates/")} == {
        name: text for name, text in plain.items() if name.startswith("templates/")
    }
    assert {field.type for field in dataclasses.fields(Choices)} == {"str"}


def test_every_choice_but_the_kind_of_claim_changes_a_template() -> None:
    base = dataclasses.replace(
        PLAIN,
        provider="aks",
        kind="StatefulSet",
        backend="azure-files",
        anti_affinity="preferred",
        expose="ingress",
        controller="nginx",
        monitor="podMonitor",
        autoscaler="hpa",
    )
    for field in dataclasses.fields(Choices):
        others = {
            "provider": "generic", "kind": "Deployment", "spot": "require", "backend": "azure-disk",
            "anti_affinity": "required", "autoscaler": "keda", "adapter": "gke-managed-prometheus",
            "device_plugin": "install", "source": "volume",
            "spread": "required", "expose": "httpRoute", "controller": "alb", "network_policy": "true",
            "monitor": "podMonitoring", "dashboard": "true", "alerts": "true", "hang_detection": "heartbeat",
            "token": "csi", "api_key": "externalSecret", "user": "namespace", "sharing": "time-slicing",
        }  # fmt: skip
        changed = dataclasses.replace(base, **{field.name: others[field.name]})
        assert templates("vllm", changed) != templates("vllm", base), field.name


def test_the_same_values_make_the_same_bytes(tmp_path: Path) -> None:
    first = made(tmp_path, AKS)
    templates.cache_clear()
    assert made(tmp_path, AKS).files == first.files


@pytest.mark.parametrize("name", providers.providers())
def test_templates_and_catalogue_speak_of_the_same_taints_and_labels(tmp_path: Path, name: str) -> None:
    provider = providers.provider(name)
    spec_of_pod = pod(objects(written(tmp_path, {"cluster": {"provider": name}})))
    wanted = [
        {"key": taint.key, "operator": "Equal" if taint.value else "Exists", "effect": taint.effect}
        | ({"value": taint.value} if taint.value else {})
        for taint in provider.tolerations
    ]
    assert spec_of_pod["tolerations"] == wanted
    node = json.dumps(spec_of_pod["affinity"]["nodeAffinity"])
    workload = templates("vllm", dataclasses.replace(PLAIN, provider=name))["templates/workload.yaml"]
    for label in (provider.labels.gpu, provider.labels.instance_type, provider.labels.gpu_product):
        assert not label or f'"{label}"' in node or f"- key: {label}\n" in workload
    if provider.spot is None:
        return
    spot = pod(objects(written(tmp_path, {"cluster": {"provider": name}, "spot": {"policy": "require"}})))
    taint = provider.spot.taint
    tolerated = (
        [] if taint is None else [{"key": taint.key, "operator": "Equal", "value": taint.value, "effect": taint.effect}]
    )
    assert [item for item in spot["tolerations"] if item not in wanted] == tolerated
    terms = spot["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert [term["matchExpressions"][0] for term in terms] == [
        {"key": key, "operator": "In", "values": list(values)} for key, values in provider.spot.labels
    ]
    choices = dataclasses.replace(PLAIN, provider=name, spot="require")
    assert f"$drain) {provider.spot.notice_seconds} }}" in templates("vllm", choices)["templates/validate.yaml"]


def test_templates_and_catalogue_speak_of_the_same_engine() -> None:
    files = templates("vllm", all_choices()[0])
    reserved = re.search(r"has \$safe \(list ([^)]*)\)", files["templates/workload.yaml"])
    assert reserved
    assert set(re.findall(r'"([^"]+)"', reserved[1])) == set(engine_versions.engine().reserved_service_names)
    assert f'semverCompare "<{engine_versions.engine().shutdown_timeout_since}-0"' in files["templates/validate.yaml"]


def test_a_new_backend_is_one_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = tmp_path / "charts"
    shutil.copytree(resources.folder("charts"), sources)
    (sources / "vllm" / "storage" / "throwaway.yaml.j2").write_text(
        "[% macro volumes() %]\n- name: model\n  hostPath:\n    path: /mnt\n[% endmacro %]\n"
        "[% macro env() %]\n- name: THROWAWAY\n  value: {{ $.Values.storage.backend | quote }}\n[% endmacro %]\n"
    )
    file = loaded(tmp_path)
    monkeypatch.setattr(resources, "folder", lambda name: sources if name == "charts" else None)
    choices = dataclasses.replace(file.choices, backend="throwaway")
    values: dict[str, Any] = {**file.values, "storage": {"backend": "throwaway"}}
    made_of_it = chart.assemble(values, choices, json.dumps(values), spec.schema(), file.totals)
    found = objects(chart.write(made_of_it, tmp_path / "out"))
    container, volumes = pod(found)["containers"][0], pod(found)["volumes"]
    assert {"name": "THROWAWAY", "value": "throwaway"} in container["env"]
    assert {"name": "model", "hostPath": {"path": "/mnt"}} in volumes
