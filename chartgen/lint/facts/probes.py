"""Facts about how long a container may take to start before a probe ends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from chartgen.lint.facts.basic import containers
from chartgen.lint.facts.engine import container_at
from chartgen.lint.facts.registry import FactType, fact, iterator
from chartgen.lint.release import Release, Subject, as_map
from chartgen.model.manifest import Manifest

_CONTAINER = "container anyContainer startup probe"
_KILLERS = ("startupProbe", "livenessProbe")
_DEFAULTS = {"initialDelaySeconds": 0, "periodSeconds": 10, "failureThreshold": 3}


@iterator("startup")
def startups(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """The probe that may end a container while it starts: its startup probe, else its liveness probe."""
    for subject in containers(release, manifest):
        name = _name(as_map(subject.element))
        if name:
            yield replace(
                subject, iterator="startup", element=subject.element[name], pointer=f"{subject.pointer}/{name}"
            )


@fact("startup.probe", FactType.STRING, on=_CONTAINER)
def probe(subject: Subject) -> str:
    """startupProbe or livenessProbe: which of the two counts first; empty if there is neither."""
    return _name(container_at(subject))


@fact("startup.killing", FactType.BOOL, on=_CONTAINER)
def killing(subject: Subject) -> bool | None:
    """Whether a startup or liveness probe asks the server itself, and so fails until the model is loaded.

    Unknown if the probe runs a command, which may know the difference between loading and hanging.
    """
    found = _governing(subject)
    if found is None:
        return False
    return None if "exec" in found else True


@fact("startup.budget", FactType.INT, on=_CONTAINER)
def budget(subject: Subject) -> int | None:
    """Seconds until the kubelet restarts a container that does not answer: initial delay + threshold x period.

    Of the startup probe, else of the liveness probe; unknown without either. Defaults: 0, 3 and 10.
    """
    found = _governing(subject)
    if found is None:
        return None
    delay, period, threshold = (_seconds(found, name) for name in _DEFAULTS)
    if delay is None or period is None or threshold is None:
        return None
    return delay + threshold * period


def _name(container: Mapping[str, Any]) -> str:
    return next((name for name in _KILLERS if container.get(name) and isinstance(container[name], dict)), "")


def _governing(subject: Subject) -> Mapping[str, Any] | None:
    container = container_at(subject)
    return container.get(_name(container))


def _seconds(probe: Mapping[str, Any], name: str) -> int | None:
    value = probe.get(name, _DEFAULTS[name])
    value = value or _DEFAULTS[name]  # the API server takes 0 for unset
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None
