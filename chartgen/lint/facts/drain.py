"""Facts about the time that a pod has, and the time that it needs, to end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from math import ceil
from typing import Any

from chartgen.lint.facts.arguments import programs
from chartgen.lint.facts.engine import engine_in, templates_of
from chartgen.lint.facts.parallelism import shutdown_of
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.words import Word
from chartgen.lint.release import PodTemplate, Release, Subject, as_map
from chartgen.model.finding import Place

_ON = "object pod"
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)$")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_QUICK = frozenset({"echo", "true", "touch", "kill", "nginx", "exit", ":", "date", "printf", "mkdir", "rm", "cp", "mv"})
"""Commands of preStop hooks that take no time worth counting."""


@fact("drain.grace", FactType.INT, on=_ON)
def grace(subject: Subject) -> int | None:
    """terminationGracePeriodSeconds of the pod, 30 if unset."""
    if subject.template is None:
        return None
    value = subject.template.spec.get("terminationGracePeriodSeconds", 30)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


@fact("drain.preStop", FactType.INT, on=_ON)
def pre_stop(subject: Subject) -> int | None:
    """Seconds of the preStop hook of the container that needs the longest to end, of those whose time is known."""
    longest = _longest(subject)
    return longest[0] if longest else None


@fact("drain.shutdown", FactType.INT, on=_ON)
def shutdown(subject: Subject) -> int | None:
    """Seconds that the same container's server goes on with running requests after the hook."""
    longest = _longest(subject)
    return longest[1] if longest else None


@fact("drain.container", FactType.STRING, on=_ON)
def container(subject: Subject) -> str | None:
    """The name of that container."""
    longest = _longest(subject)
    return longest[2] if longest else None


@fact("drain.complete", FactType.BOOL, on=_ON)
def complete(subject: Subject) -> bool | None:
    """True if the time of every container is known, else unknown: one of the others may need longer."""
    needs = _needs(subject)
    return None if needs is None or None in needs else True


@related("preStop")
def pre_stop_places(subject: Subject) -> list[Place]:
    """The preStop hooks of the pod's containers."""
    return [
        Place(subject.manifest, f"{pointer}/lifecycle/preStop", "the hook that runs first")
        for template in templates_of(subject)
        for pointer, each in template.containers
        if "preStop" in as_map(each.get("lifecycle"))
    ]


def _longest(subject: Subject) -> tuple[int, int, str] | None:
    known = [need for need in _needs(subject) or () if need is not None]
    return max(known, key=lambda need: need[0] + need[1]) if known else None


def _needs(subject: Subject) -> list[tuple[int, int, str] | None] | None:
    """(preStop, shutdown, name) of each container, None for one whose time cannot be known."""
    template = subject.template
    if template is None:
        return None
    release = subject.release
    return release.once(
        ("drain", id(template.manifest), template.pointer),
        lambda: [_need(release, template, pointer, each) for pointer, each in template.containers],
    )


def _need(
    release: Release, template: PodTemplate, pointer: str, container: Mapping[str, Any]
) -> tuple[int, int, str] | None:
    found, engine = engine_in(release, template, pointer, template.manifest.object)
    after = shutdown_of(engine) if engine else (0 if found is False else None)
    before = _hook(container)
    if before is None or after is None:
        return None
    return before, after, str(container.get("name", ""))


def _hook(container: Mapping[str, Any]) -> int | None:
    """Seconds of the preStop hook; 0 without one, None if it does more than sleep."""
    hook = as_map(as_map(container.get("lifecycle")).get("preStop"))
    if not hook:
        return 0
    if "sleep" in hook:
        seconds = as_map(hook["sleep"]).get("seconds")
        return seconds if isinstance(seconds, int) and not isinstance(seconds, bool) and seconds >= 0 else None
    if "exec" not in hook:
        return None
    command = as_map(hook["exec"]).get("command")
    times = [
        _time(program.name, program.words[1:]) for program in programs({**container, "command": command, "args": []})
    ]
    return None if None in times else ceil(sum(each for each in times if each is not None))


def _time(name: str, words: tuple[Word, ...]) -> Fraction | None:
    """Seconds that a command of a hook takes; None if that cannot be told."""
    if name in _QUICK:
        return Fraction(0)
    if name != "sleep" or not words:
        return None
    matches = [_DURATION.match(word.text) if word.known else None for word in words]
    total = Fraction(0)
    for match in matches:
        if match is None:
            return None
        total += Fraction(match.group(1)) * _UNITS[match.group(2)]
    return total if total < 10**6 else None
