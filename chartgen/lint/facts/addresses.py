"""Whether the pods of a workload have names that others can look up, and whether they carry a token."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.lint.facts.engine import POD
from chartgen.lint.facts.lookup import named
from chartgen.lint.facts.references import holds_operator_work
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import describe
from chartgen.lint.release import Subject, as_map, as_text, at_pointer
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest


@fact("podService.state", FactType.STRING, on=POD)
def governing(subject: Subject) -> str | None:
    """What gives the pods of a StatefulSet their names: `headless`, `balanced` (a Service with an address), `missing`.

    Unknown if the Service that is named is not in the input and may stand elsewhere.
    """
    service = _service(subject)
    if service is not None:
        return "headless" if as_map(service.object.get("spec")).get("clusterIP") == "None" else "balanced"
    if not _service_name(subject):
        return "missing"
    release = subject.release
    if release.exists_outside("", "Service", _service_name(subject)):
        return None
    return "missing" if release.closed and not holds_operator_work(release, subject.manifest) else None


@fact("podService.name", FactType.STRING, on=POD)
def service_name(subject: Subject) -> str:
    """The Service that a StatefulSet names as the one of its pods; empty if it names none."""
    return _service_name(subject)


@fact("podAccount.hasToken", FactType.BOOL, on=POD)
def has_token(subject: Subject) -> bool | None:
    """Whether the pod gets the token of its service account; unknown if an account outside the input decides it."""
    template = subject.template
    if template is None:
        return None
    own = template.spec.get("automountServiceAccountToken")
    if isinstance(own, bool):
        return own
    name = as_text(template.spec.get("serviceAccountName")) or "default"
    account = named(subject.release, subject.manifest, "", "ServiceAccount", name)
    if account is not None:
        return account.object.get("automountServiceAccountToken") is not False
    return True if name == "default" or subject.release.closed else None


@related("governing")
def governing_places(subject: Subject) -> Iterator[Place]:
    """The Service that a StatefulSet names."""
    service = _service(subject)
    if service is not None:
        yield Place(service, "/spec/clusterIP", f"{describe(service)}")


def _service_name(subject: Subject) -> str:
    return as_text(at_pointer(subject.manifest.object, "/spec/serviceName"))


def _service(subject: Subject) -> Manifest | None:
    name = _service_name(subject)
    return named(subject.release, subject.manifest, "", "Service", name) if name else None
