"""The probes of containers: where each one knocks, and what may answer there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from chartgen.lint.facts.basic import containers
from chartgen.lint.facts.engine import container_at, container_pointer, engine_in, port_of, started
from chartgen.lint.facts.ports import mentioned
from chartgen.lint.facts.registry import FactType, fact, iterator
from chartgen.lint.release import Release, Subject, as_map, as_text, maps
from chartgen.model.manifest import Manifest

_ON = "probe"
_PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
_PREPARING = frozenset(
    {
        ".",
        ":",
        "[",
        "[[",
        "apt",
        "apt-get",
        "cat",
        "cd",
        "chmod",
        "chown",
        "cp",
        "curl",
        "date",
        "df",
        "do",
        "done",
        "echo",
        "exit",
        "export",
        "false",
        "fi",
        "find",
        "for",
        "git",
        "grep",
        "hf",
        "huggingface-cli",
        "if",
        "ldconfig",
        "ln",
        "ls",
        "mkdir",
        "mv",
        "nvidia-smi",
        "pip",
        "pip3",
        "printf",
        "rm",
        "sed",
        "set",
        "sleep",
        "source",
        "tar",
        "test",
        "then",
        "touch",
        "trap",
        "true",
        "ulimit",
        "umask",
        "unset",
        "until",
        "wait",
        "wget",
        "while",
    }
)
"""Commands of start scripts that listen nowhere."""

_PLACEHOLDERS = ("$", "{", "<")


@iterator("probe")
def walk_probes(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """Each startup, readiness and liveness probe of each container that runs as long as the pod does."""
    for subject in containers(release, manifest):
        for name in _PROBES:
            probe = as_map(subject.element).get(name)
            if isinstance(probe, dict) and probe:
                yield replace(subject, iterator="probe", element=probe, pointer=f"{subject.pointer}/{name}", key=name)


@fact("probe.name", FactType.STRING, on=_ON)
def probe_name(subject: Subject) -> str:
    """startupProbe, readinessProbe or livenessProbe."""
    return as_text(subject.key)


@fact("probe.container", FactType.STRING, on=_ON)
def probe_container(subject: Subject) -> str:
    """The name of the container that has the probe."""
    return as_text(container_at(subject).get("name"))


@fact("probe.portName", FactType.STRING, on=_ON)
def probe_port_name(subject: Subject) -> str | None:
    """The name of the port that the probe asks; empty for a number. Unknown for a placeholder (`${PORT}`)."""
    port = _port(subject)
    if not isinstance(port, str) or port.isdecimal():
        return ""
    return None if any(each in port for each in _PLACEHOLDERS) else port


@fact("probe.portNames", FactType.STRINGS, on=_ON)
def probe_port_names(subject: Subject) -> list[str]:
    """The names that the container gives its own ports, the only ones that a probe may use; sorted."""
    return sorted({as_text(port.get("name")) for _, port in maps(container_at(subject).get("ports"))} - {""})


@fact("probe.port", FactType.INT, on=_ON)
def probe_port(subject: Subject) -> int | None:
    """The number of the port that the probe asks, a name looked up in the container; unknown for a command."""
    port = _port(subject)
    if isinstance(port, str):
        # The kubelet looks for a port of that name first, and takes the text for a number then.
        named = [each.get("containerPort") for _, each in maps(container_at(subject).get("ports")) if _is(each, port)]
        port = named[0] if named else int(port) if port.isdecimal() and len(port) < 6 else None
    return port if isinstance(port, int) and not isinstance(port, bool) and 0 < port < 65536 else None


@fact("probe.answering", FactType.INTS, on=_ON)
def probe_answering(subject: Subject) -> list[int] | None:
    """The ports that something in the pod may listen on, sorted.

    The server's own and those that it may open besides, and what the other containers declare. Unknown if the probe
    asks another host, if the server's port is unknown, if its container starts other programs as well, or if another
    container declares no port and may listen on any.
    """
    template = subject.template
    if template is None or _host(subject):
        return None
    found: set[int] = set()
    root = subject.manifest.object
    for pointer, container in (*template.containers, *template.sidecars):
        _, engine = engine_in(subject.release, template, pointer, root)
        own = port_of(engine) if engine else None
        declared = _declared(container)
        if pointer == container_pointer(subject) and _starts_more(subject):
            return None
        if own is None and (engine is not None or not declared or pointer == container_pointer(subject)):
            return None
        if engine is None or own in declared:
            found |= declared
        if engine is not None and own is not None:
            found |= {own} | mentioned(engine)
    return sorted(found)


@fact("probe.path", FactType.STRING, on=_ON)
def probe_path(subject: Subject) -> str | None:
    """The path that an HTTP probe asks for, without its query; unknown for any other probe and for a placeholder."""
    action = as_map(as_map(subject.element).get("httpGet"))
    if not action or action.get("host"):
        return None
    path = (as_text(action.get("path")) or "/").partition("?")[0]
    if any(each in path for each in _PLACEHOLDERS):
        return None
    return path if path.startswith("/") else f"/{path}"


def _port(subject: Subject) -> Any:
    probe = as_map(subject.element)
    return next((as_map(probe[name]).get("port") for name in ("httpGet", "tcpSocket", "grpc") if name in probe), None)


def _host(subject: Subject) -> bool:
    probe = as_map(subject.element)
    return any(as_map(probe.get(name)).get("host") for name in ("httpGet", "tcpSocket"))


def _is(port: dict[str, Any], name: str) -> bool:
    return port.get("name") == name and port.get("protocol", "TCP") == "TCP"


def _starts_more(subject: Subject) -> bool:
    """Whether the container starts two programs or more that may listen; those that prepare something do not."""
    return len([each for each in started(subject) if each.name not in _PREPARING]) > 1


def _declared(container: dict[str, Any]) -> set[int]:
    numbers = [port.get("containerPort") for _, port in maps(container.get("ports"))]
    return {number for number in numbers if isinstance(number, int) and not isinstance(number, bool)}
