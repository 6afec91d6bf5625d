"""Other autoscalers of the same target."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.lint import kinds
from chartgen.lint.facts.autoscalers import HPA, SCALED_OBJECT, Autoscaler, autoscalers_of, read
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.selectors import describe, is_hook, same_namespace
from chartgen.lint.release import Subject, as_map, as_text, at_pointer, maps
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_PAUSED = "autoscaling.keda.sh/paused"


@fact("target.rivals", FactType.STRINGS, on="target")
def target_rivals(subject: Subject) -> list[str] | None:
    """The other HPAs and ScaledObjects that scale the same object, sorted; not the HPA that a ScaledObject makes.

    Unknown if one may go to another namespace; or, in an open world, if they are in other files only, which may hold
    variants of one installation.
    """
    release, manifest = subject.release, subject.manifest
    found = [(each, same_namespace(release, manifest, each.manifest)) for each in _rivals(subject)]
    sure = [
        each.manifest
        for each, same in found
        if same and (release.closed or each.manifest.source.file == manifest.source.file)
    ]
    return sorted({describe(each) for each in sure}) if sure or not found else None


@related("rivalTargets")
def rival_places(subject: Subject) -> Iterator[Place]:
    """The references of the others."""
    for each in _rivals(subject):
        yield Place(each.manifest, each.reference.pointer, f"{describe(each.manifest)} scales it too")


def _rivals(subject: Subject) -> list[Autoscaler]:
    mine = read(subject.manifest)
    if mine is None or not mine.reference.name or is_hook(subject.manifest):
        return []
    aims = mine.reference
    return [
        each
        for each in autoscalers_of(subject.release, aims.group, aims.kind, aims.name)
        if each.manifest is not subject.manifest
        and same_namespace(subject.release, subject.manifest, each.manifest) is not False
        and describe(each.manifest) != describe(subject.manifest)
        and not is_hook(each.manifest)
        and not _related(each.manifest, subject.manifest)
        and not _related(subject.manifest, each.manifest)
    ]


def _related(hpa: Manifest, scaled_object: Manifest) -> bool:
    """Whether the ScaledObject owns the HPA: by its name, by an owner reference, or by taking it over."""
    if kinds.kind_of(hpa).name != HPA.name or kinds.kind_of(scaled_object).name != SCALED_OBJECT.name:
        return False
    metadata = as_map(scaled_object.object.get("metadata"))
    if as_map(metadata.get("annotations")).get(_PAUSED) == "true":
        return True
    owners = maps(as_map(hpa.object.get("metadata")).get("ownerReferences"))
    if any(owner.get("kind") == SCALED_OBJECT.name for _, owner in owners):
        return True
    taken = at_pointer(scaled_object.object, "/spec/advanced/horizontalPodAutoscalerConfig/name")
    return hpa.name == (as_text(taken) or f"keda-hpa-{scaled_object.name}")
