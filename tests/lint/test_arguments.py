"""Scripts and arguments mean what a shell, the kubelet and the server's own parser make of them."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest
from facts_of import container, values
from hypothesis import given
from hypothesis import strategies as st

from chartgen.lint.facts.arguments import programs
from chartgen.lint.facts.shell import commands
from chartgen.lint.facts.words import Variables, Word

SCRIPTS = [
    "show a 'b c' \"d e\" f\\ g",
    "show --a='{\"k\": [1, 2]}' --b=\"x 'y' z\" --c=p\"q\"'r'",
    'X=1; Y=\'2 3\'; show $X $Y "$Y" \'$X\' \\$X "\\$X" ${X}y "cost $"',
    "X='a  b'; show pre$X/post \"pre$X/post\"",
    "show one \\\n  two # three\nshow four#five",
    "show a; show b && show c || show d\nshow e & wait; show f",
    "show a >/dev/null b 2>&1; show c | cat; show d",
    'show "$@" x; show $1 "$2" $0',
    'show x"$1"y',
    "X=1 && show $X",
    'show ${UNSET:-8000} "${UNSET:-a b}" ${UNSET-c}',
    "X=; show ${X:-d}; show ${X-e}",
    "if true; then show in; fi; for i in 1 2; do :; done; show out",
    "{ show braces; }; (show parens)",
    "case a in a) show case;; esac; show after",
    "X=1; export Y=$X$X Z=3; show $Y $Z",
    "show \"a\nb\" 'c\nd'",
    "show ''  \"\" end",
    'show "a\\\nb" c\\\nd',
    "show ~x a=b -- -x",
]


@pytest.mark.skipif(not shutil.which("sh"), reason="needs a shell to compare with")
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_shell_reads_the_same_words(script: str) -> None:
    prelude = "show() { for word; do printf '%s\\0' \"$word\"; done; printf '\\1'; }\n"
    run = ["sh", "-c", f"cd / && {{ :; }}\n{prelude}{script}\nwait", "zero", "one", "two words"]
    real = subprocess.run(run, capture_output=True, text=True, check=True, env={"PATH": "/usr/bin:/bin"})
    shown = [each.split("\0")[:-1] for each in real.stdout.split("\1")[:-1]]
    parameters = [Word("zero"), Word("one"), Word("two words")]
    read = [
        command.words[1:] for command in commands(script, Variables(), parameters) if command.words[0].text == "show"
    ]
    assert all(word.known for words in read for word in words)
    told = [[word.text for word in words] for words in read]
    if "|" in script or "&" in script:
        assert sorted(each for each in told if each in shown) == sorted(shown)
    else:
        assert told == shown


@pytest.mark.parametrize(
    ("script", "text", "many"),
    [
        ("show $(nvidia-smi -L | wc -l)", "", True),
        ("show `date`", "", True),
        ('show "$(echo ")")"', "", False),
        ("show --tp=$X", "--tp=", False),
        ("show $X", "", True),
        ('show "$X"', "", False),
        ("[ -n $Y ] && X=2; show $X", "", True),
        ("if a; then X=2; fi; show $X", "", True),
        ("X=1; . /env; show $X", "", True),
        ("X=1; read X; show $X", "", True),
        ("X=$(date); show $X", "", True),
        ("X=1; X+=2; show $X", "", True),
        ("set -- a b; show $1", "", True),
        ("f() { show $1; }", "", True),
        ("show ${X%.*}", "", True),
    ],
)
def test_what_only_a_run_can_tell_is_unknown(script: str, text: str, many: bool) -> None:
    shown = [each for each in commands(script, Variables(), [Word("sh")]) if each.words[0].text == "show"]
    word = shown[-1].words[1]
    assert (word.known, word.text, word.many) == (False, text, many)


@given(st.text(alphabet="ab '\"\\$(){}`;|&<>#\n=1@*-", max_size=60))
def test_no_script_is_too_odd(script: str) -> None:
    for command in commands(script, Variables(), [Word("sh"), Word("x")]):
        assert command.words


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
        ({"command": ["numactl", "-N", "0", "python3", "-m", "x"]}, [["python3", "-m", "x"]]),
        ({"command": ["bash", "run.sh", "-c"]}, [["bash", "run.sh", "-c"]]),
        ({"command": ["sh", "-c", "sh -c 'vllm serve $0' m"]}, [["vllm", "serve", "m"]]),
        ({"args": ["bash", "-c", "vllm serve m"]}, [["vllm", "serve", "m"]]),
        ({"command": ["echo", "$(A)", "$$(A)"], "env": [{"name": "A", "value": "x y"}]}, [["echo", "x y", "$(A)"]]),
        (
            {
                "command": ["sh", "-c", "echo $(A) $B"],
                "env": [{"name": "A", "value": "x y"}, {"name": "B", "value": "z"}],
            },
            [["echo", "x", "y", "z"]],
        ),
        ({}, [[]]),
    ],
)
def test_programs_of_a_container(fields: dict[str, Any], expected: list[list[str]]) -> None:
    assert names(fields) == expected


def test_later_variables_may_use_earlier_ones() -> None:
    env = [{"name": "B", "value": "$(A)"}, {"name": "A", "value": "1"}, {"name": "C", "value": "$(A)2"}]
    words = programs({"command": ["echo", "$(B)", "$(C)"], "env": env})[0].words
    assert [(word.text, word.known) for word in words[1:]] == [("", False), ("12", True)]


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
        ("image: 'x/my-vllm:1'", None, None, None),
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
        ("image: 'x/vllm-simulator-a40:1', command: [vllm, serve, m]", False, ""),
        ("image: 'x/llm-d-inference-sim:v1', command: [vllm, serve, m]", False, ""),
        ("image: 'x/vllm-simple:1', command: [vllm, serve, m]", True, "vllm"),
        ("image: 'vllm/vllm-openai:v0.33.0', command: [sleep, infinity]", False, ""),
        ("image: 'vllm/vllm-openai:v0.33.0', command: [/start.sh]", None, None),
        ("image: 'vllm/vllm-openai:v0.33.0', command: [bash, run.sh]", None, None),
        ("image: 'vllm/vllm-openai:v0.33.0', command: [sh, -c, 'ray start --address=a --block']", False, ""),
        ("image: 'x/y:1', command: [sh, -c, 'ray start --head; vllm serve m']", True, "vllm"),
        ("image: 'x/y:1', command: [bash, -c, 'while true; do vllm serve m; sleep 5; done']", True, "vllm"),
        ("image: 'registry.example.com:5000/vllm/vllm-openai@sha256:00'", True, "vllm"),
        ("image: 'nvcr.io/nvidia/tritonserver:25.10-py3', args: [tritonserver, --model-repository=/m]", True, "triton"),
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


def test_two_servers_in_one_script_leave_everything_open() -> None:
    script = 'if [ -n "$BIG" ]; then vllm serve a -tp 8; else vllm serve b; fi'
    subject = container(f"image: 'x/y:1', command: [sh, -c, '{script}']")
    names = ("engine.present", "engine.tensorParallel", "engine.model", "engine.flags")
    assert values(subject, *names) == [True, None, None, None]
