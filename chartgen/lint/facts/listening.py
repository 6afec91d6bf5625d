"""Facts about the port that an engine answers on, as its Services and its container see it."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.lint.facts.engine import engine_at, port_of
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import describe
from chartgen.lint.facts.services import selected_by
from chartgen.lint.kinds import group_of
from chartgen.lint.release import Release, Subject, as_map, at_pointer, maps
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "container"


@fact("engine.targetedPorts", FactType.INTS, on=_ON)
def targeted_ports(subject: Subject) -> list[int]:
    """The numbers that Services of the input lead to in this pod, names looked up in this container; sorted."""
    return sorted({number for _, _, number in _targets(subject)})


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
    by_number = {number for _, pointer, number in _targets(subject) if pointer}
    return default if default in by_number and "port" not in engine.options.values else None


@related("targets")
def target_places(subject: Subject) -> Iterator[Place]:
    """The ports of the Services that select this pod."""
    for service, pointer, number in _targets(subject):
        if pointer:
            yield Place(service, pointer, f"{describe(service)} sends traffic to {number}")


def _targets(subject: Subject) -> list[tuple[Manifest, str, int]]:
    """(Service, pointer of a numeric targetPort or empty for a name, number) of each port that leads to this pod."""
    found = []
    for service in selecting(subject):
        for index, port in maps(at_pointer(service.object, "/spec/ports")):
            target = port.get("targetPort", port.get("port"))
            field = "targetPort" if "targetPort" in port else "port"
            if isinstance(target, int) and not isinstance(target, bool):
                found.append((service, f"/spec/ports/{index}/{field}", target))
            elif isinstance(target, str):
                found.extend((service, "", number) for number in _named(subject, target))
    return found


def _named(subject: Subject, name: str) -> list[int]:
    ports = maps(as_map(subject.element).get("ports"))
    numbers = [port.get("containerPort") for _, port in ports if port.get("name") == name]
    return [number for number in numbers if isinstance(number, int) and not isinstance(number, bool)]


def selecting(subject: Subject) -> list[Manifest]:
    """The Services that select the pods of the subject's template."""
    template = subject.template
    if template is None:
        return []
    index = subject.release.once(("listening", "index"), lambda: _index(subject.release))
    return index.get((id(template.manifest), template.pointer), [])


def _index(release: Release) -> dict[tuple[int, str], list[Manifest]]:
    index: dict[tuple[int, str], list[Manifest]] = {}
    for service in release.manifests:
        if group_of(service) == "service":
            for each in selected_by(release, service).sure:
                index.setdefault((id(each.manifest), each.template.pointer), []).append(service)
    return index
