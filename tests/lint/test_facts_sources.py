"""Variables that a container has from elsewhere: ConfigMaps of the input are read, all else is not known."""

from __future__ import annotations

import pytest
from facts_of import elements, values

from chartgen.lint.facts.registry import RELATED

TGI = "image: 'ghcr.io/huggingface/text-generation-inference:3.3.4'"
CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings%s}
data: {PORT: "2080", MODEL_ID: org/model, NUM_SHARD: "2", other-port: "2081"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: further}
data: {PORT: "2090", N: 1}
---
apiVersion: v1
kind: Pod
metadata: {name: engine%s}
spec:
  containers: [{name: engine, %s}]
"""


def test_without_sources_the_default_counts() -> None:
    subject = elements(CONFIG % ("", "", TGI), "container")[0]
    assert values(subject, "engine.port", "engine.model") == [80, None]


@pytest.mark.parametrize(
    ("fields", "port"),
    [
        ("envFrom: [{configMapRef: {name: settings}}]", 2080),
        ("envFrom: [{configMapRef: {name: settings}}, {configMapRef: {name: further}}]", 2090),
        ("envFrom: [{configMapRef: {name: further}}, {configMapRef: {name: settings}}]", 2080),
        ("envFrom: [{configMapRef: {name: settings}}], env: [{name: PORT, value: '3000'}]", 3000),
        ("envFrom: [{configMapRef: {name: settings}}], args: ['--port=$(PORT)']", 2080),
        ("envFrom: [{configMapRef: {name: settings}, prefix: A_}], args: ['--port=$(A_PORT)']", 2080),
        ("envFrom: [{configMapRef: {name: settings}, prefix: A_}]", 80),
        ("env: [{name: PORT, valueFrom: {configMapKeyRef: {name: settings, key: other-port}}}]", 2081),
    ],
)
def test_config_maps_of_the_input_are_read(fields: str, port: int) -> None:
    subject = elements(CONFIG % ("", "", f"{TGI}, {fields}"), "container")[0]
    assert values(subject, "engine.port") == port


@pytest.mark.parametrize(
    "fields",
    [
        "envFrom: [{secretRef: {name: settings}}]",
        "envFrom: [{configMapRef: {name: elsewhere}}]",
        "envFrom: [{configMapRef: {name: elsewhere, optional: true}}]",
        "envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: further}}]",
        "envFrom: [{configMapRef: {name: settings}}, {configMapRef: {name: elsewhere}}]",
        "env: [{name: PORT, valueFrom: {configMapKeyRef: {name: settings, key: absent}}}]",
        "env: [{name: PORT, valueFrom: {configMapKeyRef: {name: elsewhere, key: PORT}}}]",
        "env: [{name: PORT, valueFrom: {secretKeyRef: {name: settings, key: PORT}}}]",
    ],
)
def test_other_sources_may_hold_anything(fields: str) -> None:
    subject = elements(CONFIG % ("", "", f"{TGI}, {fields}"), "container")[0]
    assert values(subject, "engine.port") is None


@pytest.mark.parametrize(("one", "other"), [(", namespace: a", ", namespace: b"), (", namespace: a", "")])
def test_a_config_map_of_another_namespace_is_another(one: str, other: str) -> None:
    subject = elements(CONFIG % (one, other, f"{TGI}, envFrom: [{{configMapRef: {{name: settings}}}}]"), "container")[0]
    assert values(subject, "engine.port") is None


def test_what_is_read_from_a_config_map_counts_for_a_script() -> None:
    fields = (
        "image: a, command: [sh, -c, 'exec text-generation-launcher --port $PORT'], "
        "envFrom: [{configMapRef: {name: settings}}]"
    )
    subject = elements(CONFIG % ("", "", fields), "container")[0]
    assert values(subject, "engine.port", "engine.model", "engine.tensorParallel") == [2080, "org/model", 2]


@pytest.mark.parametrize(
    ("fields", "places"),
    [
        ("envFrom: [{configMapRef: {name: settings}}]", ["engine/envFrom/0", "settings/data/VLLM_SERVER_DEV_MODE"]),
        (
            "envFrom: [{configMapRef: {name: prefixed}, prefix: VLLM_}]",
            ["engine/envFrom/0", "prefixed/data/SERVER_DEV_MODE"],
        ),
        (
            "envFrom: [{configMapRef: {name: settings}}, {configMapRef: {name: later}}]",
            ["engine/envFrom/1", "later/data/VLLM_SERVER_DEV_MODE"],
        ),
        (
            "env: [{name: VLLM_SERVER_DEV_MODE, valueFrom: {configMapKeyRef: {name: settings, key: a~/b}}}]",
            ["engine/env/0", "settings/data/a~0~1b"],
        ),
        ("env: [{name: VLLM_SERVER_DEV_MODE, value: '1'}]", ["engine/env/0"]),
        (
            "envFrom: [{configMapRef: {name: settings}}], env: [{name: VLLM_SERVER_DEV_MODE, value: '1'}]",
            ["engine/env/0"],
        ),
    ],
)
def test_what_a_config_map_gives_has_its_place_there(fields: str, places: list[str]) -> None:
    text = f"""
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings}}
data: {{VLLM_SERVER_DEV_MODE: "1", "a~/b": "1"}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: prefixed}}
data: {{SERVER_DEV_MODE: "1"}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: later}}
data: {{VLLM_SERVER_DEV_MODE: "1"}}
---
apiVersion: v1
kind: Pod
metadata: {{name: engine}}
spec:
  containers: [{{name: engine, image: "vllm/vllm-openai:v0.33.0", args: [org/m], {fields}}}]
"""
    found = RELATED["developerSettings"](elements(text, "container")[0])
    assert [each.manifest.name + each.pointer.removeprefix("/spec/containers/0") for each in found] == places
