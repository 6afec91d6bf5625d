"""Network policies: which of them say who may reach a pod.

Kubernetes' own and Cilium's are read; those of Calico, of the policy API for administrators and of Antrea are not, so
that where the input holds one, nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chartgen.lint.facts.engine import POD, templates_of
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.facts.selectors import Labelled, describe, every, is_hook, matches, same_namespace
from chartgen.lint.kinds import kind_of, workloads
from chartgen.lint.release import PodTemplate, Release, Subject, as_list, as_map
from chartgen.model.manifest import Manifest

_READ = {
    ("networking.k8s.io", "NetworkPolicy"): "podSelector",
    ("cilium.io", "CiliumNetworkPolicy"): "endpointSelector",
    ("cilium.io", "CiliumClusterwideNetworkPolicy"): "endpointSelector",
}
_OTHERS = frozenset(
    {
        "crd.antrea.io",
        "crd.projectcalico.org",
        "networking.gke.io/FQDNNetworkPolicy",
        "policy.networking.k8s.io",
        "projectcalico.org",
    }
)


@fact("podPolicies.ingress", FactType.STRINGS, on=POD)
def ingress_policies(subject: Subject) -> list[str] | None:
    """The policies that say who may reach the pods, sorted; empty if there are none for certain.

    Unknown if they may stand in another file (open world), or if some of the input are of a kind that is not read.
    """
    release = subject.release
    found: set[str] = set()
    doubt = not release.closed
    policies = release.once(("policies", "all"), lambda: _policies(release))
    doubt = doubt or policies.foreign
    near = {id(each): each for template in templates_of(subject) for each in policies.of.get(id(template), ())}
    for manifest in near.values():
        verdicts = [_selects(release, manifest, template) for template in templates_of(subject)]
        if every(verdicts) is True:
            found.add(describe(manifest))
        doubt = doubt or None in verdicts
    return sorted(found) if found or not doubt else None


@dataclass(frozen=True, slots=True)
class _Policies:
    """`of` holds the policies that may select the pods of a template, by its identity.

    `foreign` says that there are some of a kind that is not read.
    """

    of: Mapping[int, list[Manifest]]
    foreign: bool


def _policies(release: Release) -> _Policies:
    pods: Labelled[PodTemplate] = Labelled()
    for workload in workloads(release):
        for template in workload.templates:
            pods.add(template.labels, template)
    kept = [each for each in release.manifests if not is_hook(each)]
    of: dict[int, list[Manifest]] = {}
    for manifest in kept:
        for template in _candidates(pods, manifest) if _field(manifest) else ():
            of.setdefault(id(template), []).append(manifest)
    return _Policies(of, any(map(_foreign, kept)))


def _candidates(pods: Labelled[PodTemplate], manifest: Manifest) -> Iterable[PodTemplate]:
    """The templates that one of the specs of a policy may select; all, if one of them cannot be looked up."""
    selectors = [_selector(spec, _field(manifest)) for spec in _specs(manifest)]
    if any(not isinstance(as_map(each).get("matchExpressions"), list | None) for each in selectors):
        return pods.members
    return {id(each): each for selector in selectors for each in pods.candidates(selector)}.values()


def _specs(manifest: Manifest) -> list[dict[str, Any]]:
    found = [manifest.object.get("spec"), *as_list(manifest.object.get("specs"))]
    return [spec for spec in found if isinstance(spec, dict)]


def _field(manifest: Manifest) -> str:
    kind = kind_of(manifest)
    return _READ.get((kind.group, kind.name), "")


def _foreign(manifest: Manifest) -> bool:
    kind = kind_of(manifest)
    return bool(_OTHERS & {kind.group, f"{kind.group}/{kind.name}"})


def _selects(release: Release, manifest: Manifest, template: PodTemplate) -> bool | None:
    verdicts = [_applies(spec, _field(manifest), template) for spec in _specs(manifest)]
    here = (
        True if manifest.kind.startswith("CiliumClusterwide") else same_namespace(release, manifest, template.manifest)
    )
    if True in verdicts:
        return here
    return None if None in verdicts and here is not False else False


def _selector(spec: dict[str, Any], field: str) -> Any:
    """What selects the pods of a policy, without the sources of labels that Cilium allows (`k8s:app`, `any:app`).

    https://docs.cilium.io/en/stable/gettingstarted/terminology/#label-source
    """
    selector = spec.get(field) or {}
    if field == "podSelector" or not isinstance(selector, dict):
        return selector
    found = dict(selector)
    if isinstance(found.get("matchLabels"), dict):
        found["matchLabels"] = {_key(key): value for key, value in found["matchLabels"].items()}
    if isinstance(found.get("matchExpressions"), list):
        found["matchExpressions"] = [
            {**as_map(each), "key": _key(as_map(each).get("key"))} for each in found["matchExpressions"]
        ]
    return found


def _key(key: Any) -> Any:
    return key.removeprefix("k8s:").removeprefix("any:") if isinstance(key, str) else key


def _applies(spec: dict[str, Any], field: str, template: PodTemplate) -> bool | None:
    if field == "podSelector":
        types = as_list(spec.get("policyTypes"))
        restricts = not types or "Ingress" in types
    else:
        restricts = "ingress" in spec or "ingressDeny" in spec
    return matches(_selector(spec, field), template.labels) if restricts else False
