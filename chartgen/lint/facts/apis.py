"""Whether Kubernetes still serves the apiVersion of an object."""

from __future__ import annotations

from chartgen.catalogue.apis import Minor, RemovedApi, removed_apis
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.release import Subject

_ON = "object"


@fact("api.removed", FactType.STRING, on=_ON)
def removed(subject: Subject) -> str:
    """The Kubernetes version without this apiVersion of the kind (`1.25`); empty if all that are known have it."""
    found = _row(subject)
    return _text(found.removed) if found else ""


@fact("api.gone", FactType.BOOL, on=_ON)
def gone(subject: Subject) -> bool:
    """Whether the Kubernetes version that the input is checked for is without it."""
    found = _row(subject)
    return found is not None and found.removed <= subject.release.kube_version


@fact("api.instead", FactType.STRING, on=_ON)
def instead(subject: Subject) -> str:
    """The apiVersion that took its place; empty if none did."""
    found = _row(subject)
    return found.instead or "" if found else ""


@fact("api.same", FactType.BOOL, on=_ON)
def same(subject: Subject) -> bool:
    """Whether the fields mean the same in both."""
    found = _row(subject)
    return found is not None and found.same


def _row(subject: Subject) -> RemovedApi | None:
    return removed_apis().get((subject.manifest.api_version, subject.manifest.kind))


def _text(version: Minor) -> str:
    return f"{version[0]}.{version[1]}"
