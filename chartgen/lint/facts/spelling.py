"""Where a container spells out what its server is given: the entry of a variable, the argument of an option."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chartgen.lint.facts.engine import container_at, container_pointer, model_word, of, started
from chartgen.lint.facts.lookup import named
from chartgen.lint.facts.options import canonical
from chartgen.lint.facts.registry import related
from chartgen.lint.facts.serving import host
from chartgen.lint.facts.settings import switched_on, variables
from chartgen.lint.facts.words import Word
from chartgen.lint.release import Subject, as_map, as_text, at_pointer
from chartgen.model.finding import Place
from chartgen.model.pointer import escape

_DEVELOPERS = ("VLLM_SERVER_DEV_MODE", "VLLM_TORCH_PROFILER_DIR", "VLLM_ALLOW_RUNTIME_LORA_UPDATING")
_WHATEVER_VALUE = "VLLM_TORCH_PROFILER_DIR"
_FLAGS = ("--profiler-config", "--enable-tokenizer-info-endpoint")
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_CODE = "TRUST_REMOTE_CODE"


@related("developerSettings")
def developer_places(subject: Subject) -> Iterator[Place]:
    """The variables and options that open endpoints for developers."""
    given = variables(subject) or ()
    on = {*(switched_on(subject) or ()), *({_WHATEVER_VALUE} & set(given))}
    yield from variable_places(subject, (name for name in _DEVELOPERS if name in on))
    yield from flag_places(subject, _FLAGS)


@related("offlineSwitches")
def offline_places(subject: Subject) -> Iterator[Place]:
    """The variables that keep the libraries from the hub; else the list in which such would stand."""
    found = list(variable_places(subject, (name for name in _OFFLINE if name in (switched_on(subject) or ()))))
    yield from found or [Place(subject.manifest, f"{container_pointer(subject)}/env")]


@related("memoryShare")
def memory_share_places(subject: Subject) -> Iterator[Place]:
    """The value of `--gpu-memory-utilization`."""
    yield from _option_places(subject, "memory")


@related("loopback")
def loopback_places(subject: Subject) -> Iterator[Place]:
    """The address that the server is told to listen on, if it is one of the pod's own."""
    address = host(subject) or ""
    if address in ("localhost", "::1") or address.startswith("127."):
        yield from _option_places(subject, "host")


@related("unpinnedModel")
def unpinned_places(subject: Subject) -> Iterator[Place]:
    """What lets the server run code of the hub, and the model."""
    engine = of(subject)
    if engine is None:
        return
    yield from flag_places(subject, ("--trust-remote-code",))
    if engine.server.name == "tgi" and _CODE in (switched_on(subject) or ()):
        yield from variable_places(subject, (_CODE,))
    yield from _word_places(subject, model_word(engine), "the model")


def variable_places(subject: Subject, names: Iterable[str]) -> Iterator[Place]:
    """The entry, or the script, that gives each of these variables its value, and that of the ConfigMap behind it."""
    engine = of(subject)
    for name in names if engine else ():
        word = engine.variables.values.get(name) if engine else None
        yield from _word_places(subject, word, name)
        yield from _config_places(subject, word, name)


def _config_places(subject: Subject, word: Word | None, name: str) -> Iterator[Place]:
    """The entry of a ConfigMap that gives a variable its value."""
    place = word.place.removesuffix("/value") if word else ""
    source = as_map(at_pointer(container_at(subject), place)) if place.startswith("/env") else {}
    reference = as_map(as_map(source.get("valueFrom")).get("configMapKeyRef")) or as_map(source.get("configMapRef"))
    config = named(subject.release, subject.manifest, "", "ConfigMap", as_text(reference.get("name")))
    if config is not None:
        key = as_text(reference.get("key")) or name.removeprefix(as_text(source.get("prefix")))
        yield Place(config, f"/data/{escape(key)}", name)


def flag_places(subject: Subject, flags: Iterable[str]) -> Iterator[Place]:
    """The argument, or the script, that each of these flags stands in."""
    places = flag_pointers(subject)
    for flag in flags:
        if flag in places:
            yield Place(subject.manifest, container_pointer(subject) + places[flag], flag)


def flag_pointers(subject: Subject) -> dict[str, str]:
    """The pointer in the container of the argument that each flag stands in."""
    found: dict[str, str] = {}
    for program in started(subject):
        for word in program.words:
            if word.place and word.text.startswith("-"):
                found.setdefault(canonical(word.text.partition("=")[0]), word.place)
    return found


def _option_places(subject: Subject, what: str) -> Iterator[Place]:
    engine = of(subject)
    if engine is not None and what in engine.server.options:
        yield from _word_places(subject, engine.word(what), engine.server.options[what][0])


def _word_places(subject: Subject, word: Word | None, label: str) -> Iterator[Place]:
    if word is not None and word.place:
        # Of a variable the whole entry: a value says little without its name.
        pointer = word.place.removesuffix("/value") if word.place.startswith("/env/") else word.place
        yield Place(subject.manifest, container_pointer(subject) + pointer, label)
