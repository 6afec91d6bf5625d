"""Claims that a workload mounts and that the input lacks, but holds under a name that differs by a slip."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.lint import kinds
from chartgen.lint.facts import drivers
from chartgen.lint.facts.claims import Claim, mounted
from chartgen.lint.facts.references import is_slip
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import same_namespace
from chartgen.lint.release import Release, Subject
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest


@fact("claim.near", FactType.STRING, on="claim")
def near(subject: Subject) -> str:
    """The claim of the namespace that was meant if the input lacks the one that is named: like it, and not mounted.

    Empty if there is none.
    """
    found = _near(subject)
    return found[0].name if found else ""


@fact("claim.exists", FactType.BOOL, on="claim")
def exists(subject: Subject) -> bool | None:
    """Whether the claim is in the input, or made for each pod.

    Unknown if it is not: claims are often made by hand, so that weights outlive a release. But true if the user says
    that it exists, and false if the input shows what was meant (claim.near).
    """
    claim = subject.key
    if not isinstance(claim, Claim):
        return None
    if claim.own is not None or drivers.claim(subject.release, subject.manifest, claim.name) is not None:
        return True
    if _outside(subject.release, claim):
        return True
    return False if _near(subject) else None


@related("meantClaim")
def near_places(subject: Subject) -> Iterator[Place]:
    """The claim that was meant."""
    for each in _near(subject)[:1]:
        yield Place(each, "/metadata/name", f"claim {each.name} is here")


def _near(subject: Subject) -> list[Manifest]:
    claim = subject.key
    if not isinstance(claim, Claim) or claim.own is not None or _outside(subject.release, claim):
        return []
    if drivers.claim(subject.release, subject.manifest, claim.name) is not None:
        return []
    found = [
        each
        for each in subject.release.once(("misnamed", "unused"), lambda: _unused(subject.release))
        if is_slip(claim.name, each.name) and same_namespace(subject.release, subject.manifest, each) is True
    ]
    return sorted(found, key=lambda each: each.name)


def _outside(release: Release, claim: Claim) -> bool:
    return release.exists_outside("", "PersistentVolumeClaim", claim.name)


def _unused(release: Release) -> tuple[Manifest, ...]:
    """The claims whose name no workload mounts: what another one mounts was meant by that one."""
    used = {claim.name for workload in kinds.workloads(release) for claim in mounted(release, workload.manifest)}
    return tuple(each for each in release.manifests if kinds.group_of(each) == "claim" and each.name not in used)
