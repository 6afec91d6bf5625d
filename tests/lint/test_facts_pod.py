"""Facts about the containers and pods of a manifest."""

from __future__ import annotations

import pytest
from facts_of import container, elements, values

from chartgen.lint.facts.registry import RELATED

VLLM = "image: 'vllm/vllm-openai:v0.33.0', args: [org/m]"


@pytest.mark.parametrize(
    ("resources", "requested", "count", "names"),
    [
        ("{}", False, 0, []),
        ("{limits: {nvidia.com/gpu: 2}}", True, 2, ["nvidia.com/gpu"]),
        ("{limits: {nvidia.com/gpu: '2'}, requests: {nvidia.com/gpu: 2}}", True, 2, ["nvidia.com/gpu"]),
        ("{requests: {amd.com/gpu: 1}}", True, 1, ["amd.com/gpu"]),
        ("{limits: {nvidia.com/gpu: 0}}", False, 0, []),
        (
            "{limits: {nvidia.com/mig-1g.10gb: 1, nvidia.com/mig-2g.20gb: 1}}",
            True,
            2,
            ["nvidia.com/mig-1g.10gb", "nvidia.com/mig-2g.20gb"],
        ),
        ("{limits: {nvidia.com/gpu.shared: 1}}", True, None, ["nvidia.com/gpu.shared"]),
        ("{limits: {nvidia.com/gpu: 1, nvidia.com/gpumem: 8000}}", True, None, ["nvidia.com/gpu", "nvidia.com/gpumem"]),
        ("{limits: {aliyun.com/gpu-mem: 8}}", True, None, ["aliyun.com/gpu-mem"]),
        ("{limits: {nvidia.com/gpu: 0.5}}", True, None, ["nvidia.com/gpu"]),
        ("{limits: {nvidia.com/gpu: one}}", True, None, ["nvidia.com/gpu"]),
        ("{limits: {cpu: 4, memory: 8Gi}}", False, 0, []),
    ],
)
def test_gpu_resources(resources: str, requested: bool, count: int | None, names: list[str]) -> None:
    subject = container(f"{VLLM}, resources: {resources}")
    assert values(subject, "gpu.requested", "gpu.count", "gpu.resources") == [requested, count, names]
    assert values(subject, "podGpu.requested", "podGpu.resources") == [requested, names]


CLAIM = """
apiVersion: resource.k8s.io/v1
kind: ResourceClaimTemplate
metadata: {name: device}
spec: {spec: {devices: {requests: [{name: a, exactly: {deviceClassName: %s}}]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: engine}
spec:
  resourceClaims: [{name: a, resourceClaimTemplateName: %s}]
  containers: [{name: engine, image: i, resources: {claims: [{name: a}]}}]
"""


@pytest.mark.parametrize(
    ("device_class", "wanted", "gpu", "count"),
    [
        ("gpu.nvidia.com", "device", True, None),
        ("dranet.example.com", "device", False, 0),
        ("gpu.nvidia.com", "elsewhere", None, None),
        ("gpu.nvidia.com, adminAccess: true, allocationMode: All", "device", False, 0),
        ("gpu.nvidia.com, adminAccess: false", "device", True, None),
        ("gpu.a, adminAccess: true}}, {name: b, exactly: {deviceClassName: gpu.nvidia.com", "device", True, None),
        ("z}, adminAccess: true, deviceClassName: gpu.nvidia.com, x: {y: z", "device", False, 0),
    ],
)
def test_resource_claims(device_class: str, wanted: str, gpu: bool | None, count: int | None) -> None:
    subject = elements(CLAIM % (device_class, wanted), "container")[0]
    assert values(subject, "gpu.requested", "podGpu.dra", "gpu.count") == [gpu, gpu, count]


@pytest.mark.parametrize(
    ("probes", "probe", "killing", "budget"),
    [
        ("readinessProbe: {httpGet: {port: 1}}", "", False, None),
        ("livenessProbe: {httpGet: {port: 1}}", "livenessProbe", True, 30),
        ("livenessProbe: {httpGet: {port: 1}, initialDelaySeconds: 60, periodSeconds: 5}", "livenessProbe", True, 75),
        (
            "startupProbe: {tcpSocket: {port: 1}, failureThreshold: 60}, livenessProbe: {httpGet: {port: 1}}",
            "startupProbe",
            True,
            600,
        ),
        ("startupProbe: {exec: {command: [a]}, failureThreshold: 60}", "startupProbe", None, 600),
        ("livenessProbe: {httpGet: {port: 1}, periodSeconds: 0, failureThreshold: 0}", "livenessProbe", True, 30),
        ("livenessProbe: {httpGet: {port: 1}, periodSeconds: '5'}", "livenessProbe", True, None),
    ],
)
def test_startup(probes: str, probe: str, killing: bool | None, budget: int | None) -> None:
    subject = container(f"{VLLM}, {probes}")
    assert values(subject, "startup.probe", "startup.killing", "startup.budget") == [probe, killing, budget]


DRAIN = """
apiVersion: v1
kind: Pod
metadata: {name: engine}
spec:
  %s
  containers:
  - {name: engine, image: 'vllm/vllm-openai:v0.33.0', args: [org/m%s], lifecycle: {%s}}
  - {name: proxy, image: 'envoyproxy/envoy:v1.36.0', lifecycle: {%s}}
"""


@pytest.mark.parametrize(
    ("pod", "args", "engine", "proxy", "expected"),
    [
        ("", "", "", "", [30, 0, 0, True]),
        (
            "terminationGracePeriodSeconds: 90",
            ", --shutdown-timeout=60",
            "preStop: {sleep: {seconds: 15}}",
            "",
            [90, 15, 60, True],
        ),
        ("", ", --shutdown_timeout, '60'", "preStop: {exec: {command: [sleep, '15']}}", "", [30, 15, 60, True]),
        ("", "", "preStop: {exec: {command: [sh, -c, 'sleep 1m; sleep 2.5 && touch /x']}}", "", [30, 63, 0, True]),
        ("", ", --shutdown-timeout=$(T)", "preStop: {sleep: {seconds: 15}}", "", [30, 0, 0, None]),
        ("", ", --shutdown-timeout=7", "", "preStop: {exec: {command: [/bin/drain]}}", [30, 0, 7, None]),
        ("", "", "", "preStop: {sleep: {seconds: 40}}", [30, 40, 0, True]),
        ("", "", "", "preStop: {exec: {command: [sh, -c, 'sleep $(cat /x)']}}", [30, 0, 0, None]),
    ],
)
def test_drain(pod: str, args: str, engine: str, proxy: str, expected: list[object]) -> None:
    subject = elements(DRAIN % (pod, args, engine, proxy), "pod")[0]
    assert values(subject, "drain.grace", "drain.preStop", "drain.shutdown", "drain.complete") == expected


CACHE = """
apiVersion: v1
kind: Pod
metadata: {name: engine}
spec:
  containers:
  - name: engine
    image: vllm/vllm-openai:v0.33.0
    args: [org/m%s]
    env: [%s]
    volumeMounts: [{name: claim, mountPath: %s}, {name: scratch, mountPath: /scratch}]
  volumes:
  - {name: claim, persistentVolumeClaim: {claimName: c}}
  - {name: scratch, emptyDir: {}}
"""


@pytest.mark.parametrize(
    ("args", "env", "mount", "lost"),
    [
        ("", "", "/root/.cache/huggingface", False),
        ("", "", "/root/.cache/", False),
        ("", "", "/data", True),
        ("", "{name: HF_HOME, value: /data/hub}", "/data", False),
        ("", "{name: HF_HOME, value: /database}", "/data", True),
        ("", "{name: HF_HOME, value: /scratch}", "/data", True),
        ("", "{name: HF_HOME, value: /x}, {name: HF_HUB_CACHE, value: /data}", "/data", False),
        (", --download-dir=/data", "{name: HF_HOME, value: /scratch}", "/data", False),
        ("", "{name: HF_HOME, valueFrom: {configMapKeyRef: {name: a, key: b}}}", "/data", None),
        ("", "{name: HOME, value: /data}", "/data", False),
    ],
)
def test_where_the_weights_go(args: str, env: str, mount: str, lost: bool | None) -> None:
    assert values(elements(CACHE % (args, env, mount), "container")[0], "model.ephemeral") is lost


def test_tolerations_are_written_as_kubectl_prints_taints() -> None:
    listed = "[{operator: Exists}, {key: a, operator: Exists, effect: NoSchedule}, {key: b, value: c}]"
    subject = elements(
        f"{{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {{tolerations: {listed}, containers: []}}}}", "pod"
    )[0]
    assert values(subject, "tolerations.pod") == ["*", "a:NoSchedule", "b=c"]


@pytest.mark.parametrize("toleration", ["{key: a, operator: Gt, value: '7'}", "{value: spot}", "{operator: exists}"])
def test_a_toleration_that_compares_or_is_refused_leaves_unknown_what_is_tolerated(toleration: str) -> None:
    """Without a key the API server wants Exists; Gt and Lt (Kubernetes 1.35) hold for many values."""
    spec = f"{{containers: [], tolerations: [{toleration}]}}"
    text = f"{{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {spec}}}"
    assert values(elements(text, "pod")[0], "tolerations.pod") is None


NAMESPACE = """
apiVersion: v1
kind: Namespace
metadata:
  name: llm
  annotations: {scheduler.alpha.kubernetes.io/defaultTolerations: '%s'}
---
apiVersion: v1
kind: Pod
metadata: {name: p%s}
spec: {containers: [{name: c, image: i}]}
"""


@pytest.mark.parametrize(
    ("annotation", "namespace", "options", "expected"),
    [
        (
            '[{"Key": "sku", "Operator": "Equal", "Value": "gpu", "Effect": "NoSchedule"}]',
            ", namespace: llm",
            {},
            ["sku=gpu:NoSchedule"],
        ),
        ('[{"key": "sku", "operator": "Exists"}]', "", {"namespace": "llm"}, ["sku"]),
        ('[{"key": "sku", "operator": "Exists"}]', ", namespace: other", {}, []),
        ("null", ", namespace: llm", {}, []),
        ("sku=gpu", ", namespace: llm", {}, None),
        ('{"key": "sku"}', ", namespace: llm", {}, None),
        ('[{"key": "sku", "operator": "Lt", "value": "7"}]', ", namespace: llm", {}, None),
    ],
)
def test_default_tolerations(
    annotation: str, namespace: str, options: dict[str, str], expected: list[str] | None
) -> None:
    subject = elements(NAMESPACE % (annotation, namespace), "pod", **options)[0]
    assert values(subject, "tolerations.defaults") == expected
    assert bool([*RELATED["namespace"](subject)]) == bool(expected)


LISTENING = """
apiVersion: v1
kind: Service
metadata: {name: s}
spec: {selector: {app: e}, ports: [%s]}
---
apiVersion: v1
kind: Pod
metadata: {name: e, labels: {app: e}}
spec: {containers: [{name: e, image: %s, ports: [{name: http, containerPort: 8080}]}]}
"""


@pytest.mark.parametrize(
    ("ports", "image", "targeted", "answering"),
    [
        ("{port: 80, targetPort: 8000}", "'x/my-vllm:1', args: [m]", [8000], 8000),
        ("{port: 80, targetPort: 9000}", "'x/my-vllm:1', args: [m]", [9000], None),
        ("{port: 80, targetPort: http}", "'x/my-vllm:1', args: [m]", [8080], None),
        ("{port: 80, targetPort: http}, {port: 8000}", "'vllm/vllm-openai:v0.33.0'", [8000, 8080], 8000),
        ("{port: 80, targetPort: other}", "'vllm/vllm-openai:v0.33.0'", [], 8000),
    ],
)
def test_listening(ports: str, image: str, targeted: list[int], answering: int | None) -> None:
    subject = elements(LISTENING % (ports, image), "container")[0]
    assert values(subject, "engine.targetedPorts", "engine.answeringPort") == [targeted, answering]


LINKS = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: e%s}
spec:
  selector: {matchLabels: {app: e}}
  template:
    metadata: {labels: {app: e}}
    spec: {%s containers: [{name: e, image: 'vllm/vllm-openai:v0.33.0', args: [m]%s}]}
---
apiVersion: v1
kind: Service
metadata: {name: vllm-dp-master, namespace: a}
spec: {%s ports: [{port: 80}]}
"""


@pytest.mark.parametrize(
    ("namespace", "pod", "env", "closed", "expected"),
    [
        (", namespace: a", "", "", False, ["Deployment e"]),
        (", namespace: b", "", "", True, []),
        (", namespace: b", "", "", False, None),
        ("", "", "", True, None),
        (", namespace: a", "enableServiceLinks: false,", "", True, []),
        (", namespace: a", "", ", env: [{name: VLLM_DP_MASTER_PORT, value: '1'}]", True, []),
        (", namespace: a", "", ", envFrom: [{configMapRef: {name: c}}]", True, None),
    ],
)
def test_service_links(namespace: str, pod: str, env: str, closed: bool, expected: list[str] | None) -> None:
    subject = elements(LINKS % (namespace, pod, env, ""), "object", closed=closed)[0]
    found = values(subject, "serviceLinks.variable", "serviceLinks.injected", "serviceLinks.engines")
    assert found == ["VLLM_DP_MASTER_PORT", True, expected]


@pytest.mark.parametrize(
    ("spec", "injected"), [("clusterIP: None,", False), ("type: ExternalName,", False), ("", True)]
)
def test_services_without_variables(spec: str, injected: bool) -> None:
    assert values(elements(LINKS % ("", "", "", spec), "object")[0], "serviceLinks.injected") is injected
