"""Command lines and options mean what the kubelet and the server's own parser make of them."""

from __future__ import annotations

from typing import Any

import pytest
from facts_of import container, values

from chartgen.lint.facts.arguments import programs


def names(fields: dict[str, Any]) -> list[list[str]]:
    return [[word.text for word in program.words] for program in programs(fields)]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"command": ["vllm", "serve"], "args": ["m"]}, [["vllm", "serve", "m"]]),
        ({"args": ["--model", "m"]}, [["--model", "m"]]),
        ({"command": ["/bin/bash", "-lc", "exec vllm serve m"]}, [["vllm", "serve", "m"]]),
        ({"command": ["sh", "-c"], "args": ["cd /a && vllm serve m"]}, [["cd", "/a"], ["vllm", "serve", "m"]]),
        ({"command": ["bash", "-euxo", "pipefail", "-c", "vllm serve m"]}, [["vllm", "serve", "m"]]),
        (
            {"command": ["sh", "-c", 'vllm serve "$@"', "--"], "args": ["m", "-tp", "2"]},
            [["vllm", "serve", "m", "-tp", "2"]],
        ),
        ({"command": ["env", "-u", "X", "A=1", "vllm", "serve"]}, [["vllm", "serve"]]),
        ({"command": ["tini", "-g", "--", "sh", "-c", "nohup vllm serve m"]}, [["vllm", "serve", "m"]]),
        ({"command": ["/tini", "--", "/start.sh"]}, [["/start.sh"]]),
        ({"command": ["sudo"]}, [["sudo"]]),
        ({"command": ["uv", "run", "--with", "vllm", "vllm", "serve", "m"]}, [["vllm", "serve", "m"]]),
        ({"command": ["uv", "pip", "install", "vllm", "--system"]}, [["uv", "pip", "install", "vllm", "--system"]]),
        ({"command": ["gosu", "vllm", "vllm", "serve", "m"]}, [["vllm", "serve", "m"]]),
        ({"command": ["numactl", "-N", "0", "python3", "-m", "x"]}, [["python3", "-m", "x"]]),
        ({"command": ["bash", "run.sh", "-c"]}, [["bash", "run.sh", "-c"]]),
        ({"command": ["sh", "-c", "sh -c 'vllm serve $0' m"]}, [["vllm", "serve", "m"]]),
        ({"args": ["bash", "-c", "vllm serve m"]}, [["vllm", "serve", "m"]]),
        ({"command": ["echo", "$(A)", "$$(A)"], "env": [{"name": "A", "value": "x y"}]}, [["echo", "x y", "$(A)"]]),
        (
            {"command": ["echo", "$(A B)", "$(x$(A))", "$$$(A)$", "$(A", "a$$b"], "env": [{"name": "A", "value": "1"}]},
            [["echo", "$(A B)", "$(x$(A))", "$1$", "$(A", "a$b"]],
        ),
        (
            {
                "command": ["sh", "-c", "echo $(A) $B"],
                "env": [{"name": "A", "value": "x y"}, {"name": "B", "value": "z"}],
            },
            [["echo", "x", "y", "z"]],
        ),
        ({"command": ["bash", "-c", "vllm serve $0"]}, [["vllm", "serve", "bash"]]),
        ({"command": ["bash", "-c", "exec -a name vllm serve m"]}, [["vllm", "serve", "m"]]),
        (
            {"command": ["sh", "-c", "command -v vllm && time -p vllm serve m"]},
            [["command", "-v", "vllm"], ["vllm", "serve", "m"]],
        ),
        ({"command": ["env", "-S", "vllm serve"]}, [[""]]),
        ({"command": ["bash", "-c", "cat <<<x; vllm serve m > >(tee log)"]}, [["cat"], ["vllm", "serve", "m"]]),
        ({"command": ["sh", "-c", "eval 'vllm serve m'"]}, [["eval", "vllm serve m"]]),
        ({"command": ["sh", "-c", "CMD=(vllm serve m); echo a"]}, [["echo", "a"]]),
        ({}, [[]]),
    ],
)
def test_programs_of_a_container(fields: dict[str, Any], expected: list[list[str]]) -> None:
    assert names(fields) == expected


def test_later_variables_may_use_earlier_ones() -> None:
    env = [{"name": "B", "value": "$(A)"}, {"name": "A", "value": "1"}, {"name": "C", "value": "$(A)2"}]
    words = programs({"command": ["echo", "$(B)", "$(C)"], "env": env})[0].words
    assert [(word.text, word.known) for word in words[1:]] == [("", False), ("12", True)]


@pytest.mark.parametrize(
    ("command", "seen"),
    [
        (["sh", "-c", "A=2; vllm serve m"], {"A": "2"}),
        (["sh", "-c", "B=2; vllm serve m"], {"A": "1"}),
        (["sh", "-c", "export B=2; vllm serve m"], {"A": "1", "B": "2"}),
        (["sh", "-c", "B=2; export B; vllm serve m"], {"A": "1", "B": "2"}),
        (["bash", "-c", "export -n A; vllm serve m"], {}),
        (["sh", "-c", "set -a; B=2; vllm serve m"], {"A": "1", "B": "2"}),
        (["sh", "-c", "B=2 vllm serve m"], {"A": "1", "B": "2"}),
        (["sh", "-c", "B=2 env -u B -uA vllm serve m"], {}),
        (["env", "-i", "vllm", "serve", "m"], {}),
        (["env", "-i", "B=2", "vllm", "serve", "m"], {"B": "2"}),
    ],
)
def test_the_variables_that_a_program_sees(command: list[str], seen: dict[str, str]) -> None:
    program = programs({"command": command, "env": [{"name": "A", "value": "1"}]})[0]
    assert {name: word.text for name, word in program.variables.values.items() if word.known} == seen


VLLM = "image: 'vllm/vllm-openai:v0.33.0', "


@pytest.mark.parametrize(
    ("fields", "port", "tensor", "model"),
    [
        (VLLM + "args: [--model, org/m]", 8000, 1, "org/m"),
        (VLLM + "args: [org/m, --port, '9000', --tensor_parallel_size=2]", 9000, 2, "org/m"),
        (VLLM + "args: [--model=org/m, -tp, '4', -tp, '8']", 8000, 8, "org/m"),
        (VLLM + "args: [org/m, --port=$(P)], env: [{name: P, value: '7000'}]", 7000, 1, "org/m"),
        (VLLM + "args: [org/m, --port=$(P)]", None, 1, "org/m"),
        (VLLM + "args: [org/m, $(EXTRA)]", None, None, "org/m"),
        (VLLM + "args: [org/m, --config, /etc/vllm.yaml, --port=1234]", 1234, None, "org/m"),
        (VLLM + "args: [org/m, --tensor-parallel, '2']", 8000, None, "org/m"),
        (VLLM + "args: [org/m, -t, '2']", 8000, None, "org/m"),
        (VLLM + "args: [org/m, -tp, '2', --tensor-parallel, '4']", 8000, None, "org/m"),
        (VLLM + "args: [--disable-access-log-for-endpoints, /health, org/m]", 8000, 1, "org/m"),
        (VLLM + "args: [--served-model-name, a, b]", 8000, 1, None),
        (VLLM + "args: [$(FLAG), org/m]", None, None, None),
        (VLLM + "args: [--enforce-eager, org/m, --uds, /run/vllm.sock]", None, 1, "org/m"),
        (VLLM + "args: [org/m, --headless]", None, 1, "org/m"),
        (VLLM + "command: [vllm, serve, org/m], args: [--port, '80000']", None, 1, "org/m"),
        ("image: 'x/y:1', command: [python3, -u, -m, vllm.entrypoints.openai.api_server, --model, /m]", 8000, 1, "/m"),
        (
            "image: 'x/y:1', command: [sh, -c, 'M=org/m; vllm serve $M --port ${PORT:-8080} -tp $TP']",
            8080,
            None,
            "org/m",
        ),
        ("image: 'x/my-vllm:1', args: [--port, '8001']", 8001, None, None),
        ("image: 'x/my-vllm:1', resources: {limits: {nvidia.com/gpu: 1}}", None, None, None),
        (
            "image: 'lmsysorg/sglang:v1', command: [python3, -m, sglang.launch_server, --model-path, o/m, --tp, '2']",
            30000,
            2,
            "o/m",
        ),
        (
            "image: 'ghcr.io/huggingface/text-generation-inference:3', env: [{name: MODEL_ID, value: o/m}]",
            80,
            None,
            "o/m",
        ),
        (
            "image: 'x/y:1', command: [text-generation-launcher, -p, '8080', --num-shard=2, --model-id, o/m]",
            8080,
            2,
            "o/m",
        ),
    ],
)
def test_options_of_a_server(fields: str, port: int | None, tensor: int | None, model: str | None) -> None:
    subject = container(fields)
    found = values(subject, "engine.present", "engine.port", "engine.tensorParallel", "engine.model")
    assert found == [True, port, tensor, model]


@pytest.mark.parametrize(
    ("fields", "present", "name"),
    [
        ("image: 'nginx:1.29'", False, ""),
        ("image: 'x/vllm-router:1'", False, ""),
        ("image: 'x/vllm-mock:1'", False, ""),
        ("image: 'x/dynamo-mocker-vllm:1'", False, ""),
        ("image: 'x/gradio-rag-vllm-openai:1'", None, None),
        ("image: 'x/gradio-rag-vllm-openai:1', env: [{name: MODEL, value: m}], resources: {}", None, None),
        ("image: 'x/vllm-openai-ubi9:1', args: [--model, m]", True, "vllm"),
        ("image: 'x/vllm-openai-ubi9:1', resources: {limits: {amd.com/gpu: 1}}", True, "vllm"),
        ("image: 'x/vllm-openai-ubi9:1', resources: {requests: {nvidia.com/mig-1g.5gb: 1}}", True, "vllm"),
        ("image: 'x/vllm-openai-ubi9:1', resources: {claims: [{name: gpu}]}", True, "vllm"),
        ("image: 'x/text-generation-inference-cpu:1', env: [{name: MODEL_ID, value: m}]", True, "tgi"),
        ("image: 'x/vllm-simulator-a40:1', command: [vllm, serve, m]", False, ""),
        ("image: 'x/llm-d-inference-sim:v1', command: [vllm, serve, m]", False, ""),
        ("image: 'x/vllm-simple:1', command: [vllm, serve, m]", True, "vllm"),
        ("image: 'vllm/vllm-openai:v0.33.0', command: [sleep, infinity]", False, ""),
        ("image: 'vllm/vllm-openai:v0.33.0', command: [/start.sh]", None, None),
        ("image: 'vllm/vllm-openai:v0.33.0', command: [bash, run.sh]", None, None),
        ("image: 'vllm/vllm-openai:v0.33.0', command: [sh, -c, 'eval \"$START\"']", None, None),
        ("image: 'vllm/vllm-openai:v0.33.0', command: [sh, -c, \". /env\\nsleep 9\"]", None, None),
        ("image: 'x/y:1', command: [sh, -c, \"cat <<E >f\\nvllm serve no\\nE\\nvllm serve m\"]", True, "vllm"),
        ("image: 'vllm/vllm-openai:v0.33.0', command: [sh, -c, 'ray start --address=a --block']", False, ""),
        ("image: 'x/y:1', command: [sh, -c, 'ray start --head; vllm serve m']", True, "vllm"),
        ("image: 'x/y:1', command: [su, user, -c, 'vllm serve m']", None, None),
        ("image: 'x/y:1', command: [sh, -c, 'eval \"exec vllm serve m $MORE\"']", None, None),
        ("image: 'x/y:1', command: [torchrun, -m, sglang.launch_server]", None, None),
        ("image: 'x/y:1', command: [sh, -c, 'echo vllm serve m; sleep 9']", False, ""),
        ("image: 'x/y:1', command: [bash, -c, 'while true; do vllm serve m; sleep 5; done']", True, "vllm"),
        ("image: 'registry.example.com:5000/vllm/vllm-openai@sha256:00'", True, "vllm"),
        ("image: 'nvcr.io/nvidia/tritonserver:25.10-py3', args: [tritonserver, --model-repository=/m]", True, "triton"),
        ("image: 'ghcr.io/huggingface/tgi-gaudi:2.3.1'", True, "tgi"),
        ("image: 'ghcr.io/huggingface/tei-gaudi:1.5.0'", True, "tei"),
        ("image: 'nvcr.io/nim/meta/llama-3.1-8b-instruct:1.10.1'", True, "nim"),
        ("image: 'nvcr.io/nim/nvidia/chat-router:1.0.0'", True, "nim"),
        ("image: 'nvcr.io/nim/nvidia/llm-nim:1.13.0', command: [download-to-cache, -p, a]", False, ""),
        ("image: 'nvcr.io/nim/nvidia/llm-nim:1.13.0', args: [list-model-profiles]", None, None),
        ("image: 'x/llm-nim:1.13.0', resources: {limits: {nvidia.com/gpu: 1}}", True, "nim"),
        ("image: 'nvcr.io/nvidia/k8s-nim-operator:v3'", False, ""),
        ("image: 'x/y:1', command: [text-embeddings-router]", True, "tei"),
    ],
)
def test_which_server_runs(fields: str, present: bool | None, name: str | None) -> None:
    assert values(container(fields), "engine.present", "engine.name") == [present, name]


@pytest.mark.parametrize(
    ("args", "local", "several"),
    [
        ("", 1, False),
        ("-dp, '2'", 2, False),
        ("--data-parallel-size=4, --data-parallel-size-local=2", None, True),
        ("--nnodes, '2'", 1, True),
        ("--nnodes, '1'", 1, False),
        ("--distributed-executor-backend=ray", 1, True),
        ("--distributed-executor-backend=mp", 1, False),
        ("--distributed-executor-backend=$(B)", 1, None),
    ],
)
def test_ranks_in_this_container(args: str, local: int | None, several: bool | None) -> None:
    subject = container(f"{VLLM}args: [org/m, {args}]")
    assert values(subject, "engine.dataParallelLocal", "engine.multiNode") == [local, several]


@pytest.mark.parametrize(
    ("before", "options", "several"),
    [
        ("bash /vllm-workspace/examples/online_serving/multi-node-serving.sh leader --ray_cluster_size=2", "", None),
        ("ray start --head", "", None),
        ("/init/start_ray.sh", "", None),
        ("ray start --head", "--distributed-executor-backend mp", False),
        ("bash /init/array.sh ray", "", False),
    ],
)
def test_what_may_have_made_one_cluster_of_several_pods(before: str, options: str, several: bool | None) -> None:
    subject = container(f"image: 'x/y:1', command: [sh, -c, '{before}; vllm serve m -tp 8 -pp 2 {options}']")
    assert values(subject, "engine.multiNode") == several


@pytest.mark.parametrize(
    ("image", "args"),
    [
        ("vllm/vllm-openai:v0.33.0", "--omni"),
        ("vllm/vllm-openai:v0.33.0", "--deploy-config, /stages.yaml"),
        ("x/y:1", "--stage_configs_path=/stages.yaml, -tp=2"),
        ("vllm/vllm-omni:v0.20.0", "--enforce-eager"),
    ],
)
def test_stages_have_gpus_of_their_own(image: str, args: str) -> None:
    subject = container(f"image: '{image}', command: [vllm, serve, {args}, m]")
    sizes = ("engine.tensorParallel", "engine.pipelineParallel", "engine.contextParallel", "engine.dataParallelLocal")
    assert values(subject, "engine.name", "engine.model", *sizes) == ["vllm", "m", None, None, None, None]


@pytest.mark.parametrize(
    ("fields", "remote"),
    [
        ("args: [org/m]", True),
        ("args: [gpt2]", True),
        ("args: ['s3://bucket/m']", True),
        ("args: [/models/m]", False),
        ("args: [org/m], env: [{name: HF_HUB_OFFLINE, value: '1'}]", False),
        ("args: [org/m], env: [{name: HF_HUB_OFFLINE, valueFrom: {configMapKeyRef: {name: a, key: b}}}]", None),
        ("args: [$(M)]", None),
    ],
)
def test_where_the_model_comes_from(fields: str, remote: bool | None) -> None:
    assert values(container(VLLM + fields), "engine.remoteModel", "model.local") == [remote, remote is False]


def test_a_second_server_in_eval_leaves_everything_open() -> None:
    subject = container("image: x, command: [sh, -c, 'A && exec vllm serve m; eval \"vllm serve n $MORE\"']")
    assert values(subject, "engine.present", "engine.port", "engine.model") == [True, None, None]


def test_two_servers_in_one_script_leave_everything_open() -> None:
    script = 'if [ -n "$BIG" ]; then vllm serve a -tp 8; else vllm serve b; fi'
    subject = container(f"image: 'x/y:1', command: [sh, -c, '{script}']")
    names = ("engine.present", "engine.tensorParallel", "engine.model", "engine.flags")
    assert values(subject, *names) == [True, None, None, None]
