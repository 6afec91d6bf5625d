"""Monitors, alert rules and the dashboard: about this release alone, and no character of a template engine in them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import helm_python
import pytest
from chart_making import Object, loaded, made, notes, objects, one, refused, texts, written

PROMETHEUS = {"monitoring": {"kind": "podMonitor", "dashboard": True, "alerts": True}}
KINDS = ("podMonitor", "podMonitoring")
GOOGLE = {"monitoring": {"kind": "podMonitoring", "dashboard": True, "alerts": True}}
SELECTOR = {"app.kubernetes.io/name": "mistral", "app.kubernetes.io/instance": "demo"}
OWN = 'namespace="llm",app_kubernetes_io_name="mistral",app_kubernetes_io_instance="demo"'
# Metrics of vLLM 0.33.0 (v1/metrics/loggers.py); a counter ends in _total, a histogram in _bucket, _count or _sum.
METRICS = {
    "vllm:num_requests_running",
    "vllm:num_requests_waiting",
    "vllm:kv_cache_usage_perc",
    "vllm:num_preemptions_total",
    "vllm:prompt_tokens_total",
    "vllm:generation_tokens_total",
    "vllm:request_success_total",
    "vllm:time_to_first_token_seconds_bucket",
    "vllm:inter_token_latency_seconds_bucket",
    "vllm:request_queue_time_seconds_bucket",
    "vllm:e2e_request_latency_seconds_bucket",
    "vllm:iteration_tokens_total_count",
}


def test_googles_collector_passes_the_network_policy(tmp_path: Path) -> None:
    policy = {"networking": {"networkPolicy": {"enabled": True}}}

    def admitted(*parts: dict[str, Any]) -> list[list[str]]:
        (rule,) = one(objects(written(tmp_path, policy, *parts)), "NetworkPolicy")["spec"]["ingress"]
        selectors = [peer["namespaceSelector"] for peer in rule["from"] if "namespaceSelector" in peer]
        assert all(each["matchExpressions"][0]["key"] == "kubernetes.io/metadata.name" for each in selectors)
        return [each["matchExpressions"][0]["values"] for each in selectors]

    assert admitted(GOOGLE) == [["gmp-system", "gke-gmp-system"]]
    assert admitted(PROMETHEUS) == admitted() == []
    warned = {kind: loaded(tmp_path, policy, {"monitoring": {"kind": kind}}).warnings for kind in KINDS}
    about = {kind: [each for each in found if "networkPolicy" in each.key] for kind, found in warned.items()}
    assert (about["podMonitoring"], len(about["podMonitor"])) == ([], 1)


def rules(found: list[Object], kind: str) -> list[Object]:
    (group,) = one(found, kind)["spec"]["groups"]
    listed: list[Object] = group["rules"]
    return listed


def dashboard(found: list[Object]) -> Object:
    (text,) = one(found, "ConfigMap")["data"].values()
    read: Object = json.loads(text)
    return read


def queries(found: list[Object], kind: str) -> list[str]:
    panels = dashboard(found)["panels"]
    return [rule["expr"] for rule in rules(found, kind)] + [
        target["expr"] for panel in panels for target in panel["targets"]
    ]


def test_a_pod_monitor_reads_the_engines_port_of_this_release(tmp_path: Path) -> None:
    monitor = one(objects(written(tmp_path, PROMETHEUS)), "PodMonitor")
    assert monitor["apiVersion"] == "monitoring.coreos.com/v1"
    assert monitor["spec"]["selector"] == {"matchLabels": SELECTOR}
    assert monitor["spec"]["podMetricsEndpoints"] == [{"port": "http", "path": "/metrics", "interval": "30s"}]
    assert monitor["spec"]["podTargetLabels"] == list(SELECTOR)


def test_pod_monitoring_is_googles(tmp_path: Path) -> None:
    found = objects(written(tmp_path, GOOGLE), {"monitoring": {"interval": 15}})
    monitor = one(found, "PodMonitoring")
    assert monitor["apiVersion"] == "monitoring.googleapis.com/v1"
    assert monitor["spec"]["selector"] == {"matchLabels": SELECTOR}
    assert monitor["spec"]["endpoints"] == [{"port": "http", "path": "/metrics", "interval": "15s"}]
    labels = {mapping["from"]: mapping["to"] for mapping in monitor["spec"]["targetLabels"]["fromPod"]}
    assert labels == {name: re.sub("[./]", "_", name) for name in SELECTOR}
    assert one(found, "Rules")["apiVersion"] == "monitoring.googleapis.com/v1"


@pytest.mark.parametrize(("given", "kind"), [(PROMETHEUS, "PrometheusRule"), (GOOGLE, "Rules")])
def test_every_query_is_about_this_release_and_known_metrics(tmp_path: Path, given: Object, kind: str) -> None:
    found = queries(objects(written(tmp_path, given)), kind)
    assert len(found) > 15
    for query in found:
        selectors = re.findall(r"([a-zA-Z0-9_:]+)\{([^}]*)\}", query)
        assert selectors
        assert {metric for metric, _ in selectors} <= METRICS | {"up"}
        assert {pairs for _, pairs in selectors} == {OWN}
        assert query.count("(") == query.count(")")
        assert not re.search(r"vllm:\w+(?![\w{])", query)


def test_alerts_follow_the_clock_and_the_users_limit(tmp_path: Path) -> None:
    folder = written(tmp_path, PROMETHEUS)
    alerts = {
        rule["alert"]: rule
        for rule in rules(
            objects(folder, {"monitoring": {"firstTokenSeconds": 2.5}, "lifecycle": {"startupSeconds": 1000}}),
            "PrometheusRule",
        )
    }
    assert alerts["ModelUnavailable"]["for"] == "1900s"
    assert alerts["ModelUnavailable"]["labels"] == {"severity": "critical", "namespace": "llm", "release": "demo"}
    assert alerts["FirstTokenSlow"]["expr"].endswith("> 2.5")
    assert "[5m])) == 0" in alerts["EngineHangs"]["expr"]
    for rule in alerts.values():
        assert set(rule["annotations"]) == {"summary", "description"}
        assert "{{" not in json.dumps(rule)


def test_labels_are_added_to_all_three(tmp_path: Path) -> None:
    found = objects(written(tmp_path, PROMETHEUS, {"monitoring": {"labels": {"release": "prometheus"}}}))
    for kind in ("PodMonitor", "PrometheusRule", "ConfigMap"):
        assert one(found, kind)["metadata"]["labels"]["release"] == "prometheus"
    assert one(found, "ConfigMap")["metadata"]["labels"]["grafana_dashboard"] == "1"
    with pytest.raises(helm_python.HelmError, match="the chart sets this label"):
        objects(written(tmp_path, PROMETHEUS), {"monitoring": {"labels": {"grafana_dashboard": "0"}}})


def test_dashboards_of_two_releases_do_not_clash(tmp_path: Path) -> None:
    folder = written(tmp_path, PROMETHEUS)
    one_release, other = (objects(folder, release=name) for name in ("a", "b"))
    assert dashboard(one_release)["uid"] != dashboard(other)["uid"]
    assert len(dashboard(one_release)["uid"]) == 40
    assert dashboard(one_release)["title"] == "llm/a-mistral"
    assert one(one_release, "ConfigMap")["data"].keys().isdisjoint(one(other, "ConfigMap")["data"])
    assert "@" not in json.dumps(dashboard(one_release))


def test_panels_lie_beside_each_other(tmp_path: Path) -> None:
    panels = dashboard(objects(written(tmp_path, PROMETHEUS)))["panels"]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len({panel["id"] for panel in panels}) == len(panels)


def test_the_dashboards_file_is_in_the_chart_only_where_it_is_read(tmp_path: Path) -> None:
    assert "files/dashboard.json" in made(tmp_path, PROMETHEUS).files
    assert not [name for name in made(tmp_path).files if name.startswith("files/")]


def test_nothing_is_monitored_unless_asked(tmp_path: Path) -> None:
    rendered = "".join(texts(written(tmp_path)).values())
    assert "monitoring" not in rendered
    said = notes(written(tmp_path, PROMETHEUS))
    assert "podMonitorSelector" in said
    assert "llm/demo-mistral" in said


@pytest.mark.parametrize("section", [{"alerts": True}, {"dashboard": True}, {"interval": 60}])
def test_what_needs_a_monitor_is_refused_without_one(tmp_path: Path, section: dict[str, Any]) -> None:
    key = f"monitoring.{next(iter(section))}"
    assert "no monitor" in refused(tmp_path, {"monitoring": section})[key]


@pytest.mark.parametrize(("least", "told"), [(0, False), (1, True)])
def test_no_replica_is_no_alarm_where_the_autoscaler_may_take_the_last(tmp_path: Path, least: int, told: bool) -> None:
    hours = [{"timezone": "UTC", "start": "0 8 * * 1-5", "end": "0 20 * * 1-5", "replicas": 2}]
    scaled = {
        "kind": "keda",
        "prometheus": {"serverAddress": "http://prometheus:9090"},
        "min": least,
        "schedule": hours,
    }
    found = objects(written(tmp_path, PROMETHEUS, {"autoscaling": scaled}))
    assert ("ModelUnavailable" in {rule["alert"] for rule in rules(found, "PrometheusRule")}) is told
