"""Services: the pods they select, the ports they lead to; and what keeps pods apart."""

from __future__ import annotations

from typing import Any

import pytest
from facts_of import elements, values


def deployment(
    name: str = "vllm", labels: str = "app: vllm", containers: str = "{name: a, image: b}", **more: str
) -> str:
    namespace = f", namespace: {more['namespace']}" if "namespace" in more else ""
    template = f"{{metadata: {{labels: {{{labels}}}}}, spec: {{containers: [{containers}]{more.get('pod', '')}}}}}"
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}{namespace}}}
spec: {{replicas: 2, template: {template}}}
"""


def service(selector: str = "app: vllm", port: str = "port: 80", more: str = "") -> str:
    return f"""
apiVersion: v1
kind: Service
metadata: {{name: front}}
spec: {{{more} selector: {{{selector}}}, ports: [{{{port}}}]}}
"""


def selects(*texts: str, **options: Any) -> list[Any]:
    subject = elements("---".join(texts), "object", **options)[0]
    return list(values(subject, "service.selects", "service.near"))


@pytest.mark.parametrize(
    ("labels", "selector", "expected"),
    [
        ("app: vllm", "app: vllm, operator: leader", None),
        ("app: vllm", "app: vllm, role: primary, region: a", []),
        ("app: vllm, role: worker", "app: vllm, role: primary", []),
        ("app: other", "app: vllm, role: primary", []),
        ("app: vllm", "role: primary", []),
    ],
)
def test_pods_that_elect_a_leader_label_it_themselves(labels: str, selector: str, expected: Any) -> None:
    subject = elements(deployment(labels=labels) + "---" + service(selector), "object", closed=True)[0]
    assert values(subject, "service.selects") == expected


@pytest.mark.parametrize("closed", [True, False])
def test_pods_that_are_selected(closed: bool) -> None:
    both = [deployment(labels="app: vllm, tier: a"), deployment("canary"), service()]
    assert selects(*both, closed=closed) == [["Deployment canary", "Deployment vllm"], ""]


def test_nothing_at_all() -> None:
    assert selects(service(), closed=False) == [None, ""]
    assert selects(service(), closed=True) == [[], ""]
    assert selects(deployment(labels="app: web"), service(), closed=False) == [None, ""]
    assert selects(deployment(labels="app: web"), service(), closed=True) == [[], ""]


@pytest.mark.parametrize(
    ("labels", "selector", "near"),
    [
        ("app: vllm", "app: vlm", "Deployment vllm has app=vllm"),
        ("app: vllm, tier: web", "app: vllm, tier: wbe", "Deployment vllm has tier=web"),
        ("component: vllm", "componet: vllm", "Deployment vllm has component=vllm"),
    ],
)
def test_a_slip_is_reported_in_an_open_world_too(labels: str, selector: str, near: str) -> None:
    assert selects(deployment(labels=labels), service(selector)) == [[], near]


@pytest.mark.parametrize(
    ("labels", "selector"),
    [
        ("app: vllm", "app: vlm, tier: web"),
        ("app: vllm-7b", "app: vllm-8b"),
        ("app: vllm", "application: vllm-server"),
    ],
)
def test_what_is_no_slip(labels: str, selector: str) -> None:
    assert selects(deployment(labels=labels), service(selector)) == [None, ""]


def test_pods_that_another_service_selects_were_not_meant() -> None:
    first = service().replace("name: front", "name: back")
    assert selects(deployment(), first, service("app: vlm")) == [None, ""]
    assert selects(deployment(), first, service("app: vlm"), closed=True) == [[], "Deployment vllm has app=vllm"]


@pytest.mark.parametrize(
    "selector",
    ["app: vllm, pod-template-hash: abc", "app: vllm, statefulset.kubernetes.io/pod-name: vllm-0"],
)
def test_labels_of_controllers(selector: str) -> None:
    assert selects(deployment(), service(selector), closed=True) == [None, ""]


def test_other_namespaces() -> None:
    there = deployment(namespace="llm")
    assert selects(there, service(), closed=True) == [None, ""]
    assert selects(there, service(), closed=True, namespace="llm") == [["Deployment vllm"], ""]
    assert selects(there, service(), closed=True, namespace="web") == [[], ""]


def test_a_service_without_a_selector_is_not_judged() -> None:
    assert selects(deployment(), service(""), closed=True) == [None, ""]
    assert selects(deployment(), service(more="type: ExternalName,"), closed=True) == [None, ""]


VLLM = "{{name: a, image: 'vllm/vllm-openai:v0.33.0', args: [{args}], ports: [{ports}]}}"


def ports(containers: str, port: str, more: str = "") -> list[Any]:
    subject = elements("---".join([deployment(containers=containers, pod=more), service(port=port)]), "port")[0]
    return list(values(subject, "port.target", "port.named", "port.numbers", "port.engine", "port.beside"))


@pytest.mark.parametrize(
    ("containers", "port", "expected"),
    [
        (VLLM.format(args="", ports=""), "port: 80, targetPort: 8000", ["8000", False, [8000], [8000]]),
        (VLLM.format(args="", ports=""), "port: 80", ["80", False, [80], [8000]]),
        (VLLM.format(args="--port=9000", ports=""), "port: 80, targetPort: web", ["web", True, [], [9000]]),
        (
            VLLM.format(args="", ports="{name: web, containerPort: 8000}"),
            "port: 80, targetPort: web",
            ["web", True, [8000], [8000]],
        ),
        (
            VLLM.format(args="", ports="{name: web, containerPort: 8000, protocol: UDP}"),
            "port: 80, targetPort: web",
            ["web", True, [], [8000]],
        ),
        (
            VLLM.format(args="", ports="{name: web, containerPort: '${PORT}'}"),
            "port: 80, targetPort: web",
            ["web", True, None, [8000]],
        ),
        (VLLM.format(args="--port=$(PORT)", ports=""), "port: 80", ["80", False, [80], None]),
        ("{name: a, image: nginx:1.29.1}", "port: 80, targetPort: '8000'", ["8000", True, [], []]),
        ("{name: a, image: nginx:1.29.1}", "port: 80, targetPort: 0", ["80", False, [80], []]),
        ("{name: a, image: nginx:1.29.1}", "port: 80, targetPort: ''", ["80", False, [80], []]),
        ("{name: a, image: nginx:1.29.1}", "port: 80, targetPort: [1]", [None, None, None, []]),
        ("{name: a, image: nginx:1.29.1}", "port: 80, targetPort: '${PORT}'", [None, None, None, []]),
    ],
)
def test_where_a_port_leads(containers: str, port: str, expected: list[Any]) -> None:
    assert ports(containers, port)[:4] == expected


@pytest.mark.parametrize(
    ("containers", "number", "open"),
    [
        (VLLM.format(args="", ports="{containerPort: 8000}, {containerPort: 9999}"), 9999, True),
        (VLLM.format(args="", ports="{containerPort: 9999}"), 9999, False),
        (VLLM.format(args="--max-model-len=9999", ports=""), 9999, False),
        (VLLM.format(args="--other-port=9999", ports=""), 9999, True),
        (VLLM.format(args="'--x=tcp://*:9999'", ports=""), 9999, True),
        (VLLM.format(args="", ports="") + ", {name: b, image: c, ports: [{containerPort: 9999}]}", 9999, True),
        (VLLM.format(args="", ports="") + ", {name: b, image: c, ports: [{containerPort: 1}]}", 9999, False),
    ],
)
def test_what_else_may_listen(containers: str, number: int, open: bool) -> None:
    assert (number in ports(containers, "port: 80")[4]) is open


def test_a_container_without_ports_may_listen_anywhere() -> None:
    assert ports(VLLM.format(args="", ports="") + ", {name: b, image: c}", "port: 80")[4] is None


def test_a_sidecar_declares_ports_and_an_init_container_does_not() -> None:
    for policy, expected in ((", restartPolicy: Always", [8443]), ("", [])):
        more = f", initContainers: [{{name: p, image: q{policy}, ports: [{{name: tls, containerPort: 8443}}]}}]"
        assert ports(VLLM.format(args="", ports=""), "port: 443, targetPort: tls", more)[2] == expected


SELECTED = """
apiVersion: v1
kind: Service
metadata: {name: s%s}
spec: {selector: {app: e}, ports: [{port: 80, targetPort: %s}]}
---
apiVersion: v1
kind: Pod
metadata: {name: e%s, labels: {app: e}}
spec: {containers: [{name: e, image: 'vllm/vllm-openai:v0.33.0'}]}
"""


@pytest.mark.parametrize(
    ("service", "target", "pod", "expected"),
    [
        ("", "8000", "", True),
        ("", "http", "", False),
        (", namespace: a", "8000", ", namespace: a", True),
        (", namespace: a", "8000", "", None),
        ("", "8000", ", namespace: a", None),
        (", namespace: a", "8000", ", namespace: b", False),
    ],
)
@pytest.mark.parametrize("closed", [False, True])
def test_services_that_lead_to_a_pod(service: str, target: str, pod: str, expected: bool | None, closed: bool) -> None:
    subject = elements(SELECTED % (service, target, pod), "container", closed=closed)[0]
    assert values(subject, "engine.targeted") is expected


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        ("", []),
        (
            ", affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution:"
            " [{labelSelector: {matchLabels: {app: vllm}}, topologyKey: kubernetes.io/hostname}]}}",
            ["podAntiAffinity kubernetes.io/hostname"],
        ),
        (
            ", topologySpreadConstraints: [{topologyKey: zone, labelSelector: {matchLabels: {app: vllm}}},"
            " {topologyKey: none}, {topologyKey: other, labelSelector: {matchLabels: {app: web}}}]",
            ["topologySpreadConstraints zone"],
        ),
        (", topologySpreadConstraints: [{topologyKey: a, labelSelector: {matchLabels: {pod-template-hash: b}}}]", None),
        (", topologySpreadConstraints: [{topologyKey: a, labelSelector: {}}]", ["topologySpreadConstraints a"]),
    ],
)
def test_what_keeps_pods_apart(pod: str, expected: list[str] | None) -> None:
    assert values(elements(deployment(pod=pod), "pod")[0], "spread.constraints") == expected


NODES = ", affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: %s}}}"


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        (", nodeSelector: {pool: a}", False),
        (", nodeName: a", True),
        (", nodeSelector: {kubernetes.io/hostname: a}", True),
        (NODES % "[{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [a]}]}]", True),
        (NODES % "[{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [a, b]}]}]", False),
        # No node meets an empty term (component-helpers, nodeaffinity).
        (NODES % "[{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [a]}]}, {}]", True),
        (
            NODES % "[{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [a]}]},"
            " {matchExpressions: [{key: pool, operator: Exists}]}]",
            False,
        ),
        (NODES % "[{matchFields: [{key: metadata.name, operator: In, values: [a]}]}]", True),
    ],
)
def test_pods_of_one_node(pod: str, expected: bool) -> None:
    assert values(elements(deployment(pod=pod), "pod")[0], "spread.pinned") is expected


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        ("", False),
        (", nodeSelector: {kubernetes.azure.com/scalesetpriority: spot}", True),
        (", nodeSelector: {kubernetes.azure.com/priority: regular}", False),
        (", nodeSelector: {cloud.google.com/gke-spot: 'true'}", True),
        (", nodeSelector: {eks.amazonaws.com/capacityType: ON_DEMAND}", False),
        (", tolerations: [{key: kubernetes.azure.com/scalesetpriority, operator: Exists}]", False),
    ],
)
def test_spot(pod: str, expected: bool) -> None:
    assert values(elements(deployment(pod=pod), "pod")[0], "spot.required") is expected


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ("[{matchExpressions: [{key: karpenter.sh/capacity-type, operator: In, values: [spot]}]}]", True),
        ("[{matchExpressions: [{key: karpenter.sh/capacity-type, operator: In, values: [spot, on-demand]}]}]", False),
        ("[{matchExpressions: [{key: karpenter.sh/capacity-type, operator: NotIn, values: [spot]}]}]", False),
        ("[{matchExpressions: [{key: karpenter.sh/capacity-type, operator: In, values: [spot]}]}, {}]", True),
        (
            "[{matchExpressions: [{key: karpenter.sh/capacity-type, operator: In, values: [spot]}]},"
            " {matchExpressions: [{key: pool, operator: Exists}]}]",
            False,
        ),
    ],
)
def test_spot_by_affinity(terms: str, expected: bool) -> None:
    rule = f"requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: {terms}}}"
    pod = f", affinity: {{nodeAffinity: {{{rule}}}}}"
    assert values(elements(deployment(pod=pod), "pod")[0], "spot.required") is expected


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("{}", 0),
        ("{cloud.google.com/gke-tpu-topology: 1x1}", 1),
        ("{cloud.google.com/gke-tpu-topology: 2x4}", 8),
        ("{cloud.google.com/gke-tpu-topology: 2x2x4}", 16),
        ("{cloud.google.com/gke-tpu-topology: '${TOPOLOGY}'}", None),
        ("{cloud.google.com/gke-tpu-topology: 2x2x2x2}", None),
        ("{cloud.google.com/gke-tpu-topology: 8}", None),
    ],
)
def test_the_tpus_of_a_slice(selector: str, expected: int | None) -> None:
    assert values(elements(deployment(pod=f", nodeSelector: {selector}"), "pod")[0], "spread.slice") == expected


def test_the_gpus_of_a_pod_add_up() -> None:
    two = ", ".join(f"{{name: {name}, image: b, resources: {{limits: {{nvidia.com/gpu: 2}}}}}}" for name in "ab")
    assert values(elements(deployment(containers=two), "pod")[0], "spread.gpus") == 4


@pytest.mark.parametrize(
    ("starting", "expected"),
    [
        ("8", 8),
        ("1", 2),
        ("1 Always", 3),
        ("4, 1 Always", 4),
        ("1 Always, 4", 5),
        ("1 Always, 1 Always, 1", 4),
        ("some", None),
    ],
)
def test_what_a_pod_takes_while_it_starts(starting: str, expected: int | None) -> None:
    """Expected values: PodRequests of k8s.io/component-helpers 0.37, with 2 GPUs in the containers."""
    given = [each.split() for each in starting.split(", ")]
    limits = "resources: {limits: {nvidia.com/gpu: %s}}"
    init = ", ".join(
        f"{{name: i, image: i, restartPolicy: {(*rest, 'Never')[0]}, {limits % count}}}" for count, *rest in given
    )
    main = "{name: a, image: b, resources: {limits: {nvidia.com/gpu: 2}}}"
    pod = elements(deployment(pod=f", initContainers: [{init}]", containers=main), "pod")[0]
    assert values(pod, "spread.gpus") == expected
