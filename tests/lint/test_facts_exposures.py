"""What leads to a server from outside, for how long an answer may take on the way, and who may reach the pods."""

from __future__ import annotations

from typing import Any

import pytest
from facts_of import elements, values

POD = """
apiVersion: v1
kind: Pod
metadata: {name: vllm, labels: {app: vllm}}
spec:
  containers:
  - {name: vllm, image: "vllm/vllm-openai:v0.33.0", args: [ARGS], ports: [{name: http, containerPort: 8000}]}
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: front}
spec:
  {selector: {app: vllm}, ports: [{name: web, port: 80, targetPort: http}, {name: other, port: 81, targetPort: 9000}]}
"""


def pod(*args: str, more: str = "") -> str:
    return POD.replace("ARGS", ", ".join(args)) + more


def ingress(path: str = "/v1", port: str = "number: 80", annotations: str = "", spec: str = "") -> str:
    return f"""
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: a, annotations: {{{annotations}}}}}
spec:
  {spec or "rules: []"}
  rules: [{{http: {{paths: [{{path: "{path}", backend: {{service: {{name: front, port: {{{port}}}}}}}}}]}}}}]
""".replace("  rules: []\n", "")


def route(rule: str, parent: str = "name: public") -> str:
    return f"""
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: a}}
spec: {{parentRefs: [{{{parent}}}], rules: [{{{rule}}}]}}
"""


def exposed(*texts: str, names: tuple[str, ...] = ("exposure.engines", "exposure.paths"), **options: Any) -> Any:
    return values(elements("---".join(texts), "exposure", **options)[0], *names)


@pytest.mark.parametrize("port", ["number: 80", "name: web"])
def test_an_ingress_leads_to_the_server_through_its_service(port: str) -> None:
    assert exposed(pod(), SERVICE, ingress(port=port)) == [["Pod vllm"], ["/v1"]]


def test_another_port_leads_elsewhere() -> None:
    assert exposed(pod(), SERVICE, ingress(port="number: 81")) == [[], ["/v1"]]
    assert exposed(pod("--port=9000"), SERVICE, ingress(port="number: 81")) == [["Pod vllm"], ["/v1"]]


def test_what_is_not_in_the_input_is_unknown() -> None:
    assert exposed(SERVICE, ingress()) == [None, ["/v1"]]
    assert exposed(pod(), ingress()) == [None, ["/v1"]]


def test_a_rewritten_path_is_what_the_server_sees() -> None:
    rewrite = 'nginx.ingress.kubernetes.io/rewrite-target: "/v1/$2"'
    assert exposed(pod(), SERVICE, ingress("/qwen(/|$)(.*)", annotations=rewrite)) == [["Pod vllm"], ["/v1/$2"]]


def test_a_route_leads_to_services_and_pools() -> None:
    pool = """
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {name: pool}
spec: {selector: {matchLabels: {app: vllm}}, targetPorts: [{number: 8000}]}
"""
    backends = "{group: inference.networking.k8s.io, kind: InferencePool, name: pool}, {name: front, port: 80}"
    assert exposed(pod(), SERVICE, pool, route(f"backendRefs: [{backends}]")) == [["Pod vllm"], ["/"]]


def test_a_route_of_the_mesh_exposes_nothing() -> None:
    text = "---".join([pod(), SERVICE, route("backendRefs: [{name: front, port: 80}]", "kind: Service, name: front")])
    assert elements(text, "exposure") == []


@pytest.mark.parametrize(
    ("args", "keyed"),
    [([], False), (["--api-key", "abc"], True), (["--api-key=$(KEY)"], True), (["--config=a.yaml"], None)],
)
def test_a_key(args: list[str], keyed: bool | None) -> None:
    service = SERVICE.replace("{selector", "{type: LoadBalancer, selector")
    assert exposed(pod(*args), service, names=("exposure.keyed",)) is keyed


@pytest.mark.parametrize(
    ("annotations", "spec", "internal"),
    [
        ("", "", False),
        ('service.beta.kubernetes.io/azure-load-balancer-internal: "true"', "", True),
        ('networking.gke.io/load-balancer-type: "Internal"', "", True),
        ('service.beta.kubernetes.io/aws-load-balancer-type: "external"', "", True),
        (
            'service.beta.kubernetes.io/aws-load-balancer-type: "external", '
            'service.beta.kubernetes.io/aws-load-balancer-scheme: "internet-facing"',
            "",
            False,
        ),
        ("", "loadBalancerSourceRanges: [10.0.0.0/8], ", True),
    ],
)
def test_an_internal_load_balancer(annotations: str, spec: str, internal: bool) -> None:
    service = SERVICE.replace("{selector", f"{{type: LoadBalancer, {spec}selector")
    service = service.replace("{name: front}", f"{{name: front, annotations: {{{annotations}}}}}")
    assert exposed(service, names=("exposure.internal",)) is internal


@pytest.mark.parametrize(
    ("annotations", "spec", "controller", "seconds"),
    [
        ("", "ingressClassName: nginx", "nginx", 60),
        ('nginx.ingress.kubernetes.io/proxy-read-timeout: "600"', "", "nginx", 600),
        ('nginx.ingress.kubernetes.io/proxy-read-timeout: "{{ x }}"', "", "nginx", None),
        ('nginx.org/proxy-read-timeout: "20s"', "ingressClassName: nginx", "", None),
        ("", "ingressClassName: alb", "alb", 60),
        (
            'alb.ingress.kubernetes.io/load-balancer-attributes: "a=b,idle_timeout.timeout_seconds=900"',
            "ingressClassName: alb",
            "alb",
            900,
        ),
        ("kubernetes.io/ingress.class: gce", "", "gce", 30),
        ("", "ingressClassName: traefik", "", None),
        ("", "", "", None),
    ],
)
def test_the_time_out_of_an_ingress(annotations: str, spec: str, controller: str, seconds: int | None) -> None:
    found = exposed(
        pod(), SERVICE, ingress(annotations=annotations, spec=spec), names=("ingress.controller", "ingress.timeout")
    )
    assert found == [controller, seconds]


@pytest.mark.parametrize(("spec", "seconds"), [("timeoutSec: 500", 500), ("", 30), ('timeoutSec: "x"', None)])
def test_a_backend_config_sets_it_on_gke(spec: str, seconds: int | None) -> None:
    annotated = SERVICE.replace(
        "{name: front}", '{name: front, annotations: {cloud.google.com/backend-config: \'{"ports": {"80": "b"}}\'}}'
    )
    config = f"\napiVersion: cloud.google.com/v1\nkind: BackendConfig\nmetadata: {{name: b}}\nspec: {{{spec}}}\n"
    one = ingress(annotations="kubernetes.io/ingress.class: gce")
    assert exposed(pod(), annotated, config, one, names=("ingress.timeout",)) == seconds
    assert exposed(pod(), annotated, one, names=("ingress.timeout",)) is None


@pytest.mark.parametrize(
    ("timeouts", "seconds", "given"),
    [
        ("", 0, False),
        ("timeouts: {request: 10m}, ", 600, True),
        ("timeouts: {request: 1h30m, backendRequest: 90s}, ", 90, True),
        ("timeouts: {request: 0s, backendRequest: 0s}, ", 0, True),
        ("timeouts: {backendRequest: 500ms}, ", 1, False),
        ("timeouts: {request: soon}, ", None, True),
    ],
)
def test_the_time_out_of_a_route(timeouts: str, seconds: int | None, given: bool) -> None:
    text = route(f"{timeouts}backendRefs: [{{name: front, port: 80}}]")
    assert exposed(text, names=("route.timeout", "route.timeoutGiven")) == [seconds, given]


def policy(spec: str, kind: str = "networking.k8s.io/v1/NetworkPolicy") -> str:
    version, _, name = kind.rpartition("/")
    return f"\napiVersion: {version}\nkind: {name}\nmetadata: {{name: p}}\nspec: {{{spec}}}\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (policy("podSelector: {matchLabels: {app: vllm}}, ingress: []"), ["NetworkPolicy p"]),
        (policy("podSelector: {}"), ["NetworkPolicy p"]),
        (policy("podSelector: {}, policyTypes: [Egress]"), []),
        (policy("podSelector: {matchLabels: {app: web}}"), []),
        (policy("endpointSelector: {}, ingress: [{}]", "cilium.io/v2/CiliumNetworkPolicy"), ["CiliumNetworkPolicy p"]),
        (policy("endpointSelector: {}, egress: [{}]", "cilium.io/v2/CiliumNetworkPolicy"), []),
        (
            policy(
                "endpointSelector: {matchLabels: {'k8s:app': vllm}}, ingress: [{}]", "cilium.io/v2/CiliumNetworkPolicy"
            ),
            ["CiliumNetworkPolicy p"],
        ),
        (
            policy(
                "endpointSelector: {matchLabels: {'any:app': x}}, ingress: [{}]", "cilium.io/v2/CiliumNetworkPolicy"
            ),
            [],
        ),
        (
            policy(
                "endpointSelector: {matchLabels: {'k8s:io.kubernetes.pod.namespace': a}}, ingress: [{}]",
                "cilium.io/v2/CiliumClusterwideNetworkPolicy",
            ),
            None,
        ),
        (policy("selector: all()", "projectcalico.org/v3/GlobalNetworkPolicy"), None),
    ],
)
def test_policies(text: str, found: list[str] | None) -> None:
    subject = elements(f"{text}---{pod()}", "container", closed=True)[0]
    assert values(subject, "podPolicies.ingress") == found
    opened = elements(f"{text}---{pod()}", "container")[0]
    assert values(opened, "podPolicies.ingress") == (found or None)
