"""Whether the pods of a workload have names that others can look up, and whether they carry a token."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.lint.facts.engine import POD
from chartgen.lint.facts.lookup import named, of_kind
from chartgen.lint.facts.references import holds_operator_work
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import describe, matches_pairs, same_namespace
from chartgen.lint.facts.services import selector
from chartgen.lint.release import Subject, as_map, as_text, at_pointer
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_POD_NAME = "statefulset.kubernetes.io/pod-name"
_POD_INDEX = "apps.kubernetes.io/pod-index"


@fact("podService.state", FactType.STRING, on=POD)
def governing(subject: Subject) -> str | None:
    """What gives the pods of a StatefulSet their names: `headless`, `balanced` (a Service with an address), `missing`.

    `single` if not all of them have names, and a Service selects one by its name or index. Unknown if the Service that
    is named is not in the input and may stand elsewhere.
    """
    service = _service(subject)
    if service is not None and as_map(service.object.get("spec")).get("clusterIP") == "None":
        return "headless"
    if any(_selects_one(subject, each) for each in of_kind(subject.release, "", "Service")):
        return "single"
    if service is not None:
        return "balanced"
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


def _selects_one(subject: Subject, service: Manifest) -> bool:
    """Whether a Service may select one pod of the StatefulSet and no other."""
    pairs = dict(selector(service))
    name, index = pairs.pop(_POD_NAME, None), pairs.pop(_POD_INDEX, None)
    if (name is None and index is None) or same_namespace(subject.release, subject.manifest, service) is False:
        return False
    labels = subject.template.labels if subject.template else {}
    own = name is None or as_text(name).rpartition("-")[0] == subject.manifest.name
    return own and matches_pairs(pairs, labels) is not False


def _service_name(subject: Subject) -> str:
    return as_text(at_pointer(subject.manifest.object, "/spec/serviceName"))


def _service(subject: Subject) -> Manifest | None:
    name = _service_name(subject)
    return named(subject.release, subject.manifest, "", "Service", name) if name else None
