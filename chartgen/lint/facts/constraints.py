"""The terms by which pods keep away from others, one by one: anti-affinity terms and topology spread constraints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartgen.lint import kinds
from chartgen.lint.facts.affinity import term_matches, terms
from chartgen.lint.facts.registry import FactType, fact, iterator
from chartgen.lint.facts.selectors import is_hook, matches, selected
from chartgen.lint.facts.services import missed
from chartgen.lint.release import PodTemplate, Release, Subject, as_list, as_map, as_text, maps
from chartgen.model.manifest import Manifest

_ON = "constraint"
_ANTI_AFFINITY = "podAntiAffinity"
_SPREAD = "topologySpreadConstraints"


@iterator("constraint")
def walk_constraints(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """Each term of podAntiAffinity (required or preferred) and each topologySpreadConstraint of each pod template."""
    for template in kinds.templates_in(release, manifest):
        for pointer, _, term in terms(template, _ANTI_AFFINITY):
            yield Subject(release, manifest, "constraint", term, pointer, template, key=_ANTI_AFFINITY)
        for index, constraint in maps(template.spec.get(_SPREAD)):
            pointer = f"{template.spec_pointer}/{_SPREAD}/{index}"
            yield Subject(release, manifest, "constraint", constraint, pointer, template, key=_SPREAD)


@fact("constraint.kind", FactType.STRING, on=_ON)
def constraint_kind(subject: Subject) -> str:
    """podAntiAffinity or topologySpreadConstraints."""
    return as_text(subject.key)


@fact("constraint.own", FactType.BOOL, on=_ON)
def constraint_own(subject: Subject) -> bool | None:
    """Whether the selector picks the pods that carry the constraint; unknown with labels that controllers add."""
    return None if subject.template is None else _picks(subject, subject.template)


@fact("constraint.reachesOthers", FactType.BOOL, on=_ON)
def constraint_reaches_others(subject: Subject) -> bool:
    """Whether the selector picks, or may pick, the pods of another workload of the input."""
    return any(True for _ in _others(subject))


@fact("constraint.near", FactType.STRING, on=_ON)
def constraint_near(subject: Subject) -> str:
    """The labels of the pod that stand where the selector's should, if it misses them by a slip (`app=vllm`).

    Empty if the difference is more than a slip.
    """
    pairs = _pairs(as_map(subject.element).get("labelSelector"))
    if subject.template is None or not pairs:
        return ""
    return ",".join(missed(pairs, subject.template.labels) or ())


def _picks(subject: Subject, template: PodTemplate) -> bool | None:
    term = as_map(subject.element)
    if subject.key == _ANTI_AFFINITY:
        return term_matches(subject.release, subject.manifest, term, template)
    return matches(term.get("labelSelector"), template.labels)


def _others(subject: Subject) -> Iterator[PodTemplate]:
    for each in _reached(subject):
        own = each.manifest is subject.manifest and subject.template and each.pointer == subject.template.pointer
        if not own and not is_hook(each.manifest) and _picks(subject, each) is not False:
            yield each


def _reached(subject: Subject) -> Iterator[PodTemplate]:
    """The templates that the constraint may speak of: by index, unless it names namespaces of its own."""
    term = as_map(subject.element)
    if "namespaces" in term or "namespaceSelector" in term:
        yield from (each for workload in kinds.workloads(subject.release) for each in workload.templates)
    else:
        found = selected(subject.release, subject.manifest, term.get("labelSelector"))
        yield from (pods.template for pods in (*found.sure, *found.maybe))


def _pairs(selector: Any) -> dict[str, Any]:
    """The labels that a selector wants, `In` with a single value included; empty if it wants anything else."""
    found = dict(as_map(as_map(selector).get("matchLabels")))
    for expression in map(as_map, as_list(as_map(selector).get("matchExpressions"))):
        values = as_list(expression.get("values"))
        if expression.get("operator") != "In" or len(values) != 1 or not isinstance(expression.get("key"), str):
            return {}
        found[expression["key"]] = values[0]
    return found
