"""The claims that a workload mounts: their access modes, who else mounts them, and whether their volume is attached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chartgen.lint import kinds
from chartgen.lint.facts import drivers
from chartgen.lint.facts.affinity import kept_on_one_node, pinned_node
from chartgen.lint.facts.registry import FactType, fact, iterator, related
from chartgen.lint.facts.replicas import pods
from chartgen.lint.facts.selectors import describe, either, every, is_hook, namespace_of
from chartgen.lint.release import PodTemplate, Release, Subject, as_map, as_text, at_pointer, maps
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "claim"
_SHARED_MODES = frozenset({"ReadWriteMany", "ReadOnlyMany"})
_TEMPLATE_LISTS = {
    ("apps", "StatefulSet"): "/spec/volumeClaimTemplates",
    ("leaderworkerset.x-k8s.io", "LeaderWorkerSet"): "/spec/leaderWorkerTemplate/volumeClaimTemplates",
}


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """A claim as one pod template mounts it; `own` holds the claim's spec if each pod gets a claim of its own."""

    name: str
    template: PodTemplate
    pointer: str
    own: dict[str, Any] | None = None


def mounted(release: Release, manifest: Manifest) -> tuple[Claim, ...]:
    """The claims that containers of the workload mount; a volume that no container mounts is never set up."""
    return release.once(("claims", "mounted", id(manifest)), lambda: tuple(_mounted(release, manifest)))


def _mounted(release: Release, manifest: Manifest) -> Iterator[Claim]:
    for template in kinds.templates_in(release, manifest):
        found = [(claim.name, claim) for claim in {claim.name: claim for claim in _templates(template)}.values()]
        own = {name for name, _ in found}
        for index, volume in maps(template.spec.get("volumes")):
            name = as_text(volume.get("name"))
            # A claim template takes the place of a pod volume of the same name.
            if name not in own:
                found.extend((name, claim) for claim in _volume(template, index, volume))
        used = _mounts(template) if found else set()
        yield from (claim for name, claim in found if name in used)


@iterator("claim")
def walk_claims(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """Each claim that a workload mounts; the element is the pod volume, or the claim template."""
    for claim in mounted(release, manifest):
        element = at_pointer(manifest.object, claim.pointer)
        yield Subject(release, manifest, "claim", element, claim.pointer, claim.template, key=claim)


@fact("claim.name", FactType.STRING, on=_ON)
def claim_name(subject: Subject) -> str:
    """The name of the claim, or of the claim template."""
    return _claim(subject).name


@fact("claim.fromTemplate", FactType.BOOL, on=_ON)
def claim_from_template(subject: Subject) -> bool:
    """Whether every pod has a claim of its own: a volumeClaimTemplate or an ephemeral volume."""
    return _claim(subject).own is not None


@fact("claim.modes", FactType.STRINGS, on=_ON)
def claim_modes(subject: Subject) -> list[str] | None:
    """Access modes of the volume, sorted: the PersistentVolume's if the claim names one, else the claim's.

    Unknown if the claim is not in the input, or is bound by hand to a volume that is not and might allow more.
    """
    spec = _spec(subject)
    if spec is None:
        return None
    modes = _modes(spec)
    if not modes or not _bound_by_hand(spec) or _SHARED_MODES & set(modes):
        return modes or None
    volume = drivers.volume(subject.release, as_text(spec.get("volumeName")))
    return _modes(as_map(volume.object.get("spec"))) or None if volume else None


@fact("claim.attach", FactType.STRING, on=_ON)
def claim_attach(subject: Subject) -> str:
    """Whether the driver attaches the volume to one node: `yes`, `no`, or `unknown` if its class is not known."""
    spec = _spec(subject)
    if spec is None:
        return "unknown"
    volume = drivers.volume(subject.release, as_text(spec.get("volumeName")))
    attached = None if volume is None and _bound_by_hand(spec) else drivers.attaches(subject.release, spec, volume)
    return {True: "yes", False: "no", None: "unknown"}[attached]


@fact("claim.workloads", FactType.STRINGS, on=_ON)
def claim_workloads(subject: Subject) -> list[str]:
    """The workloads that mount the claim (`Deployment vllm`), sorted.

    Jobs, CronJobs, Pods that run once and Helm hooks are left out, for they come and go, and so is what is scaled to
    zero. The list is empty if the workload itself is one of those.
    """
    return _sharing(subject).workloads


@fact("claim.pods", FactType.INT, on=_ON)
def claim_pods(subject: Subject) -> int | None:
    """The most pods that may mount the claim at the same time, over all of claim.workloads; for a Job its own.

    A workload whose number of pods is unknown counts as one; the fact is unknown if that makes fewer than two.
    """
    return _sharing(subject).pods


@fact("claim.pinned", FactType.BOOL, on=_ON)
def claim_pinned(subject: Subject) -> bool:
    """Whether nodeName, nodeSelector or required node affinity puts every pod that mounts the claim on one node."""
    return _sharing(subject).pinned


@fact("claim.selfAffinity", FactType.BOOL, on=_ON)
def claim_self_affinity(subject: Subject) -> bool:
    """Whether required pod affinity by hostname puts, or may put, each new pod of the template where the others run."""
    here = _claim(subject).template
    return kept_on_one_node(subject.release, here, here) is not False


@fact("claim.oneNode", FactType.BOOL, on=_ON)
def claim_one_node(subject: Subject) -> bool:
    """Whether required pod affinity by hostname keeps, or may keep, all pods that mount the claim on one node."""
    release, here = subject.release, _claim(subject).template

    def verdicts() -> Iterator[bool | None]:
        for other in (claim.template for claim in _sharing(subject).claims):
            if other.manifest is not here.manifest or other.pointer != here.pointer:
                yield either((kept_on_one_node(release, here, other), kept_on_one_node(release, other, here)))
            elif pods(release, here).most != 1:
                yield kept_on_one_node(release, here, here)

    return every(verdicts()) is not False


@related("claim")
def claim_places(subject: Subject) -> Iterator[Place]:
    """The access modes of the claim: in the PersistentVolumeClaim, or in the claim template."""
    claim = subject.key
    if not isinstance(claim, Claim):
        return
    if claim.own is not None:
        yield Place(subject.manifest, f"{claim.pointer}/spec/accessModes", "the claim template")
        return
    manifest = drivers.claim(subject.release, subject.manifest, claim.name)
    if manifest is not None:
        yield Place(manifest, "/spec/accessModes", f"claim {claim.name}")


@related("mounts")
def mount_places(subject: Subject) -> Iterator[Place]:
    """The volumes by which other workloads mount the same claim."""
    for claim in _staying(subject.release, _users(subject)).mounts:
        if claim.template.manifest is not subject.manifest:
            yield Place(claim.template.manifest, claim.pointer, "mounted here too")


def _claim(subject: Subject) -> Claim:
    if not isinstance(subject.key, Claim):
        raise TypeError("claim facts are computed on the claim iterator only")
    return subject.key


def _spec(subject: Subject) -> dict[str, Any] | None:
    claim = _claim(subject)
    if claim.own is not None:
        return claim.own
    manifest = drivers.claim(subject.release, subject.manifest, claim.name)
    return as_map(manifest.object.get("spec")) if manifest else None


def _modes(spec: dict[str, Any]) -> list[str]:
    modes = spec.get("accessModes")
    return sorted({mode for mode in modes if isinstance(mode, str)}) if isinstance(modes, list) else []


def _bound_by_hand(spec: dict[str, Any]) -> bool:
    """Whether the claim takes a volume that somebody made: the volume's modes count then, and may be more."""
    return bool(spec.get("volumeName")) or spec.get("storageClassName") == "" or "selector" in spec


def _mounts(template: PodTemplate) -> set[str]:
    return {
        as_text(mount.get("name"))
        for field in ("containers", "initContainers")
        for _, container in maps(template.spec.get(field))
        for mounts in ("volumeMounts", "volumeDevices")
        for _, mount in maps(container.get(mounts))
    } - {""}


def _templates(template: PodTemplate) -> Iterator[Claim]:
    kind = kinds.kind_of(template.manifest)
    pointer = _TEMPLATE_LISTS.get((kind.group, kind.name), "")
    for index, value in maps(at_pointer(template.manifest.object, pointer) if pointer else None):
        name = as_text(as_map(value.get("metadata")).get("name"))
        yield Claim(name, template, f"{pointer}/{index}", as_map(value.get("spec")))


def _volume(template: PodTemplate, index: int, volume: dict[str, Any]) -> Iterator[Claim]:
    pointer = f"{template.spec_pointer}/volumes/{index}"
    name = as_text(as_map(volume.get("persistentVolumeClaim")).get("claimName"))
    own = as_map(volume.get("ephemeral")).get("volumeClaimTemplate")
    if name:
        yield Claim(name, template, pointer)
    elif isinstance(own, dict):
        yield Claim(as_text(volume.get("name")), template, pointer, as_map(own.get("spec")))


def _index(release: Release) -> dict[tuple[str, str], list[Claim]]:
    def build() -> dict[tuple[str, str], list[Claim]]:
        index: dict[tuple[str, str], list[Claim]] = {}
        for workload in kinds.workloads(release):
            for claim in mounted(release, workload.manifest):
                if claim.own is None:
                    index.setdefault((namespace_of(release, workload.manifest), claim.name), []).append(claim)
        return index

    return release.once(("claims", "index"), build)


def _users(subject: Subject) -> list[Claim]:
    """Every mount of the same claim, by this workload and by others of its namespace."""
    claim = _claim(subject)
    if claim.own is not None:
        return [claim]
    return _index(subject.release).get((namespace_of(subject.release, subject.manifest), claim.name), [claim])


def _stays(release: Release, claim: Claim) -> bool:
    manifest = claim.template.manifest
    kind = kinds.kind_of(manifest)
    ends = kind.name == "Pod" and claim.template.spec.get("restartPolicy") in ("Never", "OnFailure")
    passing = kind.group == "batch" or ends or is_hook(manifest)
    return not passing and pods(release, claim.template).most != 0


@dataclass(frozen=True, slots=True, eq=False)
class _Sharing:
    """The mounts that count, one `claims` for each template, and what the facts say of all of them together."""

    mounts: Sequence[Claim]
    claims: Sequence[Claim]
    workloads: list[str]
    pods: int | None
    pinned: bool


def _sharing(subject: Subject) -> _Sharing:
    """The mounts of staying workloads, the same for all of them; for what comes and goes only its own."""
    release, users = subject.release, _users(subject)
    if not _stays(release, _claim(subject)):
        own = [claim for claim in users if claim.template.manifest is subject.manifest]
        return _together(release, own, [])
    return _staying(release, users)


def _staying(release: Release, users: list[Claim]) -> _Sharing:
    """What stays of all that mount one claim, gathered once."""

    def gather() -> _Sharing:
        found = [claim for claim in users if _stays(release, claim)]
        return _together(release, found, sorted({describe(claim.template.manifest) for claim in found}))

    return release.once(("claims", "staying", id(users[0])), gather)


def _together(release: Release, found: list[Claim], workloads: list[str]) -> _Sharing:
    counted = {(id(claim.template.manifest), claim.template.pointer): claim for claim in found}
    most = [pods(release, claim.template).most for claim in counted.values()]
    total = sum(1 if each is None else each for each in most)
    nodes = {pinned_node(claim.template) for claim in counted.values()}
    return _Sharing(
        found,
        list(counted.values()),
        workloads,
        None if None in most and total < 2 else total,
        len(nodes) == 1 and "" not in nodes,
    )
