"""What pods want of nodes and clusters: labels, spot nodes, quotas, device plugins, resource claims."""

from __future__ import annotations

from typing import Any

import pytest
from facts_of import elements, values

GPU = "{name: vllm, image: 'vllm/vllm-openai:v0.33.0', resources: {limits: {nvidia.com/gpu: %s}}}"
SPOT = "nodeSelector: {karpenter.sh/capacity-type: spot}, "


def deployment(name: str = "vllm", spec: str = "", pod: str = "", gpus: object = 1, kind: str = "Deployment") -> str:
    template = f"{{metadata: {{labels: {{app: llm}}}}, spec: {{{pod} containers: [{GPU % gpus}]}}}}"
    head = f"\napiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {name}}}\n"
    return f"{head}spec: {{{spec} template: {template}}}\n"


def pod_of(*texts: str, **options: Any) -> Any:
    return elements("---".join(texts), "pod", **options)[0]


def test_labels_of_nodes() -> None:
    terms = "{matchExpressions: [{key: a}], matchFields: [{key: metadata.name}]}"
    required = f"requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{terms}]}}"
    preferred = "preferredDuringSchedulingIgnoredDuringExecution: [{preference: {matchExpressions: [{key: b}]}}]"
    affinity = f"affinity: {{nodeAffinity: {{{required}, {preferred}}}}}, "
    found = values(pod_of(deployment(pod=f"nodeSelector: {{c: d}}, {affinity}")), "nodes.labels")
    assert found == ["a", "b", "c", "metadata.name"]
    assert values(pod_of(deployment(pod="nodeSelector: oops, affinity: [], ")), "nodes.labels") == []


SERVICE = "\napiVersion: v1\nkind: Service\nmetadata: {name: llm}\nspec: {selector: {app: llm}}\n"


def test_who_is_alone_on_spot_nodes() -> None:
    def lonely(*texts: str, closed: bool = True) -> Any:
        return values(pod_of(*texts, deployment(pod=SPOT), closed=closed), "spot.lonely")

    assert lonely() == "yes"
    assert lonely(closed=False) == "unknown"
    assert lonely(SERVICE, deployment("base")) == "no"
    assert lonely(SERVICE, deployment("base"), closed=False) == "no"
    assert lonely(deployment("base")) == "yes"
    assert lonely(SERVICE, deployment("other", pod=SPOT)) == "yes"
    assert values(pod_of(deployment(), closed=True), "spot.lonely") == "no"
    assert values(pod_of(deployment(pod=SPOT, spec="replicas: 2,"), closed=True), "spot.lonely") == "no"
    assert values(pod_of(deployment(pod=SPOT, kind="DaemonSet"), closed=True), "spot.lonely") == "unknown"


def quota(hard: str, more: str = "", name: str = "gpus") -> str:
    head = f"\napiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: {name}}}\n"
    return f"{head}spec: {{{more} hard: {{{hard}}}}}\n"


def test_what_a_quota_leaves() -> None:
    names = ("quota.name", "quota.resource", "quota.hard", "quota.pod", "quota.fewest")
    hard = "requests.nvidia.com/gpu: '4'"
    assert values(pod_of(deployment()), *names) == ["", "", None, None, None]
    assert values(pod_of(quota(hard), deployment(spec="replicas: 2,", gpus=2)), *names) == [
        "gpus",
        "nvidia.com/gpu",
        4,
        2,
        4,
    ]
    both = (quota(hard), quota("requests.nvidia.com/gpu: 2", name="tight"))
    assert values(pod_of(*both, deployment()), "quota.name", "quota.hard") == ["tight", 2]
    assert values(pod_of(quota(hard, "scopes: [BestEffort],"), deployment()), "quota.name") == ""
    assert (
        values(pod_of(quota(hard).replace("name: gpus", "name: gpus, namespace: a"), deployment()), "quota.name") == ""
    )
    assert values(pod_of(quota(hard), deployment("other", spec="replicas: 3,"), deployment()), "quota.fewest") == 4
    assert values(pod_of(quota(hard), deployment("d", kind="DaemonSet"), deployment()), "quota.fewest") is None
    assert values(pod_of(quota(hard), deployment("d", kind="DaemonSet", gpus=0), deployment()), "quota.fewest") == 1
    assert values(pod_of(quota(hard), deployment(gpus="'$(N)'")), "quota.pod") is None


@pytest.mark.parametrize(
    ("spec", "pod", "told"),
    [
        ("replicas: 2,", deployment, "1 GPU"),
        ("replicas: 8,", deployment, "2 GPUs"),
        ("replicas: many,", deployment, "GPUs"),
    ],
)
def test_what_an_update_asks_for(spec: str, pod: Any, told: str) -> None:
    assert values(pod_of(pod(spec=spec)), "rollout.surgeGpus") == told
    tpu = pod(spec=spec).replace("nvidia.com/gpu: 1", "google.com/tpu: 1")
    assert values(pod_of(tpu), "rollout.surgeGpus").endswith("google.com/tpu")
    claimed = pod(spec=spec).replace("nvidia.com/gpu: 1", "")
    assert values(pod_of(claimed), "rollout.surgeGpus") == "devices of its resource claims"
    for share in ("nvidia.com/gpu.shared: 1", "nvidia.com/gpu: 1, nvidia.com/gpumem: 1024"):
        shared = pod(spec=spec).replace("nvidia.com/gpu: 1", share)
        assert values(pod_of(shared), "rollout.surgeGpus") == "shares of GPUs"


def plugin(
    name: str, image: str, pod: str = "", command: str = "", path: str = "/var/lib/kubelet/device-plugins"
) -> str:
    return f"""
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: {name}}}
spec:
  template:
    spec: {{{pod} volumes: [{{name: p, hostPath: {{path: {path}}}}}], containers: [{{image: '{image}'{command}}}]}}
"""


NVIDIA = "nvcr.io/nvidia/k8s-device-plugin:v0.17.4"
POLICY = (
    "\napiVersion: nvidia.com/v1\nkind: ClusterPolicy\nmetadata: {name: policy}\nspec: {devicePlugin: {enabled: %s}}\n"
)


@pytest.mark.parametrize(
    ("text", "resource"),
    [
        (plugin("a", NVIDIA), "nvidia.com/gpu"),
        (plugin("a", NVIDIA, path="/var/lib/kubelet/device-plugins/"), "nvidia.com/gpu"),
        (plugin("a", NVIDIA, command=", command: [nvidia-device-plugin]"), "nvidia.com/gpu"),
        (plugin("a", NVIDIA, command=", command: [gpu-feature-discovery]"), ""),
        (plugin("a", NVIDIA, path="/run/nvidia/mps"), ""),
        (plugin("a", "rocm/k8s-device-plugin:1"), "amd.com/gpu"),
        (plugin("a", "registry.example.com/k8s-device-plugin:1"), ""),
        (plugin("a", "gke.gcr.io/nvidia-gpu-device-plugin:1"), "nvidia.com/gpu"),
        (POLICY % "true", "nvidia.com/gpu"),
        (POLICY % "false", ""),
        (deployment(), ""),
    ],
)
def test_what_is_a_device_plugin(text: str, resource: str) -> None:
    assert values(elements(text, "object")[0], "devicePlugin.resource") == resource


def test_plugins_that_meet() -> None:
    def rivals(*texts: str) -> Any:
        return values(elements("---".join(texts), "object")[0], "devicePlugin.rivals")

    assert rivals(plugin("a", NVIDIA), plugin("b", NVIDIA)) == ["DaemonSet a"]
    assert rivals(POLICY % "true", plugin("b", NVIDIA)) == ["ClusterPolicy policy"]
    assert rivals(plugin("a", NVIDIA)) == []
    assert rivals(plugin("a", "rocm/k8s-device-plugin:1"), plugin("b", NVIDIA)) == []
    apart = [plugin(name, NVIDIA, pod=f"nodeSelector: {{pool: {name}}}, ") for name in ("a", "b")]
    assert rivals(*apart) == []
    perhaps = plugin("b", NVIDIA, pod="affinity: {nodeAffinity: {}}, ")
    assert rivals(plugin("a", NVIDIA), perhaps) is None
    assert rivals(plugin("a", NVIDIA), plugin("c", NVIDIA), perhaps) is None


def claiming(pod: str, container: str, *more: str, **options: Any) -> Any:
    text = f"""
apiVersion: v1
kind: Pod
metadata: {{name: vllm}}
spec: {{resourceClaims: [{pod}], containers: [{{name: vllm, resources: {{claims: [{container}]}}}}]}}
"""
    found = elements("---".join([*more, text]), "deviceClaim", **options)
    return [values(each, "deviceClaim.target", "deviceClaim.exists", "deviceClaim.near") for each in found]


TEMPLATE = "\napiVersion: resource.k8s.io/v1\nkind: ResourceClaimTemplate\nmetadata: {name: single-gpu}\n"


def test_resource_claims_by_name() -> None:
    named = "{name: gpu, resourceClaimTemplateName: single-gpu}"
    target = "ResourceClaimTemplate single-gpu"
    assert claiming(named, "{name: gpu}", TEMPLATE) == [[target, True, ""], ["claim gpu", True, ""]]
    assert claiming(named, "{name: gpus}", TEMPLATE)[1] == ["claim gpus", False, ""]
    assert claiming(named, "", closed=True) == [[target, False, ""]]
    assert claiming(named, "") == [[target, None, ""]]
    slip = claiming("{name: gpu, resourceClaimTemplateName: singel-gpu}", "", TEMPLATE)
    assert slip == [["ResourceClaimTemplate singel-gpu", False, "single-gpu"]]
    other = TEMPLATE.replace("ResourceClaimTemplate", "ResourceClaim")
    assert claiming(named, "", other, closed=True) == [[target, False, ""]]
    assert claiming("{name: extended}", "", closed=True) == [["", True, ""]]
