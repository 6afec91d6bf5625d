"""How long parts of vLLM wait for each other while a model is loaded."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.lint.facts.engine import Engine, container_at, of
from chartgen.lint.facts.options import number
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.release import Subject, maps
from chartgen.model.finding import Place

_ON = "container"
_VARIABLE = "VLLM_ENGINE_READY_TIMEOUT_S"
_DEFAULT = 600  # vllm/envs.py
_BALANCED_OUTSIDE = frozenset(
    {"--data-parallel-external-lb", "-dpe", "--data-parallel-rank", "-dpn", "--data-parallel-hybrid-lb", "-dph"}
)
_FRONT_ENDS = ("--api-server-count", "-asc")


@fact("engine.readyTimeout", FactType.INT, on=_ON)
def ready_timeout(subject: Subject) -> int | None:
    """Seconds that vLLM's front end waits for its engine, VLLM_ENGINE_READY_TIMEOUT_S, else 600."""
    engine = of(subject)
    if engine is None:
        return None
    word = engine.variables.values.get(_VARIABLE)
    if word is None:
        return _DEFAULT if engine.variables.closed else None
    return number(word)


@fact("engine.readyTimeoutSet", FactType.BOOL, on=_ON)
def ready_timeout_set(subject: Subject) -> bool:
    """Whether the container sets that variable."""
    engine = of(subject)
    return engine is not None and _VARIABLE in engine.variables.values


@fact("engine.frontEndApart", FactType.BOOL, on=_ON)
def front_end_apart(subject: Subject) -> bool | None:
    """Whether front ends are processes beside the engine that give up on it after engine.readyTimeout.

    So with several API servers, and with data parallelism that is balanced outside. Unknown with data parallelism
    else, where the number of API servers follows it in newer versions.
    """
    engine = of(subject)
    return None if engine is None else _apart(engine)


@related("readyTimeout")
def ready_timeout_places(subject: Subject) -> Iterator[Place]:
    """The variable, where the manifest spells its value out."""
    for index, entry in maps(container_at(subject).get("env")):
        if entry.get("name") == _VARIABLE and isinstance(entry.get("value"), str):
            yield Place(subject.manifest, f"{subject.pointer}/env/{index}", "the time-out")


def _apart(engine: Engine) -> bool | None:
    if _BALANCED_OUTSIDE & set(engine.options.flags):
        return True
    given = next((engine.options.get((flag,)) for flag in _FRONT_ENDS if engine.options.get((flag,))), None)
    if given is not None:
        servers = number(given)
        return None if servers is None else servers > 1
    parallel = engine.number("data") if "data" in engine.server.options else 1
    return False if parallel == 1 and not engine.options.open else None
