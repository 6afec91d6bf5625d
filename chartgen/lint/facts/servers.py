"""The inference servers that rules know: how each is started, which of its options matter, and their defaults.

Sources: the argument parsers of vLLM 0.33 (`vllm/engine/arg_utils.py`, `vllm/entrypoints/openai/cli_args.py`), SGLang
(`python/sglang/srt/server_args.py`), text-generation-inference (`launcher/src/main.rs`, `Dockerfile`),
text-embeddings-inference (`router/src/main.rs`), the builds of both for Gaudi (huggingface/tgi-gaudi, tei-gaudi),
Triton (`docs/protocol`), TensorRT-LLM (`trtllm-serve`), LMDeploy, llama.cpp and NVIDIA NIM
(https://docs.nvidia.com/nim/large-language-models/latest/reference/architecture.html). A server is one row of SERVERS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Server:
    """`options` maps what rules ask for (port, model, tensor ...) to the spellings of its flag, long ones without `_`.

    `programs` are the words that a command line starts with, `modules` what follows `python -m`. `images` are names of
    images whose entry point is the server, as is that of every image below `repositories`; an image whose base name
    contains `word` is taken for a custom build of it. `environment` maps the same questions to variables that the
    server reads. `image_port` is set where the image's own port is not the server's default. `spreads` are flags that
    make it one part of several; `stages` are flags with which a file says which GPUs each stage of it uses,
    `staged_images` names of images where one always does; `switches` are flags (or how they begin) that take no value,
    `valued` those that begin so and take one, `lists` those that take several.
    """

    name: str
    word: str
    programs: tuple[tuple[str, ...], ...]
    modules: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    image_port: int | None = None
    defaults: Mapping[str, int] = field(default_factory=dict)
    spreads: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    staged_images: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    valued: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    positional_model: bool = False

    @cached_property
    def spellings(self) -> Mapping[str, str]:
        """The first spelling of each option, by any of them."""
        return {spelling: each[0] for each in self.options.values() for spelling in each}

    @cached_property
    def switch_beginnings(self) -> tuple[str, ...]:
        """How the flags begin that take no value."""
        return tuple(each for each in self.switches if each.endswith("-"))


_VLLM = Server(
    name="vllm",
    word="vllm",
    programs=(("vllm", "serve"),),
    modules=("vllm.entrypoints.openai.api_server", "vllm.entrypoints.api_server", "vllm.entrypoints.cli.main"),
    images=("vllm-openai", "vllm-openai-rocm", "vllm-openai-cpu"),
    options={
        "model": ("--model",),
        "port": ("--port",),
        "socket": ("--uds",),
        "tensor": ("--tensor-parallel-size", "-tp"),
        "pipeline": ("--pipeline-parallel-size", "-pp"),
        "context": ("--prefill-context-parallel-size", "-pcp"),
        "data": ("--data-parallel-size", "-dp"),
        "localData": ("--data-parallel-size-local", "-dpl"),
        "nodes": ("--nnodes", "-n"),
        "executor": ("--distributed-executor-backend",),
        "shutdown": ("--shutdown-timeout",),
        "apiKey": ("--api-key",),
        "downloads": ("--download-dir",),
        "config": ("--config",),
        "host": ("--host",),
        "memory": ("--gpu-memory-utilization", "--device-memory-utilization"),
        "length": ("--max-model-len",),
    },
    port=8000,
    defaults={"tensor": 1, "pipeline": 1, "context": 1, "data": 1, "shutdown": 0, "nodes": 1},
    spreads=(
        "--headless",
        "--node-rank",
        "-r",
        "--data-parallel-size-local",
        "--data-parallel-rank",
        "-dpn",
        "--data-parallel-start-rank",
        "-dpr",
        "--data-parallel-address",
        "-dpa",
        "--data-parallel-hybrid-lb",
        "-dph",
        "--data-parallel-external-lb",
        "-dpe",
    ),
    # Where no file is named, one comes with the model:
    # https://docs.vllm.ai/projects/vllm-omni/en/stable/configuration/stage_configs/
    stages=("--omni", "--deploy-config", "--stage-configs-path"),
    staged_images=("vllm-omni",),
    switches=(
        "--allow-credentials",
        "--async-scheduling",
        "--data-parallel-external-lb",
        "--data-parallel-hybrid-lb",
        "--disable-",
        "--enable-",
        "--enforce-eager",
        "--headless",
        "--no-",
        "--omni",
        "--skip-",
        "--trust-remote-code",
        "--use-",
        "-dpe",
        "-dph",
    ),
    valued=("--disable-access-log-for-endpoints",),
    lists=("--api-key", "--cudagraph-capture-sizes", "--lora-modules", "--served-model-name"),
    positional_model=True,
)

_SGLANG = Server(
    name="sglang",
    word="sglang",
    programs=(("sglang", "serve"),),
    modules=("sglang.launch_server",),
    options={
        "model": ("--model-path", "--model"),
        "port": ("--port",),
        "tensor": ("--tensor-parallel-size", "--tp-size", "--tp"),
        "pipeline": ("--pipeline-parallel-size", "--pp-size", "--pp"),
        "data": ("--data-parallel-size", "--dp-size", "--dp"),
        "nodes": ("--nnodes",),
        "apiKey": ("--api-key",),
        "downloads": ("--download-dir",),
        "config": ("--config",),
        "sharedData": ("--enable-dp-attention",),
        "host": ("--host",),
    },
    port=30000,
    defaults={"tensor": 1, "pipeline": 1, "data": 1, "nodes": 1},
    spreads=("--node-rank", "--dist-init-addr", "--nccl-init-addr"),
    switches=("--disable-", "--enable-", "--skip-", "--trust-remote-code"),
)

_TGI = Server(
    name="tgi",
    word="text-generation-inference",
    programs=(("text-generation-launcher",),),
    images=("text-generation-inference", "tgi-gaudi"),
    options={
        "model": ("--model-id",),
        "port": ("--port", "-p"),
        "tensor": ("--num-shard",),
        "apiKey": ("--api-key",),
        "downloads": ("--huggingface-hub-cache",),
    },
    environment={"model": "MODEL_ID", "port": "PORT", "tensor": "NUM_SHARD"},
    port=3000,
    image_port=80,
    switches=("--disable-", "--trust-remote-code", "--enable-", "--json-output"),
)

_TEI = Server(
    name="tei",
    word="text-embeddings-inference",
    programs=(("text-embeddings-router",),),
    images=("text-embeddings-inference", "tei-gaudi"),
    options={
        "model": ("--model-id",),
        "port": ("--port", "-p"),
        "apiKey": ("--api-key",),
        "downloads": ("--huggingface-hub-cache",),
    },
    environment={"model": "MODEL_ID", "port": "PORT"},
    port=3000,
    image_port=80,
    defaults={"tensor": 1, "pipeline": 1, "data": 1},
    switches=("--auto-truncate", "--json-output"),
)

SERVERS: tuple[Server, ...] = (
    _VLLM,
    _SGLANG,
    _TGI,
    _TEI,
    Server(
        name="triton",
        word="tritonserver",
        programs=(("tritonserver",),),
        options={"port": ("--http-port",)},
        port=8000,
    ),
    Server(
        name="trtllm",
        word="tensorrt-llm",
        programs=(("trtllm-serve",),),
        options={
            "port": ("--port",),
            "tensor": ("--tp-size",),
            "pipeline": ("--pp-size",),
        },
        port=8000,
    ),
    Server(
        name="lmdeploy",
        word="lmdeploy",
        programs=(("lmdeploy", "serve", "api_server"),),
        options={"port": ("--server-port",), "tensor": ("--tp",), "apiKey": ("--api-keys",)},
        port=23333,
    ),
    Server(
        name="llamacpp",
        word="llama.cpp",
        programs=(("llama-server",),),
        options={"port": ("--port",), "apiKey": ("--api-key",)},
        environment={"port": "LLAMA_ARG_PORT"},
        port=8080,
    ),
    Server(
        name="ollama", word="ollama", programs=(("ollama", "serve"),), environment={"port": "OLLAMA_HOST"}, port=11434
    ),
    # One image for each model. Most listen on 8000 or what NIM_HTTP_API_PORT or NIM_SERVER_PORT says, those for speech
    # do not: the port is left unknown.
    Server(name="nim", word="llm-nim", programs=(), repositories=("nvcr.io/nim/",)),
)

PROGRAMS = frozenset(program[0] for server in SERVERS for program in server.programs)
"""The first words of the command lines that start a server."""

NOT_SERVERS = frozenset(
    {
        "adapter",
        "agent",
        "bench",
        "benchmark",
        "benchmarks",
        "build",
        "builder",
        "chat",
        "client",
        "cli",
        "controller",
        "dashboard",
        "docs",
        "download",
        "downloader",
        "epp",
        "eval",
        "exporter",
        "frontend",
        "gateway",
        "init",
        "loader",
        "manager",
        "metrics",
        "monitor",
        "operator",
        "plugin",
        "proxy",
        "puller",
        "router",
        "scheduler",
        "sidecar",
        "syncer",
        "test",
        "tests",
        "tools",
        "ui",
        "webhook",
        "webui",
    }
)
"""Parts of image names (`vllm-router`, `vllm-operator`) that tell of something beside the server itself."""

SIMULATORS = frozenset({"mock", "mocker", "sim", "simulator"})
"""Parts of image names (`vllm-mock`, `llm-d-inference-sim`) of what answers like a server and holds no model."""

PARALLELISM = frozenset({"tensor", "pipeline", "context", "data", "localData"})
"""The options that say how many GPUs a server uses."""
