"""When the claims of a pod are bound: at once, or only when the scheduler has chosen a node for the pod."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.lint.facts import drivers
from chartgen.lint.facts.claims import Claim, mounted
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.kinds import kind_of
from chartgen.lint.release import Release, Subject, as_map, as_text
from chartgen.model.finding import Place

_WAITING_CLASSES = frozenset({"managed-csi", "managed-csi-premium", "premium-rwo", "standard-rwo"})
"""Classes that AKS and GKE create with volumeBindingMode WaitForFirstConsumer (their pages on storage classes)."""


@fact("claims.waiting", FactType.STRINGS, on="pod")
def waiting(subject: Subject) -> list[str]:
    """The claims that the pod mounts and that are for certain not bound before the scheduler has chosen a node; sorted.

    Those of a class that waits for the first consumer, without a volume chosen by hand.
    """
    return sorted({claim.name for claim in _waiting(subject)})


@related("waiting")
def waiting_places(subject: Subject) -> Iterator[Place]:
    """The volumes by which the pod mounts such claims."""
    for claim in _waiting(subject):
        yield Place(subject.manifest, claim.pointer, f"claim {claim.name} waits for the scheduler")


def _waiting(subject: Subject) -> list[Claim]:
    template = subject.template
    if template is None:
        return []
    return [
        claim
        for claim in mounted(subject.release, subject.manifest)
        if claim.template.pointer == template.pointer and _waits(subject, claim)
    ]


def _waits(subject: Subject, claim: Claim) -> bool:
    spec = claim.own
    if spec is None:
        manifest = drivers.claim(subject.release, subject.manifest, claim.name)
        spec = as_map(manifest.object.get("spec")) if manifest else {}
    name = as_text(spec.get("storageClassName"))
    if not name or spec.get("volumeName"):
        return False
    modes = _modes(subject.release)
    return modes[name] == "WaitForFirstConsumer" if name in modes else name in _WAITING_CLASSES


def _modes(release: Release) -> dict[str, str]:
    """The binding mode of each StorageClass of the input; the API's default is Immediate."""
    return release.once(
        ("binding", "modes"),
        lambda: {
            each.name: as_text(each.object.get("volumeBindingMode")) or "Immediate"
            for each in release.manifests
            if (kind_of(each).group, each.kind) == ("storage.k8s.io", "StorageClass")
        },
    )
