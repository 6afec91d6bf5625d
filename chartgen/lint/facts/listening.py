"""Facts about the port that an engine answers on, as its Services and its container see it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from chartgen.lint.facts.engine import engine_at, port_of
from chartgen.lint.facts.lookup import of_kind
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import describe
from chartgen.lint.facts.services import selected_by
from chartgen.lint.release import Release, Subject, as_map, at_pointer, maps
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "container"


@dataclass(frozen=True, slots=True)
class Selecting:
    """The Services that select the same pods, and what they say together.

    `numbers` and `names` are where their ports lead, `places` those that lead to a number. `annotations` are the keys.
    """

    numbers: frozenset[int]
    names: frozenset[str]
    places: tuple[Place, ...]
    annotations: frozenset[str]


_NONE = Selecting(frozenset(), frozenset(), (), frozenset())


@fact("engine.targetedPorts", FactType.INTS, on=_ON)
def targeted_ports(subject: Subject) -> list[int]:
    """The numbers that Services of the input lead to in this pod, names looked up in this container; sorted."""
    services = selecting(subject)
    return sorted({*services.numbers, *_named(subject, services.names)})


@fact("engine.targeted", FactType.BOOL, on=_ON)
def targeted(subject: Subject) -> bool | None:
    """Whether `engine.targetedPorts` names any; unknown if more Services may select the pod: by namespace, by label."""
    template = subject.template
    if template is None or targeted_ports(subject):
        return template is not None
    return None if (id(template.manifest), template.pointer) in _indexed(subject.release).possible else False


@fact("engine.answeringPort", FactType.INT, on=_ON)
def answering_port(subject: Subject) -> int | None:
    """The port that the engine answers on.

    Known from its arguments; or, if an image of unknown making hides them, the engine's default port when a Service of
    the input sends traffic to just that number.
    """
    engine = engine_at(subject)[1]
    if engine is None:
        return None
    known = port_of(engine)
    if known is not None or not engine.options.open or engine.word("port") is None:
        return known
    default = engine.server.image_port or engine.server.port
    return default if default in selecting(subject).numbers and "port" not in engine.options.values else None


@related("targets")
def target_places(subject: Subject) -> Iterator[Place]:
    """The ports of the Services that select this pod."""
    yield from selecting(subject).places


def selecting(subject: Subject) -> Selecting:
    """The Services that select the pods of the subject's template."""
    template, release = subject.template, subject.release
    if template is None:
        return _NONE
    index = _indexed(release)
    found = index.selections.get((id(template.manifest), template.pointer))
    if not found:
        return _NONE
    # Replicas of one chart may all stand behind the same Services.
    return release.once(("listening", "selecting", *found), lambda: _together(index, found))


@dataclass(frozen=True, slots=True)
class _Index:
    """The selections that pick the pods of a template, and the Services (with their place in the input) of each.

    A selection is named by its identity, a template by that of its manifest and its pointer. `possible` are the
    templates that a Service picks if a label or a namespace turns out so.
    """

    selections: Mapping[tuple[int, str], list[int]]
    services: Mapping[int, list[tuple[int, Manifest]]]
    possible: Set[tuple[int, str]]


def _indexed(release: Release) -> _Index:
    return release.once(("listening", "index"), lambda: _index(release))


def _index(release: Release) -> _Index:
    selections: dict[tuple[int, str], list[int]] = {}
    services: dict[int, list[tuple[int, Manifest]]] = {}
    possible: set[tuple[int, str]] = set()
    for order, service in enumerate(of_kind(release, "", "Service")):
        found = selected_by(release, service)
        for each in found.sure if id(found) not in services else ():
            selections.setdefault((id(each.manifest), each.template.pointer), []).append(id(found))
        possible.update((id(each.manifest), each.template.pointer) for each in found.maybe if id(found) not in services)
        services.setdefault(id(found), []).append((order, service))
    return _Index(selections, services, possible)


def _together(index: _Index, selections: Iterable[int]) -> Selecting:
    found = sorted((each for one in selections for each in index.services[one]), key=lambda each: each[0])
    ports = [(service, pointer, target) for _, service in found for pointer, target in _ports(service)]
    return Selecting(
        frozenset(target for _, _, target in ports if isinstance(target, int)),
        frozenset(target for _, _, target in ports if isinstance(target, str)),
        tuple(
            Place(service, pointer, f"{describe(service)} sends traffic to {target}")
            for service, pointer, target in ports
            if isinstance(target, int)
        ),
        frozenset(key for _, service in found for key in as_map(at_pointer(service.object, "/metadata/annotations"))),
    )


def _ports(service: Manifest) -> Iterator[tuple[str, int | str]]:
    """(pointer, number or name) of where each port of a Service leads."""
    for index, port in maps(at_pointer(service.object, "/spec/ports")):
        field = "targetPort" if port.get("targetPort") else "port"
        target = port.get(field)
        if isinstance(target, int | str) and not isinstance(target, bool):
            yield f"/spec/ports/{index}/{field}", target


def _named(subject: Subject, names: Collection[str]) -> Iterator[int]:
    for _, port in maps(as_map(subject.element).get("ports")):
        number, name = port.get("containerPort"), port.get("name")
        if isinstance(name, str) and name in names and isinstance(number, int) and not isinstance(number, bool):
            yield number
