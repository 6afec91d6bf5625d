"""KServe completes its pods: what is written there is judged, what is not written says nothing."""

from __future__ import annotations

import pytest
from rule_making import parse

from chartgen import lint
from chartgen.lint import kinds, releases, run

SERVICE = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: llama}
spec:
  predictor:
    minReplicas: 2
"""
BARE = """\
    containers:
    - name: kserve-container
      image: vllm/vllm-openai:v0.33.0
      args: [--model, /mnt/models]
      resources: {limits: {nvidia.com/gpu: 1}}
"""
WRITTEN = """\
    nodeName: gpu-1
    hostIPC: true
    containers:
    - image: vllm/vllm-openai:v0.33.0
      args: [--model, meta-llama/Llama-3.1-8B, --tensor-parallel-size=4, --enable-magic, --gpu-memory-utilization=0.99]
      env:
      - {name: VLLM_SERVER_DEV_MODE, value: "1"}
      - {name: CUDA_VISIBLE_DEVICES, value: "0"}
      - {name: HF_TOKEN, value: hf_abcdefghijklmnopqrstuvwxyzabcdefgh}
      resources: {limits: {nvidia.com/gpu: 2}}
      livenessProbe: {httpGet: {path: /healthz, port: 8000}, periodSeconds: 1, failureThreshold: 1}
      startupProbe: {httpGet: {path: /health, port: 8000}, periodSeconds: 5, failureThreshold: 6}
    initContainers:
    - {name: wait, image: "busybox:latest", resources: {limits: {nvidia.com/gpu: "0.5"}}}
"""
MODEL = """\
    model:
      modelFormat: {name: huggingface}
      args: [--model_name=qwen, --tensor-parallel-size=4]
      env: [{name: HF_TOKEN, value: hf_abcdefghijklmnopqrstuvwxyzabcdefgh}]
      resources: {limits: {nvidia.com/gpu.shared: 2}}
"""
RUNTIME = """
apiVersion: serving.kserve.io/v1alpha1
kind: ServingRuntime
metadata: {name: vllm}
spec:
  containers:
  - name: kserve-container
    image: vllm/vllm-openai:v0.33.0
    command: [vllm, serve]
    args: [--tensor-parallel-size=4]
    resources: {limits: {nvidia.com/gpu: 2}}
"""
LLM = """
apiVersion: serving.kserve.io/v1alpha1
kind: LLMInferenceService
metadata: {name: llama}
spec:
  parallelism: {tensor: 4}
  template:
    containers: [{name: main, image: "vllm/vllm-openai:v0.33.0", resources: {limits: {nvidia.com/gpu: 4}}}]
  prefill:
    template:
      containers: [{name: main, image: "vllm/vllm-openai:latest"}]
"""


def found(text: str, *, unknown: bool = False) -> list[tuple[str, str]]:
    said = run(releases(parse(text)), lint.load())
    return sorted((each.rule, each.place.pointer) for each in said if unknown or not each.unknown)


def test_what_is_not_written_says_nothing() -> None:
    assert found(SERVICE + BARE) == []


def test_what_is_written_is_judged_at_its_place() -> None:
    container = "/spec/predictor/containers/0"
    assert found(SERVICE + WRITTEN) == [
        ("dev-endpoints-enabled", f"{container}/env/0"),
        ("engine-flag-unknown", f"{container}/args/3"),
        ("gpu-memory-utilization-unsafe", f"{container}/args/4"),
        ("gpu-parallelism-mismatch", f"{container}/resources/limits"),
        ("gpu-quantity-invalid", "/spec/predictor/initContainers/0/resources"),
        ("gpu-visible-devices-override", f"{container}/env/1/value"),
        ("host-access", "/spec/predictor/hostIPC"),
        ("image-tag-floating", "/spec/predictor/initContainers/0/image"),
        ("liveness-too-aggressive", f"{container}/livenessProbe/failureThreshold"),
        ("model-code-unpinned", f"{container}/args/1"),
        ("node-name-pinned", "/spec/predictor/nodeName"),
        ("probe-path-unknown", f"{container}/livenessProbe/httpGet/path"),
        ("secret-literal", f"{container}/env/2/value"),
        ("startup-budget-short", f"{container}/startupProbe"),
    ]


def test_a_model_is_a_container_of_a_server_that_the_runtime_names() -> None:
    assert found(SERVICE + MODEL) == [
        ("gpu-shared-multi-request", "/spec/predictor/model/resources/limits"),
        ("secret-literal", "/spec/predictor/model/env/0/value"),
    ]


def test_command_lines_that_kserve_puts_together_are_not_judged() -> None:
    assert found(RUNTIME) == []
    assert found(LLM) == [("image-tag-floating", "/spec/prefill/template/containers/0/image")]


def test_fixes_are_written_for_the_places_that_kserve_has() -> None:
    said = run(releases(parse(SERVICE + WRITTEN)), lint.load())
    fixes = {each.rule: [step.place.pointer for step in each.fix.operations] for each in said if each.fix}
    assert fixes["node-name-pinned"] == ["/spec/predictor/nodeName"]
    assert fixes["host-access"] == ["/spec/predictor/hostIPC"]
    assert fixes["gpu-visible-devices-override"] == ["/spec/predictor/containers/0/env/1"]


@pytest.mark.parametrize("predictor", ["{}", "model: 1", "containers: [1]", "model: {env: [1]}"])
def test_any_shape_ends_without_an_error(predictor: str) -> None:
    text = SERVICE.replace("minReplicas: 2", predictor)
    assert found(text, unknown=True) == []


def test_a_path_that_the_user_declares_makes_it_a_workload() -> None:
    (manifest,) = parse(SERVICE + BARE)
    assert not kinds.is_workload(manifest)
    with kinds.declared([("serving.kserve.io/InferenceService", "/spec/predictor")]):
        assert kinds.is_workload(manifest)
