"""Ingress and HTTPRoute, what the load balancers behind them must know, and the NetworkPolicy."""

from __future__ import annotations

import copy
import itertools
import json
from pathlib import Path
from typing import Any

import helm_python
import pytest
from chart_making import Object, laid, loaded, notes, objects, one, refused, texts, written

from chartgen import manifests, spec
from chartgen.manifests import schema as kubernetes
from chartgen.pipeline import checking

INGRESS: dict[str, Any] = {"networking": {"ingress": {"host": "llm.example.com"}}}
ROUTE: dict[str, Any] = {"networking": {"httpRoute": {"host": "llm.example.com", "gateway": {"name": "public"}}}}
GKE: dict[str, Any] = {"cluster": {"provider": "gke"}}
POLICY: dict[str, Any] = {"networking": {"networkPolicy": {"enabled": True}}}
SELECTOR = {"app.kubernetes.io/name": "mistral", "app.kubernetes.io/instance": "demo"}


def controlled(controller: str, kind: str = "ingress") -> dict[str, Any]:
    return {"networking": {kind: {"controller": controller}}}


def service(found: list[Object]) -> Object:
    return one(found, "Service")


def test_an_ingress_routes_nothing_but_the_api(tmp_path: Path) -> None:
    found = objects(written(tmp_path, INGRESS, {"networking": {"ingress": {"tls": "cert", "class": "internal"}}}))
    spec = one(found, "Ingress")["spec"]
    (rule,) = spec["rules"]
    (path,) = rule["http"]["paths"]
    assert (rule["host"], path["path"], path["pathType"]) == ("llm.example.com", "/v1", "Prefix")
    assert path["backend"]["service"] == {"name": service(found)["metadata"]["name"], "port": {"name": "http"}}
    assert [port["name"] for port in service(found)["spec"]["ports"]] == ["http"]
    assert spec["tls"] == [{"hosts": ["llm.example.com"], "secretName": "cert"}]
    assert spec["ingressClassName"] == "internal"


def test_a_route_routes_nothing_but_the_api(tmp_path: Path) -> None:
    gateway = {"name": "public", "namespace": "gateways", "listener": "https"}
    found = objects(written(tmp_path, ROUTE, {"networking": {"httpRoute": {"gateway": gateway}}}))
    spec = one(found, "HTTPRoute")["spec"]
    (parent,) = spec["parentRefs"]
    assert parent.items() >= {"name": "public", "namespace": "gateways", "sectionName": "https"}.items()
    assert spec["hostnames"] == ["llm.example.com"]
    (rule,) = spec["rules"]
    assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/v1"}}]
    (backend,) = rule["backendRefs"]
    assert backend == {
        "name": service(found)["metadata"]["name"],
        "port": service(found)["spec"]["ports"][0]["port"],
    }
    assert rule["timeouts"] == {"request": "3600s", "backendRequest": "3600s"}


@pytest.mark.parametrize(
    ("controller", "annotations"),
    [
        (
            "nginx",
            {
                "nginx.ingress.kubernetes.io/proxy-read-timeout": "5000",
                "nginx.ingress.kubernetes.io/proxy-send-timeout": "5000",
                "nginx.ingress.kubernetes.io/proxy-buffering": "off",
            },
        ),
        (
            "alb",
            {
                "alb.ingress.kubernetes.io/target-type": "ip",
                "alb.ingress.kubernetes.io/healthcheck-path": "/health",
                "alb.ingress.kubernetes.io/load-balancer-attributes": "idle_timeout.timeout_seconds=4000",
            },
        ),
        ("gke", {}),
    ],
)
def test_streams_outlive_the_proxies(tmp_path: Path, controller: str, annotations: dict[str, str]) -> None:
    folder = written(tmp_path, INGRESS, controlled(controller), {"networking": {"ingress": {"timeoutSeconds": 5000}}})
    found = objects(folder)
    assert (one(found, "Ingress")["metadata"].get("annotations") or {}) == annotations
    extended = objects(folder, {"networking": {"ingress": {"annotations": {"team/owner": "ml"}}}})
    assert one(extended, "Ingress")["metadata"]["annotations"] == {**annotations, "team/owner": "ml"}


def test_googles_ingress_is_told_by_the_service(tmp_path: Path) -> None:
    given = {"networking": {"ingress": {"class": "gce-internal"}}, "engine": {"port": 9000}}
    found = objects(written(tmp_path, INGRESS, controlled("gke"), given))
    ingress, config = one(found, "Ingress"), one(found, "BackendConfig")
    assert "ingressClassName" not in ingress["spec"]
    assert ingress["metadata"]["annotations"] == {"kubernetes.io/ingress.class": "gce-internal"}
    told = {key: json.loads(text) for key, text in service(found)["metadata"]["annotations"].items()}
    assert told == {
        "cloud.google.com/neg": {"ingress": True},
        "cloud.google.com/backend-config": {"default": config["metadata"]["name"]},
    }
    assert config["spec"]["healthCheck"] == {"type": "HTTP", "requestPath": "/health", "port": 9000}
    assert config["spec"]["timeoutSec"] == 3600
    assert config["spec"]["connectionDraining"] == {"drainingTimeoutSec": 120}


def test_googles_gateway_is_told_by_policies(tmp_path: Path) -> None:
    found = objects(
        written(tmp_path, ROUTE, controlled("gke", "httpRoute")), {"networking": {"httpRoute": {"timeoutSeconds": 900}}}
    )
    target = {"group": "", "kind": "Service", "name": service(found)["metadata"]["name"]}
    health, backend = one(found, "HealthCheckPolicy")["spec"], one(found, "GCPBackendPolicy")["spec"]
    assert health["targetRef"] == backend["targetRef"] == target
    check = {"portSpecification": "USE_FIXED_PORT", "port": 8000, "requestPath": "/health"}
    assert health["default"]["config"] == {"type": "HTTP", "httpHealthCheck": check}
    assert backend["default"] == {"timeoutSec": 900, "connectionDraining": {"drainingTimeoutSec": 120}}
    assert "timeouts" not in one(found, "HTTPRoute")["spec"]["rules"][0]


@pytest.mark.parametrize(
    ("provider", "exposed", "controller"),
    [
        ("generic", INGRESS, "nginx"),
        ("aks", INGRESS, "nginx"),
        ("eks", INGRESS, "alb"),
        ("gke", INGRESS, "gke"),
        ("generic", ROUTE, "standard"),
        ("eks", ROUTE, "standard"),
        ("gke", ROUTE, "gke"),
        ("gke", {}, "none"),
    ],
)
def test_the_controller_is_the_providers_usual_one(
    tmp_path: Path, provider: str, exposed: dict[str, Any], controller: str
) -> None:
    file = loaded(tmp_path, {"cluster": {"provider": provider}}, exposed)
    assert file.choices.controller == controller
    assert not exposed or file.values["networking"][file.choices.expose]["controller"] == "auto"


def test_an_ingress_of_no_known_controller_has_no_annotations(tmp_path: Path) -> None:
    folder = written(tmp_path, INGRESS, controlled("standard"))
    assert "annotations" not in one(objects(folder), "Ingress")["metadata"]
    extended = objects(folder, {"networking": {"ingress": {"annotations": {"a/b": "c"}}}})
    assert one(extended, "Ingress")["metadata"]["annotations"] == {"a/b": "c"}
    with pytest.raises(helm_python.HelmError, match="an Ingress has no field for time-outs"):
        objects(folder, {"networking": {"ingress": {"timeoutSeconds": 60}}})


def test_there_is_one_way_in(tmp_path: Path) -> None:
    ((key, message),) = refused(tmp_path, INGRESS, ROUTE).items()
    assert key in ("networking.ingress", "networking.httpRoute")
    assert "one way" in message
    with pytest.raises(helm_python.HelmError, match="a chart is exposed in one way"):
        objects(written(tmp_path), INGRESS)


@pytest.mark.parametrize(
    ("given", "missing"),
    [({"ingress": {}}, "ingress.host"), ({"httpRoute": {"host": "llm.example.com"}}, "httpRoute.gateway")],
)
def test_what_a_way_in_needs(tmp_path: Path, given: dict[str, Any], missing: str) -> None:
    assert refused(tmp_path, {"networking": given}) == {f"networking.{missing}": "the key is missing"}


@pytest.mark.parametrize("host", ["https://llm.example.com", "llm", "LLM.example.com", "a..b", "*.example.com"])
def test_a_host_is_a_name(tmp_path: Path, host: str) -> None:
    assert set(refused(tmp_path, {"networking": {"ingress": {"host": host}}})) == {"networking.ingress.host"}


def test_an_open_door_is_told(tmp_path: Path) -> None:
    (warning,) = [problem for problem in loaded(tmp_path, INGRESS).warnings if problem.key == "engine.apiKey"]
    assert "llm.example.com" in warning.message
    closed = {"engine": {"apiKey": {"secret": "s", "key": "k"}}}
    assert not [problem for problem in loaded(tmp_path, INGRESS, closed).warnings if problem.key == "engine.apiKey"]


def test_notes_name_the_host(tmp_path: Path) -> None:
    assert "at the host llm.example.com." in notes(written(tmp_path, INGRESS))
    assert "llm.example.com" not in notes(written(tmp_path))


def test_a_network_policy_admits_the_namespace_and_who_is_named(tmp_path: Path) -> None:
    folder = written(tmp_path, POLICY)
    spec = one(objects(folder), "NetworkPolicy")["spec"]
    assert spec["podSelector"] == {"matchLabels": SELECTOR}
    assert spec["policyTypes"] == ["Ingress"]
    assert spec["ingress"] == [{"from": [{"podSelector": {}}], "ports": [{"protocol": "TCP", "port": 8000}]}]
    wider = {"networking": {"networkPolicy": {"namespaces": ["ingress", "monitoring"], "addresses": ["10.0.0.0/8"]}}}
    (rule,) = one(objects(folder, wider), "NetworkPolicy")["spec"]["ingress"]
    (names,) = rule["from"][1]["namespaceSelector"]["matchExpressions"]
    assert names == {
        "key": "kubernetes.io/metadata.name",
        "operator": "In",
        "values": ["ingress", "monitoring"],
    }
    assert rule["from"][2] == {"ipBlock": {"cidr": "10.0.0.0/8"}}


@pytest.mark.parametrize("exposed", [INGRESS, ROUTE])
def test_googles_probers_pass_the_policy(tmp_path: Path, exposed: dict[str, Any]) -> None:
    (rule,) = one(objects(written(tmp_path, GKE, POLICY, exposed)), "NetworkPolicy")["spec"]["ingress"]
    ranges = [peer["ipBlock"]["cidr"] for peer in rule["from"] if "ipBlock" in peer]
    assert ranges == ["35.191.0.0/16", "130.211.0.0/22"]


@pytest.mark.parametrize("address", ["10.0.0.0", "10.0.0.0/33", "256.0.0.0/8", "::/0"])
def test_an_address_range_is_one(tmp_path: Path, address: str) -> None:
    given = {"networking": {"networkPolicy": {"addresses": [address]}}}
    assert set(refused(tmp_path, POLICY, given)) == {"networking.networkPolicy.addresses[0]"}


BALANCED: dict[str, Any] = {
    "networking": {"service": {"type": "LoadBalancer"}},
    "engine": {"apiKey": {"secret": "s", "key": "k"}},
}
MONITORED: dict[str, Any] = {"monitoring": {"kind": "podMonitor"}}


@pytest.mark.parametrize(
    ("comer", "key", "name"),
    [
        (INGRESS, "namespaces", "the ingress controller"),
        (ROUTE, "namespaces", "the Gateway"),
        (laid({}, ROUTE, GKE, controlled("standard", "httpRoute")), "namespaces", "the Gateway"),
        (BALANCED, "addresses", "clients outside the cluster"),
    ],
)
def test_a_policy_that_leaves_nobody_outside_is_refused(
    tmp_path: Path, comer: dict[str, Any], key: str, name: str
) -> None:
    told = refused(tmp_path, POLICY, comer, MONITORED)
    assert list(told) == [f"networking.networkPolicy.{key}"]
    assert f"{name} and Prometheus may not" in told[f"networking.networkPolicy.{key}"]
    for further in ({"namespaces": ["there"]}, {"addresses": ["10.0.0.0/8"]}):
        admitted = loaded(tmp_path, POLICY, comer, {"networking": {"networkPolicy": further}})
        assert not [each for each in admitted.warnings if each.key.startswith("networking.networkPolicy")]


def test_a_policy_that_shuts_out_part_of_who_comes_is_told(tmp_path: Path) -> None:
    def told(*parts: dict[str, Any]) -> list[str]:
        return [each.message for each in loaded(tmp_path, *parts).warnings if "networkPolicy" in each.key]

    (message,) = told(POLICY, MONITORED)
    assert "so Prometheus may not" in message
    assert told(MONITORED) == told(POLICY) == []
    (message,) = told(POLICY, GKE, INGRESS, BALANCED)
    assert "so clients outside the cluster may not" in message


@pytest.mark.parametrize("exposed", [INGRESS, ROUTE])
def test_a_policy_that_has_its_controllers_ranges_needs_no_more(tmp_path: Path, exposed: dict[str, Any]) -> None:
    warnings = loaded(tmp_path, GKE, POLICY, exposed).warnings
    assert not [each for each in warnings if "networkPolicy" in each.key]


def ways() -> list[dict[str, Any]]:
    """Every way in with every controller, every monitor with and without its helpers; policy and spread in turn."""
    exposures = [{}] + [
        laid(copy.deepcopy(base), controlled(controller, kind))
        for kind, base in (("ingress", INGRESS), ("httpRoute", ROUTE))
        for controller in spec.schema()["properties"]["networking"]["properties"][kind]["properties"]["controller"][
            "enum"
        ]
    ]
    monitors = [{}] + [
        {"monitoring": {"kind": kind, "dashboard": helped, "alerts": helped}}
        for kind in ("podMonitor", "podMonitoring")
        for helped in (False, True)
    ]
    admitting = laid({}, POLICY, {"networking": {"networkPolicy": {"namespaces": ["ingress"]}}})
    rest = itertools.product(({}, admitting), ("none", "preferred", "required"), ("Deployment", "StatefulSet"))
    turns = zip(itertools.cycle(exposures), itertools.cycle(monitors), itertools.cycle(rest), strict=False)
    found = []
    for exposed, monitored, (policy, spread, kind) in itertools.islice(turns, 2 * len(exposures)):
        further = {"availability": {"spread": spread}, "workload": {"kind": kind}}
        found.append(laid({}, exposed, monitored, policy, further))
    return found


def test_every_way_in_is_valid_without_findings_and_a_fixed_point(tmp_path: Path) -> None:
    wanted = checking.policy()
    for given in ways():
        file = loaded(tmp_path, given)
        assert spec.load_text(file.text, "values.yaml").text == file.text
        rendered = texts(written(tmp_path, given))
        found = [
            manifest
            for name, text in rendered.items()
            if not name.endswith("NOTES.txt")
            for manifest in manifests.from_text(text, name)
        ]
        checked = checking.check(checking.Batch(tuple(found), closed=True, namespace="llm"), wanted)
        assert [finding for finding in checked.findings if finding.severity.name == "error"] == []
        assert checked.unchecked == {}
        assert kubernetes.check(found, "1.30") == []
