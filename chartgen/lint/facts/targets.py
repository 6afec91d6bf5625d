"""What an autoscaler scales: whether it exists, what was meant if it does not, and what its pods ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chartgen.lint import kinds
from chartgen.lint.facts import engine, gpu
from chartgen.lint.facts.autoscalers import Reference, reference
from chartgen.lint.facts.basic import objects
from chartgen.lint.facts.lookup import bearing
from chartgen.lint.facts.references import holds_operator_work, is_slip
from chartgen.lint.facts.registry import FactType, fact, iterator, related
from chartgen.lint.facts.selectors import describe, is_hook, namespace_of, same_namespace
from chartgen.lint.release import Release, Subject, as_map, at_pointer
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "object target behavior delay metrics"
_RUNS_TO_AN_END = ("Pod", "Job", "CronJob")


@iterator("target")
def walk_target(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """The reference by which a horizontal or vertical autoscaler names its target."""
    aims = reference(manifest)
    if aims is not None:
        yield Subject(release, manifest, "target", as_map(at_pointer(manifest.object, aims.pointer)), aims.pointer)


def resolve(release: Release, manifest: Manifest) -> Manifest | None:
    """The object of the input that the autoscaler names; None if there is none, or none for certain."""
    found = [each for same, each in _named(release, manifest) if same]
    return found[0] if len(found) == 1 else None


@fact("target.name", FactType.STRING, on=_ON)
def target_name(subject: Subject) -> str | None:
    """The name that the autoscaler gives as its target."""
    aims = reference(subject.manifest)
    return aims.name if aims else None


@fact("target.kind", FactType.STRING, on=_ON)
def target_kind(subject: Subject) -> str | None:
    """The kind that the autoscaler gives as its target; KEDA's default is Deployment."""
    aims = reference(subject.manifest)
    return aims.kind if aims else None


@fact("target.apiVersion", FactType.STRING, on=_ON)
def target_api_version(subject: Subject) -> str | None:
    """The apiVersion that the autoscaler gives for its target; KEDA's default is apps/v1, an HPA has none."""
    aims = reference(subject.manifest)
    return aims.api_version if aims else None


@fact("target.exists", FactType.BOOL, on=_ON)
def target_exists(subject: Subject) -> bool | None:
    """Whether the target is in the input.

    Unknown if it is not, and may stand in another file (open world) or be made by an operator; but true if the user
    says that it exists, and false if the input shows what was meant (target.near).
    """
    release, manifest = subject.release, subject.manifest
    aims = reference(manifest)
    if aims is None or not aims.name:
        return None
    found = [same for same, _ in _named(release, manifest)]
    if found:
        return True if True in found else None
    if release.exists_outside(aims.group, aims.kind, aims.name):
        return True
    if _meant(release, manifest, aims):
        return False
    return False if release.closed and not holds_operator_work(release, manifest) else None


@fact("target.near", FactType.STRING, on=_ON)
def target_near(subject: Subject) -> str:
    """What the input has in place of a target that it lacks (`StatefulSet vllm of apps/v1`); empty if nothing like it.

    The same name under another kind or API group, or the same kind under a name that differs by a slip.
    """
    aims = reference(subject.manifest)
    if aims is None or any(_named(subject.release, subject.manifest)):
        return ""
    meant = _meant(subject.release, subject.manifest, aims)
    return f"{describe(meant[0])} of {meant[0].api_version}" if meant else ""


@fact("target.gpu", FactType.BOOL, on=_ON)
def target_gpu(subject: Subject) -> bool | None:
    """Whether a pod of the target asks for a GPU; unknown if the target is not in the input."""
    target = _as_subject(subject)
    return gpu.pod_requested(target) if target else None


@fact("target.engine", FactType.BOOL, on=_ON)
def target_engine(subject: Subject) -> bool | None:
    """Whether a pod of the target runs a known inference server; unknown if the target is not in the input."""
    target = _as_subject(subject)
    return engine.pod_present(target) if target else None


@related("target")
def target_places(subject: Subject) -> Iterator[Place]:
    """The workload that the autoscaler scales, or that was meant."""
    aims = reference(subject.manifest)
    if aims is None:
        return
    found = [each for same, each in _named(subject.release, subject.manifest) if same]
    if found:
        yield Place(found[0], "/metadata/name", f"the target, {describe(found[0])}")
        return
    for each in _meant(subject.release, subject.manifest, aims)[:1]:
        yield Place(each, "/metadata/name", f"{describe(each)} is here")


def _as_subject(subject: Subject) -> Subject | None:
    target = resolve(subject.release, subject.manifest)
    if target is None or not kinds.is_workload(target):
        return None
    return next(iter(objects(subject.release, target)), None)


def _named(release: Release, manifest: Manifest) -> list[tuple[bool | None, Manifest]]:
    """(same namespace, object) of each object that bears the target's group, kind and name and may be the target."""
    aims = reference(manifest)
    if aims is None:
        return []
    found = [
        (same_namespace(release, manifest, each), each) for each in bearing(release, aims.group, aims.kind, aims.name)
    ]
    return [(same, each) for same, each in found if same is not False]


def _meant(release: Release, manifest: Manifest, aims: Reference) -> list[Manifest]:
    """What the reference may have meant, best guess first: workloads only, for a Service may well share the name."""

    def search() -> list[Manifest]:
        here = _scalable(release).get(namespace_of(release, manifest), ())
        alike = [each for each in here if each.name == aims.name]
        alike.sort(key=lambda each: each.kind != aims.kind)
        slips = [
            each
            for each in here
            if each.kind == aims.kind
            and kinds.kind_of(each).group == aims.group
            and is_slip(aims.name, each.name)
            and not _taken(release, each, manifest)
        ]
        return alike or slips

    if release.exists_outside(aims.group, aims.kind, aims.name):
        return []
    return release.once(("targets", "meant", id(manifest)), search)


def _scalable(release: Release) -> Mapping[str, list[Manifest]]:
    """What an autoscaler may scale, by namespace."""

    def search() -> Mapping[str, list[Manifest]]:
        found: dict[str, list[Manifest]] = {}
        for each in (workload.manifest for workload in kinds.workloads(release)):
            if each.kind not in _RUNS_TO_AN_END and not is_hook(each):
                found.setdefault(namespace_of(release, each), []).append(each)
        return found

    return release.once(("targets", "scalable"), search)


def _taken(release: Release, candidate: Manifest, manifest: Manifest) -> bool:
    """Whether another autoscaler names the candidate already: then this one means something else."""
    kind = kinds.kind_of(candidate)

    def build() -> set[tuple[str, str, str, str]]:
        aims = [(each, reference(each)) for each in release.manifests]
        return {(kinds.kind_of(each).name, one.group, one.kind, one.name) for each, one in aims if one is not None}

    taken = release.once(("targets", "taken"), build)
    return (kinds.kind_of(manifest).name, kind.group, kind.name, candidate.name) in taken
