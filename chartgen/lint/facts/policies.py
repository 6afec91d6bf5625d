"""Network policies: which of them say who may reach a pod.

Kubernetes' own and Cilium's are read; those of Calico, of the policy API for administrators and of Antrea are not, so
that where the input holds one, nothing is known.
"""

from __future__ import annotations

from typing import Any

from chartgen.lint.facts.engine import POD, templates_of
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.facts.selectors import describe, every, is_hook, matches, same_namespace
from chartgen.lint.kinds import kind_of
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
    for manifest in release.once(("policies", "all"), lambda: _policies(release)):
        if _foreign(manifest):
            doubt = True
            continue
        verdicts = [_selects(release, manifest, template) for template in templates_of(subject)]
        if verdicts and every(verdicts) is True:
            found.add(describe(manifest))
        doubt = doubt or None in verdicts
    return sorted(found) if found or not doubt else None


def _policies(release: Release) -> tuple[Manifest, ...]:
    return tuple(each for each in release.manifests if not is_hook(each) and (_field(each) or _foreign(each)))


def _field(manifest: Manifest) -> str:
    kind = kind_of(manifest)
    return _READ.get((kind.group, kind.name), "")


def _foreign(manifest: Manifest) -> bool:
    kind = kind_of(manifest)
    return bool(_OTHERS & {kind.group, f"{kind.group}/{kind.name}"})


def _selects(release: Release, manifest: Manifest, template: PodTemplate) -> bool | None:
    specs = [manifest.object.get("spec"), *as_list(manifest.object.get("specs"))]
    verdicts = [_applies(as_map(spec), _field(manifest), template) for spec in specs if isinstance(spec, dict)]
    here = (
        True if manifest.kind.startswith("CiliumClusterwide") else same_namespace(release, manifest, template.manifest)
    )
    if True in verdicts:
        return here
    return None if None in verdicts and here is not False else False


def _applies(spec: dict[str, Any], field: str, template: PodTemplate) -> bool | None:
    if field == "podSelector":
        types = as_list(spec.get("policyTypes"))
        restricts = not types or "Ingress" in types
    else:
        restricts = "ingress" in spec or "ingressDeny" in spec
    return matches(spec.get(field) or {}, as_map(template.metadata.get("labels"))) if restricts else False
