"""The volume that a model is downloaded to, and what servers wait for and ask for while they start."""

from __future__ import annotations

from typing import Any

import pytest
from facts_of import container, elements, values

SERVER = "image: 'vllm/vllm-openai:v0.33.0', args: [--model, Qwen/Qwen3-8B]"
MOUNT = "volumeMounts: [{name: v, mountPath: /root/.cache}]"
READING = "volumeMounts: [{name: v, mountPath: /root/.cache, readOnly: true}]"
SEALED = "securityContext: {readOnlyRootFilesystem: true}"
EMPTY = "{volumes: [{name: v, emptyDir: {}}]}"
CLAIM = "{volumes: [{name: v, persistentVolumeClaim: {claimName: models}}]}"
READ_CLAIM = "{volumes: [{name: v, persistentVolumeClaim: {claimName: models, readOnly: true}}]}"
FILLED = "{volumes: [{name: v, emptyDir: {}}], initContainers: [{name: i, image: i, volumeMounts: [{name: v}]}]}"


@pytest.mark.parametrize(
    ("fields", "pod", "expected"),
    [
        (SERVER, "{}", "image"),
        (f"{SERVER}, {SEALED}", "{}", "sealed"),
        (f"{SERVER}, {SEALED}, {MOUNT}", CLAIM, "volume"),
        (f"{SERVER}, {MOUNT}", EMPTY, "empty"),
        (f"{SERVER}, {MOUNT}", FILLED, "volume"),
        (f"{SERVER}, {READING}", EMPTY, "held"),
        (f"{SERVER}, {READING}", FILLED, "given"),
        (f"{SERVER}, {READING}", CLAIM, "given"),
        (f"{SERVER}, {MOUNT}", READ_CLAIM, "given"),
        (f"{SERVER}, {MOUNT}", "{volumes: [{name: v, configMap: {name: c}}]}", "held"),
        (f"{SERVER}, {MOUNT}", "{volumes: [{name: v, image: {reference: r}}]}", "given"),
        (f"{SERVER}, {MOUNT}, env: [{{name: HF_HOME, value: /other}}]", CLAIM, "image"),
        ("image: 'example.com/vllm-qwen:1', command: [vllm, serve, a/b]", "{}", None),
        (
            "image: 'example.com/vllm-qwen:1', command: [vllm, serve, a/b], env: [{name: HF_HOME, value: /x}]",
            "{}",
            None,
        ),
        ("image: nginx", "{}", None),
    ],
)
def test_what_the_cache_lies_on(fields: str, pod: str, expected: str | None) -> None:
    assert values(container(fields, pod), "model.cacheOn") == expected


def test_the_deepest_mount_counts() -> None:
    mounts = (
        "volumeMounts: [{name: w, mountPath: /}, {name: v, mountPath: /root/.cache/}, {name: w, mountPath: /roots}]"
    )
    pod = "{volumes: [{name: v, configMap: {name: c}}, {name: w, emptyDir: {}}]}"
    assert values(container(f"{SERVER}, {mounts}", pod), "model.cacheOn") == "held"


def size(claim: str, *more: str, volume: str = "persistentVolumeClaim: {claimName: models}") -> Any:
    claim = f"\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: models}}\nspec: {{{claim}}}\n"
    pod = f"""
apiVersion: v1
kind: Pod
metadata: {{name: vllm}}
spec:
  volumes: [{{name: v, {volume}}}]
  containers: [{{name: vllm, {SERVER}, {MOUNT}}}]
"""
    return values(elements("---".join([*more, claim, pod]), "container")[0], "model.cacheSize")


def test_how_much_the_cache_holds() -> None:
    asks = "resources: {requests: {storage: 10Gi}}"
    assert size(f"storageClassName: managed-csi, {asks}") == "10Gi"
    assert size(f"storageClassName: azurefile-csi, {asks}") == "10Gi"
    assert size("storageClassName: managed-csi") is None
    assert size(f"storageClassName: fast, {asks}") is None
    assert size(f"storageClassName: '', volumeName: disk, {asks}") is None
    assert size(asks, volume="emptyDir: {sizeLimit: 5Gi}") == "5Gi"
    assert size(asks, volume="emptyDir: {}") == ""
    assert size(asks, volume="persistentVolumeClaim: {claimName: elsewhere}") is None
    assert (
        size(asks, volume=f"ephemeral: {{volumeClaimTemplate: {{spec: {{storageClassName: gp2, {asks}}}}}}}") == "10Gi"
    )
    assert values(container(SERVER), "model.cacheSize") == ""


def test_shares_that_grow_hold_anything() -> None:
    share = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: share}\nspec: {csi: {driver: efs.csi.aws.com}}\n"
    asks = "volumeName: share, resources: {requests: {storage: 1Gi}}"
    assert size(asks, share) == ""
    efs = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: efs}\nprovisioner: efs.csi.aws.com\n"
    assert size("storageClassName: efs, resources: {requests: {storage: 1Gi}}", efs) == ""


def test_weights_of_known_models() -> None:
    assert values(container(SERVER), "model.weights") == "15.2Gi"
    assert values(container("image: 'vllm/vllm-openai:v0.33.0', args: [--model, a/b]"), "model.weights") is None


@pytest.mark.parametrize(
    ("args", "env", "expected"),
    [
        ("", "", [600, False, False]),
        ("--api-server-count=4", "", [600, False, True]),
        ("-asc, '1'", "", [600, False, False]),
        ("--api-server-count, $(N)", "", [600, False, None]),
        ("--data-parallel-size, '2'", "", [600, False, None]),
        ("--data-parallel-size, '2', --data-parallel-external-lb", "", [600, False, True]),
        ("", "env: [{name: VLLM_ENGINE_READY_TIMEOUT_S, value: '90'}]", [90, True, False]),
        ("", "env: [{name: VLLM_ENGINE_READY_TIMEOUT_S, valueFrom: {}}]", [None, True, False]),
        ("", "envFrom: [{secretRef: {name: s}}]", [None, False, False]),
    ],
)
def test_how_long_front_ends_wait(args: str, env: str, expected: list[Any]) -> None:
    fields = f"image: 'vllm/vllm-openai:v0.33.0', args: [--model, a/b{', ' if args else ''}{args}], {env}"
    names = ("engine.readyTimeout", "engine.readyTimeoutSet", "engine.frontEndApart")
    assert values(container(fields), *names) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("image: 'vllm/vllm-openai:v0.33.0', args: [--model, a/b]", False),
        ("image: 'vllm/vllm-openai:v0.33.0', args: [--model, a/b, --api-key, k]", True),
        ("image: 'vllm/vllm-openai:v0.33.0', args: [--model, a/b], env: [{name: VLLM_API_KEY, valueFrom: {}}]", True),
        ("image: 'vllm/vllm-openai:v0.33.0', args: [--model, a/b], env: [{name: VLLM_API_KEY, value: ''}]", False),
        ("image: 'vllm/vllm-openai:v0.33.0', args: [--model, a/b], envFrom: [{secretRef: {name: s}}]", None),
        ("image: 'vllm/vllm-openai:v0.33.0', args: [--config, /c.yaml]", None),
        ("image: nginx", None),
    ],
)
def test_who_wants_a_key(fields: str, expected: bool | None) -> None:
    assert values(container(fields), "engine.apiKey") is expected
