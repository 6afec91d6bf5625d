"""What is collected, what autoscalers ask for, and what pods read when they start."""

from __future__ import annotations

from typing import Any

import pytest
from facts_of import elements, values

POD = """
apiVersion: v1
kind: Pod
metadata: {name: vllm, namespace: llm, labels: {app: vllm}ANNOTATIONS}
spec:
  containers: [{name: vllm, image: "vllm/vllm-openai:v0.33.0", ports: [{name: http, containerPort: 8000}]}]
"""
PLAIN = POD.replace("ANNOTATIONS", "")
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: front, namespace: llm, labels: {team: ml}}
spec: {selector: {app: vllm}, ports: [{name: web, port: 80, targetPort: http}]}
"""


def monitor(
    kind: str,
    selector: str,
    endpoints: str,
    namespace: str = "llm",
    more: str = "",
) -> str:
    return f"""
apiVersion: monitoring.coreos.com/v1
kind: {kind}
metadata: {{name: m, namespace: {namespace}}}
spec: {{selector: {selector}, {endpoints}{more}}}
"""


PODS = monitor("PodMonitor", "{matchLabels: {app: vllm}}", "podMetricsEndpoints: [{port: http}]")
SERVICES = monitor("ServiceMonitor", "{matchLabels: {team: ml}}", "endpoints: [{port: web}]")


def scrapes(*texts: str, **options: Any) -> Any:
    names = ("scrape.selects", "scrape.port", "scrape.ports")
    return [[each.pointer, *values(each, *names)] for each in elements("---".join(texts), "scrape", **options)]


def test_a_monitor_finds_pods_or_services_and_their_ports() -> None:
    assert scrapes(PLAIN, PODS) == [["/spec/podMetricsEndpoints/0/port", ["Pod vllm"], "http", ["8000", "http"]]]
    assert scrapes(PLAIN, SERVICE, SERVICES) == [["/spec/endpoints/0/port", ["Service front"], "web", ["web"]]]


def test_the_labels_of_a_pod_are_not_those_of_its_service() -> None:
    wrong = monitor("ServiceMonitor", "{matchLabels: {app: vllm}}", "endpoints: [{port: web}]")
    assert scrapes(PLAIN, SERVICE, wrong, closed=True) == [["/spec/selector", [], "", []]]
    assert scrapes(PLAIN, SERVICE, wrong) == [["/spec/selector", None, "", None]]


@pytest.mark.parametrize(
    ("namespace", "more", "found"),
    [
        ("other", "", []),
        ("other", ", namespaceSelector: {any: true}", ["Pod vllm"]),
        ("other", ", namespaceSelector: {matchNames: [llm]}", ["Pod vllm"]),
        ("llm", ", namespaceSelector: {matchNames: [other]}", []),
    ],
)
def test_namespaces(namespace: str, more: str, found: list[str]) -> None:
    one = monitor("PodMonitor", "{matchLabels: {app: vllm}}", "podMetricsEndpoints: [{port: http}]", namespace, more)
    assert scrapes(PLAIN, one, closed=True)[0][1] == found


def scraped(*texts: str, pod: str = PLAIN, **options: Any) -> Any:
    return values(elements("---".join([*texts, pod]), "container", **options)[0], "engine.scraped")


def test_a_server_is_scraped_by_a_monitor_or_by_request() -> None:
    assert scraped(PODS) is True
    assert scraped(SERVICE, SERVICES) is True
    assert scraped(pod=POD.replace("ANNOTATIONS", ', annotations: {prometheus.io/scrape: "true"}')) is True
    assert scraped(SERVICE.replace("name: front,", 'name: front, annotations: {prometheus.io/scrape: "true"},')) is True


def test_a_server_that_nobody_scrapes() -> None:
    other = monitor("PodMonitor", "{matchLabels: {app: web}}", "podMetricsEndpoints: [{port: http}]")
    collector = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {p.yml: 'scrape_configs: []'}\n"
    assert scraped(other, closed=True) is False
    assert scraped(other) is None
    assert scraped(collector, closed=True) is None


@pytest.mark.parametrize(
    ("query", "unscoped"),
    [
        ("sum(vllm:num_requests_waiting)", ["vllm:num_requests_waiting"]),
        ("sum(rate(vllm:request_success_total{}[1m]))", ["vllm:request_success_total"]),
        ('sum(vllm:num_requests_waiting{namespace="a"})', []),
        ('sum by (pod) (vllm:a{model_name=~"x{2}"}) + vllm:b', ["vllm:b"]),
        ('up{job="vllm:a"}', []),
        ('vllm:a{pod=~"$POD"}', None),
        ("vllm:a * on (pod) kube_pod_labels", None),
    ],
)
def test_queries_without_a_label(query: str, unscoped: list[str] | None) -> None:
    text = f"""
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {{name: a}}
spec:
  scaleTargetRef: {{name: vllm}}
  triggers:
  - type: prometheus
    metadata:
      query: >-
        {query}
"""
    subject = elements(text, "query")[0]
    assert values(subject, "query.unscoped") == unscoped


WORKLOAD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: vllm ABOVE}
spec: {template: {metadata: {labels: {app: vllm} BELOW}, spec: {
  volumes: [{name: v, projected: {sources: [{configMap: {name: files}}]}}],
  containers: [{name: vllm, image: a, envFrom: [{configMapRef: {name: vars}}],
    env: [{name: A, valueFrom: {configMapKeyRef: {name: single, key: a}}}]}]}}}
"""


def config(name: str, more: str = "") -> str:
    return f"\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: b}}\n{more}"


@pytest.mark.parametrize(
    ("above", "below", "found"),
    [
        ("", "", ["files", "single", "vars"]),
        (", annotations: {checksum/config: a}", "", ["files", "single", "vars"]),
        ("", ", annotations: {checksum/config: a}", []),
        (", annotations: {reloader.stakater.com/auto: 'true'}", "", []),
    ],
)
def test_config_that_changes_without_a_new_pod(above: str, below: str, found: list[str]) -> None:
    workload = WORKLOAD.replace("ABOVE", above).replace("BELOW", below)
    text = "---".join([config("files"), config("vars"), config("single"), config("unused"), workload])
    assert values(elements(text, "pod")[0], "podConfigs.unwatched") == found


@pytest.mark.parametrize(
    ("data", "container", "found"),
    [
        ("{a.sh: b, c.py: d}", "volumeMounts: [{name: v, mountPath: /s}]", []),
        ("{a.sh: b}", "args: [x], volumeMounts: [{name: other, mountPath: /s}]", []),
        ("{a.sh: b}", "volumeMounts: [{name: v, mountPath: /docker-entrypoint.d}]", ["scripts"]),
        ("{a.sh: b, c.yaml: d}", "volumeMounts: [{name: v, mountPath: /s}]", ["scripts"]),
        ("{}", "volumeMounts: [{name: v, mountPath: /s}]", ["scripts"]),
        ("{a.sh: b}", "command: [/s/a.sh], volumeMounts: [{name: v, mountPath: /s}]", ["scripts"]),
        ("{a.sh: b}", "args: [-c, 'cd /s; ls *'], volumeMounts: [{name: v, mountPath: /s/}]", ["scripts"]),
        ("{a.sh: b}", "command: [a.sh], volumeMounts: [{name: v, mountPath: /}]", ["scripts"]),
        ("{a.sh: b}", "envFrom: [{configMapRef: {name: scripts}}]", ["scripts"]),
    ],
)
def test_scripts_that_no_command_names(data: str, container: str, found: list[str]) -> None:
    workload = f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: vllm}}
spec: {{template: {{metadata: {{labels: {{app: vllm}}}}, spec: {{
  volumes: [{{name: v, configMap: {{name: scripts}}}}],
  initContainers: [{{name: i, image: a, {container}}}], containers: [{{name: vllm, image: a}}]}}}}}}
"""
    text = "---".join([config("scripts").replace("{a: b}", data), workload])
    assert values(elements(text, "pod")[0], "podConfigs.unwatched") == found


def test_config_that_cannot_change() -> None:
    workload = WORKLOAD.replace("ABOVE", "").replace("BELOW", "").replace("name: vars", "name: vars-5f6h7c8t9k")
    text = "---".join([config("files", "immutable: true\n"), config("vars-5f6h7c8t9k"), workload])
    assert values(elements(text, "pod")[0], "podConfigs.unwatched") == []


@pytest.mark.parametrize(
    ("service", "name", "options", "found"),
    [
        ("clusterIP: None, ", "pods", {}, "headless"),
        ("", "pods", {}, "balanced"),
        (None, "pods", {}, None),
        (None, "pods", {"closed": True}, "missing"),
        (None, "", {}, "missing"),
    ],
)
def test_the_service_of_a_stateful_set(service: str | None, name: str, options: Any, found: str | None) -> None:
    text = f"""
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: a}}
spec: {{serviceName: "{name}", template: {{spec: {{containers: [{{name: a, image: b}}]}}}}}}
"""
    before = f"apiVersion: v1\nkind: Service\nmetadata: {{name: pods}}\nspec: {{{service}ports: []}}\n---"
    subject = elements((before if service is not None else "") + text, "pod", **options)[0]
    assert values(subject, "podService.state") == found


@pytest.mark.parametrize(
    ("account", "spec", "found"),
    [
        ("", "automountServiceAccountToken: false, ", False),
        ("automountServiceAccountToken: false", "serviceAccountName: sa, ", False),
        ("{}", "serviceAccountName: sa, ", True),
        ("", "serviceAccountName: sa, ", None),
        ("", "", True),
    ],
)
def test_the_token_of_a_pod(account: str, spec: str, found: bool | None) -> None:
    before = f"apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: sa}}\n{account.replace('{}', '')}\n---\n"
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{{spec}containers: [{{name: a, image: b}}]}}\n"
    assert values(elements((before if account else "") + pod, "pod")[0], "podAccount.hasToken") is found


@pytest.mark.parametrize(
    ("api_version", "version", "found"),
    [
        ("policy/v1beta1", "1.37", ["1.25", True, "policy/v1"]),
        ("policy/v1beta1", "1.24", ["1.25", False, "policy/v1"]),
        ("policy/v1beta1", "1.20", ["1.25", False, "policy/v1"]),
        ("policy/v1", "1.37", ["", False, ""]),
    ],
)
def test_api_versions(api_version: str, version: str, found: list[Any]) -> None:
    text = f"apiVersion: {api_version}\nkind: PodDisruptionBudget\nmetadata: {{name: a}}\n"
    subject = elements(text, "object", kube_version=version)[0]
    assert values(subject, "api.removed", "api.gone", "api.instead") == found


def test_names_and_labels() -> None:
    text = f"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: '${{a}}', labels: {{a: {'b' * 64}}}}}\n"
    assert values(elements(text, "object")[0], "name.limit", "name.text", "name.longLabels") == [52, None, ["a (64)"]]


@pytest.mark.parametrize(
    ("selector", "namespace", "found"),
    [
        ("{app: a, apps.kubernetes.io/pod-index: '0'}", "", "single"),
        ("{statefulset.kubernetes.io/pod-name: a-0}", "", "single"),
        ("{app: a}", "", "missing"),
        ("{app: b, apps.kubernetes.io/pod-index: '0'}", "", "missing"),
        ("{statefulset.kubernetes.io/pod-name: aa-0}", "", "missing"),
        ("{app: a, apps.kubernetes.io/pod-index: '0'}", ", namespace: c", "single"),
    ],
)
def test_a_service_of_one_pod(selector: str, namespace: str, found: str) -> None:
    text = f"""
apiVersion: v1
kind: Service
metadata: {{name: first{namespace}}}
spec: {{selector: {selector}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: a}}
spec: {{template: {{metadata: {{labels: {{app: a}}}}, spec: {{containers: [{{name: a, image: b}}]}}}}}}
"""
    assert values(elements(text, "pod")[0], "podService.state") == found
