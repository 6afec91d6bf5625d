"""How a server is set up, and the flags that it is given."""

from __future__ import annotations

from typing import Any

import pytest
from facts_of import container, elements, values

OFFICIAL = 'image: "vllm/vllm-openai:v0.33.0"'


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("vllm/vllm-openai:v0.33.0", "0.33.0"),
        ("mirror.example.com:5000/hub/vllm/vllm-openai:v0.8.5.post1@sha256:abc", "0.8.5"),
        ("vllm/vllm-openai", None),
        ("vllm/vllm-openai@sha256:abc", None),
        ("mirror.example.com:5000/vllm/vllm-openai", None),
        ("lmcache/vllm-openai:v0.3.9", None),
        ("vllm/vllm-openai:latest", None),
    ],
)
def test_the_release_of_an_image(image: str, version: str | None) -> None:
    assert values(container(f'image: "{image}"'), "engine.version") == version


@pytest.mark.parametrize(
    ("args", "host", "place"),
    [
        ("--host, 127.0.0.1", "127.0.0.1", "/args/1"),
        ("--host=127.0.0.1", "127.0.0.1", ""),
        ("--port=80", "", ""),
        ("--host=$(HOST)", None, ""),
        ("--config=a.yaml", None, ""),
    ],
)
def test_the_address(args: str, host: str | None, place: str) -> None:
    assert values(container(f"{OFFICIAL}, args: [{args}]"), "engine.host", "engine.hostPlace") == [host, place]


@pytest.mark.parametrize(
    ("fields", "share", "given"),
    [
        (f"{OFFICIAL}, args: [--gpu-memory-utilization, '0.8']", 0.8, True),
        (f"{OFFICIAL}, args: [--device-memory-utilization=0.5]", 0.5, True),
        (OFFICIAL, 0.92, False),
        ('image: "vllm/vllm-openai:v0.19.1"', 0.9, False),
        ('image: "vllm/vllm-openai:latest"', None, False),
        (f"{OFFICIAL}, args: [--gpu-memory-utilization=$(X)]", None, True),
        (f"{OFFICIAL}, args: [--gpu-memory-utilization=nan]", None, True),
    ],
)
def test_the_part_of_the_gpu(fields: str, share: float | None, given: bool) -> None:
    assert values(container(fields), "engine.memoryShare", "engine.memoryShareGiven") == [share, given]


@pytest.mark.parametrize(
    ("fields", "pod", "count"),
    [
        ("resources: {limits: {nvidia.com/gpu: 1}}", "{}", 1),
        ("resources: {limits: {nvidia.com/gpu.shared: 1}}", "{}", 2),
        ("resources: {}", '{nodeSelector: {cloud.google.com/gke-max-shared-clients-per-gpu: "4"}}', 4),
        ("resources: {}", "{nodeSelector: {nvidia.com/gpu.replicas: many}}", 1),
    ],
)
def test_pods_that_share_a_gpu(fields: str, pod: str, count: int) -> None:
    assert values(container(f"{OFFICIAL}, {fields}", pod), "engine.podsPerGpu") == count


@pytest.mark.parametrize(
    ("args", "given"),
    [("--max-model-len=auto", True), ("--max-model-len=$(X)", True), ("--port=1", False), ("--config=a", None)],
)
def test_the_longest_context(args: str, given: bool | None) -> None:
    assert values(container(f"{OFFICIAL}, args: [{args}]"), "engine.lengthGiven") is given


@pytest.mark.parametrize(
    ("args", "spans"),
    [
        ("--nnodes=2", True),
        ("--nnodes, '1'", False),
        ("--data-parallel-address=a", True),
        ("--tensor-parallel-size=2", False),
    ],
)
def test_servers_of_several_pods(args: str, spans: bool) -> None:
    assert values(container(f"{OFFICIAL}, args: [{args}]"), "engine.spansPods") is spans


def flags(fields: str) -> dict[str, Any]:
    """Whether each flag is known, and the pointer that it is found at."""
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: a, {fields}}}]}}\n"
    return {
        values(each, "flag.name"): (values(each, "flag.known"), each.pointer.removeprefix("/spec/containers/0"))
        for each in elements(text, "flag")
    }


def test_flags_where_they_stand() -> None:
    found = flags(f"{OFFICIAL}, command: [vllm, serve, a], args: [--max_modle_len=8, --port, '80', -tp=2]")
    assert found == {"--max-modle-len": (False, "/args/0"), "--port": (True, "/args/1"), "-tp": (True, "/args/3")}


def test_flags_in_a_script_stand_in_its_text() -> None:
    found = flags(f"{OFFICIAL}, command: [sh, -c], args: ['vllm serve a --nonsense 2>&1 | tee log']")
    assert found == {"--nonsense": (False, "/args/0")}


def test_flags_out_of_sight_are_unknown() -> None:
    assert flags(f"{OFFICIAL}, args: [--config=a.yaml]") == {"--config": (True, "/args/0"), "": (None, "")}
    assert flags(f"{OFFICIAL}, command: [sh, -c, 'vllm serve a $MORE --nonsense']")[""] == (None, "")


@pytest.mark.parametrize(
    "fields",
    [
        'image: "vllm/vllm-openai:latest", args: [--nonsense]',
        'image: "vllm/vllm-openai:v0.33.9", args: [--nonsense]',
        'image: "vllm/vllm-openai:v9.9.9", args: [--nonsense]',
        f"{OFFICIAL}, args: [--nonsense], env: [{{name: VLLM_PLUGINS, value: a}}]",
        f"{OFFICIAL}, args: [--nonsense], envFrom: [{{configMapRef: {{name: a}}}}]",
        f"{OFFICIAL}, command: [sh, -c, 'pip install a; vllm serve b --nonsense']",
        f"{OFFICIAL}, command: [sh, -c, 'python3 -m pip install a; vllm serve b --nonsense']",
        f"{OFFICIAL}, command: [python3, -m, vllm.entrypoints.api_server, --nonsense]",
        'image: "lmsysorg/sglang:v0.5.3", command: [python3, -m, sglang.launch_server, --nonsense]',
    ],
)
def test_where_nothing_is_known_of_the_options(fields: str) -> None:
    assert flags(fields)["--nonsense"][0] is None


@pytest.mark.parametrize(
    ("flag", "meant"),
    [
        ("--max-modle-len", "--max-model-len"),
        ("--gpu-memory-utilisation", "--gpu-memory-utilization"),
        ("--disable-log-requests", ""),
        ("--no-max-model-len", ""),
        ("--quite-another-thing", ""),
    ],
)
def test_what_was_meant(flag: str, meant: str) -> None:
    containers = f"[{{name: a, {OFFICIAL}, args: ['{flag}']}}]"
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: {containers}}}\n"
    assert values(elements(text, "flag")[0], "flag.meant") == meant
