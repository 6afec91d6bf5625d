"""Facts about probes, and about the variables of servers."""

from __future__ import annotations

import pytest
from facts_of import container, elements, values

ENGINE = "image: 'vllm/vllm-openai:v0.33.0', args: [--model, org/m%s]"


def probe(fields: str, pod: str = "") -> list[object]:
    """probe.name, port, portName, portNames, path and answering of the only probe of the first container."""
    text = f"""
apiVersion: v1
kind: Pod
metadata: {{name: engine}}
spec:
  containers:
  - {{name: engine, {fields}}}
{pod}
"""
    (subject,) = elements(text, "probe")
    found = values(
        subject, "probe.name", "probe.port", "probe.portName", "probe.portNames", "probe.path", "probe.answering"
    )
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("readinessProbe: {httpGet: {port: 8000}}", ["readinessProbe", 8000, "", [], "/", None]),
        ("livenessProbe: {httpGet: {port: '8000', path: 'ok?a=b'}}", ["livenessProbe", 8000, "", [], "/ok", None]),
        (
            "ports: [{name: web, containerPort: 80}], startupProbe: {tcpSocket: {port: web}}",
            ["startupProbe", 80, "web", ["web"], None, None],
        ),
        (
            "ports: [{name: dns, containerPort: 53, protocol: UDP}], startupProbe: {tcpSocket: {port: dns}}",
            ["startupProbe", None, "dns", ["dns"], None, None],
        ),
        ("livenessProbe: {exec: {command: [ls]}}", ["livenessProbe", None, "", [], None, None]),
        ("livenessProbe: {httpGet: {port: '${P}', path: '/${Q}'}}", ["livenessProbe", None, None, [], None, None]),
        ("livenessProbe: {grpc: {port: 9000}}", ["livenessProbe", 9000, "", [], None, None]),
    ],
)
def test_what_a_probe_asks(fields: str, expected: list[object]) -> None:
    assert probe(f"image: i, {fields}") == expected


ASKS = "readinessProbe: {httpGet: {port: 8000}}"
SIDECAR = "  - {name: proxy, image: envoy, %s}"


@pytest.mark.parametrize(
    ("fields", "pod", "answering"),
    [
        (ENGINE % ", --port, '8080'", "", {8080}),
        (ENGINE % ", --kv-port, '7000'", "", {8000, 7000}),
        (ENGINE % "" + ", ports: [{containerPort: 8000}, {containerPort: 9090}]", "", {8000, 9090}),
        (ENGINE % "" + ", ports: [{containerPort: 9090}]", "", {8000}),
        (ENGINE % "", SIDECAR % "ports: [{containerPort: 9901}]", {8000, 9901}),
        (ENGINE % "", SIDECAR % "args: [run]", None),
        (ENGINE % "", "  initContainers: [{name: a, image: i, restartPolicy: Always}]", None),
        (ENGINE % "", "  initContainers: [{name: a, image: i}]", {8000}),
        (ENGINE % ", --port, $(PORT)", "", None),
        ("image: i, command: [sh, -c, 'python /p.py & vllm serve m']", "", None),
        ("image: i, command: [sh, -c, 'mkdir -p /a && exec vllm serve m']", "", {8000}),
        ("image: nginx", "", None),
    ],
)
def test_which_ports_answer(fields: str, pod: str, answering: set[int] | None) -> None:
    found = probe(f"{fields}, {ASKS}", pod)[-1]
    if answering is None or found is None:
        assert found is answering is None
    else:
        assert isinstance(found, list)
        assert {port for port in found if port not in (5557, 5600, 6379, 8265, 10001, 29550)} == answering


def test_a_probe_that_asks_another_host_is_not_known() -> None:
    assert probe(f"{ENGINE % ''}, readinessProbe: {{httpGet: {{host: other, port: 8000}}}}")[-2:] == [None, None]


def test_variables_of_a_server() -> None:
    env = "env: [{name: A, value: 'True'}, {name: B, value: '0'}, {name: C}, {name: D, valueFrom: {}}]"
    subject = container(f"{ENGINE % ''}, {env}")
    assert values(subject, "engine.switchedOn", "engine.variables") == [["A"], ["A", "B", "D"]]
    started = container("image: i, command: [sh, -c, 'export E=1; F=yes vllm serve m']")
    assert values(started, "engine.switchedOn") == ["E", "F"]
    assert values(container("image: nginx"), "engine.switchedOn") is None


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ("volumeMounts: [{name: a, mountPath: /root/.cache}, {name: b, mountPath: /root/.cache/huggingface/}]", "b"),
        ("volumeMounts: [{name: a, mountPath: /root/.cache/hugging}]", ""),
        ("env: [{name: HF_HOME, value: /models}], volumeMounts: [{name: a, mountPath: /models}]", "a"),
        ("env: [{name: HF_HOME, value: $(X)}], volumeMounts: [{name: a, mountPath: /models}]", None),
        ("securityContext: {runAsUser: 1000}, volumeMounts: [{name: a, mountPath: /models}]", None),
        ("securityContext: {runAsUser: 1000}", ""),
    ],
)
def test_volume_of_the_cache(fields: str, name: str | None) -> None:
    assert values(container(f"{ENGINE % ''}, {fields}"), "model.cacheVolume") == name


def test_an_image_of_unknown_making_may_bring_the_weights() -> None:
    assert values(container("image: 'example.com/vllm:1', args: [org/m]"), "model.cacheVolume") is None
