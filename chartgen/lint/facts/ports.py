"""Ports of Services: where they lead in the selected pods, and where the engines there listen.

A number needs no declaration in the pod. A name is looked up among the ports of the containers and native sidecars,
with the same protocol, pod by pod; a pod that lacks it gets no traffic (FindPort, kubernetes pkg/api/v1/pod).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chartgen.lint import kinds
from chartgen.lint.facts.engine import Engine, engine_in, engines_of, port_of
from chartgen.lint.facts.options import number
from chartgen.lint.facts.registry import FactType, fact, iterator, related
from chartgen.lint.facts.selectors import Pods, describe
from chartgen.lint.facts.services import selected_by
from chartgen.lint.release import Release, Subject, as_map, as_text, at_pointer, maps
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "port"
_DEFAULT_PROTOCOL = "TCP"
_NAME = re.compile(r"[a-z0-9-]+")
_PORT_IN_ADDRESS = re.compile(r":(\d{2,5})(?!\d)", re.ASCII)

FURTHER_PORTS = {
    "tei": (9000,),
    "tgi": (9000,),
    "triton": (8001, 8002),
    "vllm": (5557, 5600, 6379, 8265, 10001, 29550),
}
"""Ports beside the one for requests that a server opens by default, if some feature is on: metrics and gRPC; with vLLM
the KV event publisher, the NIXL side channel, Ray's ports and the data parallel RPC port."""


@iterator("port")
def walk_ports(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """Each port of a Service."""
    if kinds.group_of(manifest) == "service":
        for index, port in maps(at_pointer(manifest.object, "/spec/ports")):
            yield Subject(release, manifest, "port", port, f"/spec/ports/{index}")


@fact("port.target", FactType.STRING, on=_ON)
def port_target(subject: Subject) -> str | None:
    """The target port as text: a name, or a number; by default the Service's own port."""
    target = _target(subject)
    return None if target is None else str(target)


@fact("port.named", FactType.BOOL, on=_ON)
def port_named(subject: Subject) -> bool | None:
    """Whether the target port is a name (a number in quotes is one, too)."""
    target = _target(subject)
    return None if target is None else isinstance(target, str)


@fact("port.names", FactType.STRINGS, on=_ON)
def port_names(subject: Subject) -> list[str]:
    """The names that the selected pods give their ports of the same protocol, sorted."""
    return sorted(_declared(subject))


@fact("port.numbers", FactType.INTS, on=_ON)
def port_numbers(subject: Subject) -> list[int] | None:
    """The port numbers that the target port leads to in the selected pods; empty if no pod has a port of that name.

    Unknown for a name that KubeRay may declare when it makes the pods, and for one whose number is filled in later.
    """
    target = _target(subject)
    if target is None or isinstance(target, int):
        return None if target is None else [target]
    numbers = _declared(subject).get(target)
    if numbers == []:
        return None
    if not numbers and any(kinds.kind_of(each.manifest).group == "ray.io" for each in _selected(subject)):
        return None
    return numbers or []


@fact("port.engine", FactType.INTS, on=_ON)
def port_engine(subject: Subject) -> list[int] | None:
    """The ports that inference servers in the selected pods listen on, sorted; empty if no server is there.

    Unknown if a server's port is, or if a container may be a server.
    """
    release, found = subject.release, selected_by(subject.release, subject.manifest)
    return release.once(("ports", "engine", id(found)), lambda: _of_engines(release, found.sure))


@fact("port.beside", FactType.INTS, on=_ON)
def port_beside(subject: Subject) -> list[int] | None:
    """Other ports that the selected pods may listen on, sorted.

    What their other containers declare, what the server declares beside its own port, what its options and variables
    call a port, and what it may open besides (FURTHER_PORTS). Unknown if another container declares no port at all, for
    it may listen on any.
    """
    release, found = subject.release, selected_by(subject.release, subject.manifest)
    return release.once(("ports", "beside", id(found)), lambda: _beside(release, found.sure))


@related("containers")
def container_places(subject: Subject) -> Iterator[Place]:
    """The containers of the pods that a Service selects: the inference servers, or all if there is none."""
    for each in _selected(subject):
        found = list(_containers(each))
        engines = [pointer for pointer, _ in found if _is_engine(subject, each, pointer)]
        for pointer in engines or [pointer for pointer, _ in found]:
            name = as_text(as_map(at_pointer(each.manifest.object, pointer)).get("name"))
            yield Place(each.manifest, _said(subject, each, pointer), f"container {name} of {describe(each.manifest)}")


def _of_engines(release: Release, selected: Iterable[Pods]) -> list[int] | None:
    ports: set[int] = set()
    for each in selected:
        for present, engine in engines_of(release, each.template):
            port = port_of(engine) if engine else None
            if present is None or (present and port is None):
                return None
            ports |= {port} if port is not None else set()
    return sorted(ports)


def _beside(release: Release, selected: Iterable[Pods]) -> list[int] | None:
    ports: set[int] = set()
    for each in selected:
        for pointer, container in _containers(each):
            _, engine = engine_in(release, each.template, pointer, each.manifest.object)
            declared = _numbers(port for _, port in maps(container.get("ports")))
            if engine is None and not declared:
                return None
            if engine is None or port_of(engine) in declared:
                ports.update(declared)
            if engine is not None:
                ports |= mentioned(engine)
    return sorted(ports)


def _said(subject: Subject, each: Pods, pointer: str) -> str:
    """Where a container says on which port it listens: in the server's arguments or variables, else in its ports."""
    _, engine = engine_in(subject.release, each.template, pointer, each.manifest.object)
    word = engine.word("port") if engine else None
    return pointer + (word.place if word and word.known and word.place else "/ports")


def _selected(subject: Subject) -> tuple[Pods, ...]:
    return selected_by(subject.release, subject.manifest).sure


def _target(subject: Subject) -> str | int | None:
    """A number or a name; None for anything else, such as a placeholder that is filled in later (`${PORT}`, `PORT`)."""
    port = as_map(subject.element)
    target = port.get("targetPort") or port.get("port")  # the API server takes 0 and "" for unset
    if isinstance(target, str):
        return target if _NAME.fullmatch(target) else None
    return target if isinstance(target, int) and not isinstance(target, bool) else None


def _containers(each: Pods) -> Iterator[tuple[str, dict[str, Any]]]:
    """The containers whose ports count: main ones, and init containers that keep running as sidecars."""
    yield from (*each.template.containers, *each.template.sidecars)


def _declared(subject: Subject) -> Mapping[str, list[int]]:
    """The numbers, by name, that the selected pods give the ports of the Service's protocol, sorted."""
    found = selected_by(subject.release, subject.manifest)
    protocol = as_map(subject.element).get("protocol", _DEFAULT_PROTOCOL)

    def collect() -> Mapping[str, list[int]]:
        named: dict[str, list[dict[str, Any]]] = {}
        containers = (container for each in found.sure for _, container in _containers(each))
        for port in (port for container in containers for _, port in maps(container.get("ports"))):
            name = as_text(port.get("name"))
            if name and port.get("protocol", _DEFAULT_PROTOCOL) == protocol:
                named.setdefault(name, []).append(port)
        return {name: _numbers(each) for name, each in named.items()}

    return subject.release.once(("ports", "declared", id(found), repr(protocol)), collect)


def _numbers(ports: Iterable[dict[str, Any]]) -> list[int]:
    found = [port.get("containerPort") for port in ports]
    return sorted({number for number in found if isinstance(number, int) and not isinstance(number, bool)})


def mentioned(engine: Engine) -> set[int]:
    """The numbers that options and variables call a port, those in addresses (`tcp://*:5557`), and FURTHER_PORTS."""
    found = set(FURTHER_PORTS.get(engine.server.name, ()))
    for name, word in (*engine.options.values.items(), *engine.variables.values.items()):
        value = number(word) if "port" in name.lower() else None
        found |= {value} if value is not None else set()
        found.update(map(int, _PORT_IN_ADDRESS.findall(word.text)))
    return {each for each in found if 0 < each < 65536}


def _is_engine(subject: Subject, each: Pods, pointer: str) -> bool:
    return bool(engine_in(subject.release, each.template, pointer, each.manifest.object)[0])
