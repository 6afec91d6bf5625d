"""What the autoscaler measures, by the names of each adapter and by queries of KEDA's, and when it goes to zero."""

from __future__ import annotations

import re
from math import ceil
from pathlib import Path
from typing import Any

import helm_python
import pytest
import yaml
from chart_making import AKS, notes, objects, one, refused, written

SERVER = {"serverAddress": "http://prometheus:9090"}
SHARE = {"storage": {"backend": "azure-files"}}
MIXED = {"spot": {"policy": "mixed", "onDemandBase": 2}}
BOTH = ("vllm:num_requests_running", "vllm:num_requests_waiting")
QUEUE = {"query": 'sum(queue{pool="chat"})', "target": 4}
DAY = {"timezone": "Europe/Berlin", "start": "0 8 * * 1-5", "end": "0 20 * * 1-5", "replicas": 3}


def hpa(**changed: Any) -> dict[str, Any]:
    return {"autoscaling": {"kind": "hpa", **changed}}


def keda(**changed: Any) -> dict[str, Any]:
    return {"autoscaling": {"kind": "keda", "prometheus": SERVER, **changed}}


def metrics(*names: str) -> list[dict[str, Any]]:
    return [{"name": name, "target": 0.5 if "perc" in name else 40} for name in names]


def scaled_object(folder: Path, values: dict[str, Any] | None = None, **options: str) -> dict[str, Any]:
    spec: dict[str, Any] = one(objects(folder, values, **options), "ScaledObject")["spec"]
    return spec


def queries(folder: Path, values: dict[str, Any] | None = None, **options: str) -> list[str]:
    triggers = scaled_object(folder, values, **options)["triggers"]
    return [trigger["metadata"]["query"] for trigger in triggers if trigger["type"] == "prometheus"]


@pytest.mark.parametrize(
    ("provider", "adapter", "name"),
    [
        ("aks", "prometheus-adapter", "{}"),
        ("gke", "gke-managed-prometheus", "prometheus.googleapis.com|{}|gauge"),
    ],
)
def test_an_hpa_calls_the_metrics_as_its_adapter_does(tmp_path: Path, provider: str, adapter: str, name: str) -> None:
    found = objects(written(tmp_path, {"cluster": {"provider": provider}}, hpa(adapter=adapter)))
    measured = one(found, "HorizontalPodAutoscaler")["spec"]["metrics"]
    assert [item["type"] for item in measured] == ["Pods", "Pods"]
    assert [item["pods"]["metric"]["name"] for item in measured] == [name.format(each) for each in BOTH]


def test_with_two_pools_an_hpa_measures_both_by_a_rule_that_the_notes_print(tmp_path: Path) -> None:
    folder = written(tmp_path, AKS, SHARE, MIXED, hpa(max=6), {"model": {"servedName": "a \"b\" \\ 'c'"}})
    measured = one(objects(folder), "HorizontalPodAutoscaler")["spec"]["metrics"]
    names = [item["external"]["metric"]["name"] for item in measured]
    assert all(name == name.lower() for name in names)
    rules = yaml.safe_load(re.search(r"^rules:\n(?:  .*\n)+", notes(folder), re.MULTILINE)[0])  # type: ignore[index]
    assert [rule["name"]["as"] for rule in rules["rules"]["external"]] == names
    for rule, name, taken in zip(rules["rules"]["external"], BOTH, (16, 10), strict=True):
        assert rule["metricsQuery"].startswith(f"clamp_min(sum({name}{{")
        assert rule["metricsQuery"].endswith(f" - {taken}, 0)")


@pytest.mark.parametrize("name", [*BOTH, "DCGM_FI_DEV_GPU_UTIL", "DCGM_CUSTOM_PROCESS_SM_UTIL"])
def test_the_notes_print_rules_for_prometheus_adapter(tmp_path: Path, name: str) -> None:
    text = notes(written(tmp_path, hpa(metrics=metrics(name))))
    rules = yaml.safe_load(re.search(r"^rules:\n(?:  .*\n)+", text, re.MULTILINE)[0])  # type: ignore[index]
    (rule,) = rules["rules"]["custom"]
    assert rule["seriesQuery"] == name
    assert [value["resource"] for value in rule["resources"]["overrides"].values()] == ["namespace", "pod"]
    assert f"/pods/*/{name}" in text


def names_of_pods(query: str) -> re.Pattern[str]:
    found = re.search(r'(?:^|[{,])pod=~"([^"]*)"', query)
    assert found
    return re.compile(found[1])


HASHED = ("x-5d8f7c9b6d-abc12", "x-77b-zzzzz")
ORDINAL = ("x-0", "x-12")


@pytest.mark.parametrize(
    ("kind", "spot", "ours", "theirs"),
    [
        ("Deployment", "never", HASHED, ("x-y-5d8f7c9b6d-abc12", "y-5d8f7c9b6d-abc12", "x-0", "x-test")),
        ("Deployment", "mixed", (*HASHED, "x-spot-5d8f7c9b6d-abc12"), ("x-spots-5d8f7c9b6d-abc12",)),
        ("StatefulSet", "never", ORDINAL, ("x-y-0", "xx-0", "x-5d8f7c9b6d-abc12", "x-test")),
        ("StatefulSet", "mixed", (*ORDINAL, "x-spot-0"), ("x-spot-y-0",)),
    ],
)
def test_queries_count_the_pods_of_one_release(
    tmp_path: Path, kind: str, spot: str, ours: tuple[str, ...], theirs: tuple[str, ...]
) -> None:
    parts = [AKS, SHARE, {"workload": {"kind": kind}, "spot": {"policy": spot}}, keda()]
    folder = written(tmp_path, *parts)
    workload = one(objects(folder, release="mistral-x"), "ScaledObject")["metadata"]["name"]
    for query in queries(folder, release="mistral-x", namespace="team"):
        assert 'namespace="team"' in query
        pattern = names_of_pods(query)
        assert all(pattern.fullmatch(name.replace("x", workload, 1)) for name in ours)
        assert not any(pattern.fullmatch(name.replace("x", workload, 1)) for name in theirs)


def test_a_long_name_leaves_the_pods_no_dash(tmp_path: Path) -> None:
    folder = written(tmp_path, keda())
    release = "m" * 44  # with -mistral 52 characters; the API server cuts what comes before the last five at 58
    name = one(objects(folder, release=release), "ScaledObject")["metadata"]["name"]
    assert len(name) == 52
    assert names_of_pods(queries(folder, release=release)[0]).fullmatch(f"{name}-5d8f7c9b6d-"[:58] + "abc12")


@pytest.mark.parametrize("name", ["plain", 'a "b" \\n \\', "ä'$(x){{ }}", "${x}"])
def test_the_model_in_a_query_is_the_one_that_the_engine_names(tmp_path: Path, name: str) -> None:
    for query in queries(written(tmp_path, keda(), {"model": {"servedName": name}})):
        quoted = re.search(r'model_name=("(?:[^"\\]|\\.)*")\}\)$', query)
        assert quoted
        assert yaml.safe_load(quoted[1]) == name


@pytest.mark.parametrize("load", [0, 15, 16, 17, 40, 41, 200])
@pytest.mark.parametrize("base", [1, 2, 5])
def test_the_overflow_is_what_the_load_needs_beyond_the_base(tmp_path: Path, load: int, base: int) -> None:
    parts = [AKS, SHARE, {"spot": {"policy": "mixed", "onDemandBase": base}}, keda(max=99)]
    (running, _) = [trigger["metadata"] for trigger in scaled_object(written(tmp_path, *parts))["triggers"]]
    taken = re.fullmatch(
        r"clamp_min\(sum\(vllm:num_requests_running\{[^}]*\{5\}[^}]*\}\) - ([0-9.]+), 0\)", running["query"]
    )
    assert taken
    wanted = ceil(max(load - float(taken[1]), 0) / float(running["threshold"]))
    assert wanted == max(0, ceil(load / 8) - base)


def test_gpu_and_cache_metrics_are_averages_of_each_pod(tmp_path: Path) -> None:
    chosen = metrics("DCGM_FI_DEV_GPU_UTIL", "DCGM_CUSTOM_PROCESS_SM_UTIL", "vllm:kv_cache_usage_perc")
    exporter, alibaba, cache = queries(written(tmp_path, keda(metrics=chosen)))
    assert exporter.startswith("(sum(avg by (pod) (DCGM_FI_DEV_GPU_UTIL{namespace=")
    assert ') or sum(avg by (exported_pod) (DCGM_FI_DEV_GPU_UTIL{exported_namespace="llm",exported_pod=~' in exporter
    assert alibaba.startswith('sum(avg by (PodName) (DCGM_CUSTOM_PROCESS_SM_UTIL{NamespaceName="llm",PodName=~')
    assert cache.startswith("sum(avg by (pod) (vllm:kv_cache_usage_perc{namespace=")
    for query in (exporter, alibaba, cache):
        assert query.count("(") == query.count(")")


def test_a_failing_prometheus_takes_no_replica(tmp_path: Path) -> None:
    spec = scaled_object(written(tmp_path, keda(min=2)))
    assert spec["fallback"] == {"failureThreshold": 3, "replicas": 2, "behavior": "currentReplicasIfHigher"}
    assert {trigger["metadata"]["ignoreNullValues"] for trigger in spec["triggers"]} == {"false"}
    behavior = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    assert behavior["scaleDown"]["stabilizationWindowSeconds"] >= 300


def test_from_zero_the_schedule_and_the_queue_wake_up(tmp_path: Path) -> None:
    spec = scaled_object(written(tmp_path, keda(min=0, schedule=[DAY], wakeUp=QUEUE)))
    assert (spec["minReplicaCount"], spec["cooldownPeriod"] >= 300) == (0, True)
    *own, queue, day = spec["triggers"]
    assert {trigger["metadata"]["ignoreNullValues"] for trigger in (*own, queue)} == {"true"}
    assert queue["metadata"]["query"] == QUEUE["query"]
    assert queue["metadata"]["threshold"] == "4"
    assert day == {
        "type": "cron",
        "metadata": {
            "timezone": "Europe/Berlin",
            "start": "0 8 * * 1-5",
            "end": "0 20 * * 1-5",
            "desiredReplicas": "3",
        },
    }


def test_times_of_day_alone_need_no_prometheus(tmp_path: Path) -> None:
    spec = scaled_object(written(tmp_path, {"autoscaling": {"kind": "keda", "metrics": [], "schedule": [DAY]}}))
    assert [trigger["type"] for trigger in spec["triggers"]] == ["cron"]
    assert "fallback" not in spec


def test_a_schedule_never_exceeds_the_bounds(tmp_path: Path) -> None:
    folder = written(tmp_path, AKS, SHARE, MIXED, keda(max=8, schedule=[{**DAY, "replicas": 7}]))

    def wanted(**autoscaling: Any) -> str:
        (day,) = [
            each for each in scaled_object(folder, {"autoscaling": autoscaling})["triggers"] if each["type"] == "cron"
        ]
        return str(day["metadata"]["desiredReplicas"])

    assert (wanted(), wanted(max=5), wanted(schedule=[{**DAY, "replicas": 1}])) == ("5", "3", "1")


def test_who_asks_prometheus_can_say_who_it_is(tmp_path: Path) -> None:
    folder = written(tmp_path, keda())
    (plain, *_) = scaled_object(folder)["triggers"]
    assert "authenticationRef" not in plain
    login = {"autoscaling": {"prometheus": {"authentication": "me", "authModes": "bearer"}}}
    for trigger in scaled_object(folder, login)["triggers"]:
        assert trigger["authenticationRef"] == {"name": "me"}
        assert trigger["metadata"]["authModes"] == "bearer"


@pytest.mark.parametrize(
    ("scaler", "values", "words"),
    [
        (hpa(), {"min": 0}, "autoscaling.min: a HorizontalPodAutoscaler"),
        (hpa(), {"metrics": []}, "autoscaling.metrics: the autoscaler has nothing"),
        (keda(), {"min": 0}, "autoscaling.min: without pods"),
        (keda(), {"metrics": []}, "autoscaling.metrics: the autoscaler has nothing"),
        (keda(), {"prometheus": {"serverAddress": None}}, "autoscaling.prometheus.serverAddress"),
        (keda(), {"schedule": [{**DAY, "end": DAY["start"]}]}, "autoscaling.schedule: a span begins"),
    ],
)
def test_helm_refuses_what_chartgen_would(
    tmp_path: Path, scaler: dict[str, Any], values: dict[str, Any], words: str
) -> None:
    folder = written(tmp_path, scaler)
    with pytest.raises(helm_python.HelmError) as caught:
        objects(folder, {"autoscaling": values})
    assert words in str(caught.value)


ADD_ON = {"httpAddOn": {"concurrency": 8, "namespace": "keda-http"}}
ASLEEP = keda(min=0, metrics=[], **ADD_ON)


def test_a_request_through_the_interceptor_wakes_the_first_replica(tmp_path: Path) -> None:
    found = objects(written(tmp_path, ASLEEP, {"networking": {"networkPolicy": {"enabled": True}}}))
    (trigger,) = one(found, "ScaledObject")["spec"]["triggers"]
    route, service = one(found, "InterceptorRoute"), one(found, "Service", "interceptor")
    scaler = "keda-add-ons-http-external-scaler.keda-http:9090"
    named = {"scalerAddress": scaler, "interceptorRoute": route["metadata"]["name"]}
    assert trigger == {"type": "external-push", "metadata": named}
    assert route["spec"]["target"] == {"service": one(found, "Service")["metadata"]["name"], "port": 8000}
    assert route["spec"]["scalingMetric"] == {"concurrency": {"targetValue": 8}}
    called = service["metadata"]["name"]
    assert [called, f"{called}.llm"] == route["spec"]["rules"][0]["hosts"][:2]
    assert service["spec"]["externalName"] == "keda-add-ons-http-interceptor-proxy.keda-http.svc.cluster.local"
    peers = one(found, "NetworkPolicy")["spec"]["ingress"][0]["from"]
    assert {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "keda-http"}}} in peers
    assert f"http://{called}.llm:8080" in notes(written(tmp_path, {"name": "other"}, ASLEEP)).replace(
        "other", "mistral"
    )


def test_an_ingress_of_nginx_leads_to_the_interceptor(tmp_path: Path) -> None:
    way = {"networking": {"ingress": {"host": "a.example.com"}}}
    folder = written(tmp_path, ASLEEP, way)
    found = objects(folder)
    (rule,) = one(found, "Ingress")["spec"]["rules"]
    backend = rule["http"]["paths"][0]["backend"]["service"]
    service = one(found, "Service", "interceptor")
    assert backend == {"name": service["metadata"]["name"], "port": {"number": service["spec"]["ports"][0]["port"]}}
    assert "a.example.com" in one(found, "InterceptorRoute")["spec"]["rules"][0]["hosts"]
    awake = objects(folder, {"autoscaling": {"min": 1, "httpAddOn": None, "metrics": metrics(*BOTH)}})
    assert not [item for item in awake if item["kind"] == "InterceptorRoute"]
    (rule,) = one(awake, "Ingress")["spec"]["rules"]
    assert rule["http"]["paths"][0]["backend"]["service"]["port"] == {"name": "http"}


@pytest.mark.parametrize(
    "parts",
    [
        (AKS, SHARE, MIXED),
        ({"cluster": {"provider": "gke"}, "networking": {"ingress": {"host": "a.example.com"}}},),
        ({"networking": {"httpRoute": {"host": "a.example.com", "gateway": {"name": "g"}}}},),
    ],
)
def test_no_other_way_in_leads_to_the_interceptor(tmp_path: Path, parts: tuple[dict[str, Any], ...]) -> None:
    told = refused(tmp_path, keda(min=1, **ADD_ON), *parts)
    assert "only ingress-nginx leads to the interceptor" in told["autoscaling.httpAddOn"]
