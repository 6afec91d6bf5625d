"""Facts about the flags of an inference server: parallelism, shutdown, and what else rules ask of them."""

from __future__ import annotations

import re

from chartgen.lint.facts.arguments import Program
from chartgen.lint.facts.engine import CONTAINER, Engine, of, started
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.release import Subject

_SPREADING_EXECUTORS = frozenset({"ray", "external_launcher"})
_CLUSTER_MAKER = re.compile(r"(?<![a-z])ray(?![a-z])|multi-?node")
"""The base name of what makes one Ray cluster of several pods, such as vLLM's own `multi-node-serving.sh`."""


@fact("engine.flags", FactType.STRINGS, on=CONTAINER)
def flags(subject: Subject) -> list[str] | None:
    """Every flag that the server is given, with `-` for `_`; unknown if there may be more than can be seen."""
    engine = of(subject)
    return None if engine is None or engine.options.open else list(engine.options.flags)


@fact("engine.answers", FactType.BOOL, on=CONTAINER)
def answers(subject: Subject) -> bool | None:
    """Whether the server answers HTTP requests: not as a headless worker of one that spans several pods."""
    engine = of(subject)
    return None if engine is None else engine.role != "worker" and "--headless" not in engine.options.flags


@fact("engine.tensorParallel", FactType.INT, on=CONTAINER)
def tensor_parallel(subject: Subject) -> int | None:
    """GPUs that share each layer; the server's default if the flag is absent."""
    return _size(of(subject), "tensor")


@fact("engine.pipelineParallel", FactType.INT, on=CONTAINER)
def pipeline_parallel(subject: Subject) -> int | None:
    """Pipeline stages."""
    return _size(of(subject), "pipeline")


@fact("engine.contextParallel", FactType.INT, on=CONTAINER)
def context_parallel(subject: Subject) -> int | None:
    """Ranks of prefill context parallelism, which multiply the GPUs; 1 for servers without it."""
    engine = of(subject)
    if engine is None:
        return None
    return _size(engine, "context") if "context" in engine.server.options else 1


@fact("engine.dataParallelLocal", FactType.INT, on=CONTAINER)
def data_parallel_local(subject: Subject) -> int | None:
    """Data parallel ranks in this container; unknown as soon as a flag spreads them over several."""
    engine = of(subject)
    if engine is None or engine.word("localData") is not None:
        return None
    if engine.word("sharedData") is not None:
        # SGLang's attention ranks are a division of the tensor parallel group, not further GPUs.
        return None if engine.options.open else 1
    return _size(engine, "data")


@fact("engine.multiNode", FactType.BOOL, on=CONTAINER)
def multi_node(subject: Subject) -> bool | None:
    """Whether the server is one part of several pods: Ray, `--nnodes`, `--headless`, LeaderWorkerSet, RayCluster."""
    engine = of(subject)
    if engine is None:
        return None
    if engine.role or any(flag in engine.options.flags for flag in engine.server.spreads):
        return True
    executor = engine.word("executor")
    if executor is not None and executor.known and executor.text in _SPREADING_EXECUTORS:
        return True
    nodes = engine.number("nodes") if "nodes" in engine.server.options else 1
    if nodes is None or (executor is not None and not executor.known):
        return None
    if executor is None and any(map(_makes_cluster, started(subject))):
        return None  # vLLM looks for a Ray cluster by itself
    return nodes > 1


def _makes_cluster(program: Program) -> bool:
    """Whether the program, or the script that a shell runs, is called like one that starts Ray."""
    return any(_CLUSTER_MAKER.search(word.text.rsplit("/", 1)[-1]) for word in program.words[:2] if word.known)


@fact("engine.shutdownTimeout", FactType.INT, on=CONTAINER)
def shutdown_timeout(subject: Subject) -> int | None:
    """Seconds that the server goes on with running requests after SIGTERM; 0 for servers without such an option."""
    engine = of(subject)
    return None if engine is None else shutdown_of(engine)


def shutdown_of(engine: Engine) -> int | None:
    if "shutdown" not in engine.server.options:
        return 0
    seconds = engine.number("shutdown")
    return seconds if seconds is None or seconds >= 0 else None


@fact("engine.apiKeyLiteral", FactType.BOOL, on=CONTAINER)
def api_key_literal(subject: Subject) -> bool | None:
    """Whether a key to the server's API is spelt out among its arguments."""
    engine = of(subject)
    if engine is None:
        return None
    word = engine.word("apiKey")
    return False if word is None else None if engine.options.open and not word.known else word.known and word.literal


def _size(engine: Engine | None, what: str) -> int | None:
    if engine is None:
        return None
    value = engine.number(what)
    return value if value is None or 0 < value < 100_000 else None
