"""What keeps the replicas of a workload apart, and what makes it matter: spot nodes, several zones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any

from chartgen.lint.facts import gpu
from chartgen.lint.facts.affinity import (
    HOSTNAME,
    ZONES,
    node_values,
    pinned_node,
    required_node_terms,
    term_matches,
    terms,
)
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.facts.selectors import either, matches
from chartgen.lint.release import PodTemplate, Subject, as_list, as_map, as_text, maps

_ON = "pod container volume env claim"
_TOPOLOGY = "cloud.google.com/gke-tpu-topology"

SPOT_LABELS = {
    "kubernetes.azure.com/priority": ("spot",),
    "kubernetes.azure.com/scalesetpriority": ("spot",),
    "cloud.google.com/gke-preemptible": ("true",),
    "cloud.google.com/gke-provisioning": ("spot", "preemptible"),
    "cloud.google.com/gke-spot": ("true",),
    "eks.amazonaws.com/capacityType": ("SPOT",),
    "karpenter.sh/capacity-type": ("spot",),
    "node.alibabacloud.com/spot-strategy": ("SpotAsPriceGo", "SpotWithPriceLimit"),
}
"""Labels of nodes that the provider may take away, from the label pages of AKS, GKE, EKS, Karpenter and ACK."""


@fact("spread.constraints", FactType.STRINGS, on=_ON)
def spread_constraints(subject: Subject) -> list[str] | None:
    """What keeps the pods apart from each other (`podAntiAffinity kubernetes.io/hostname`), sorted.

    Only terms whose selector picks the pods' own labels count. Unknown if none does for certain and one may.
    """
    template = subject.template
    if template is None:
        return None
    found = list(_constraints(subject, template))
    sure = sorted({text for verdict, text in found if verdict})
    return sure if sure or all(verdict is False for verdict, _ in found) else None


@fact("spread.onePerNode", FactType.BOOL, on=_ON)
def spread_one_per_node(subject: Subject) -> bool | None:
    """Whether a required anti-affinity by hostname keeps each pod off the nodes of the others, old and new ones.

    A term that `matchLabelKeys` narrows to pods of the same revision does not keep new pods from old ones.
    """
    template = subject.template
    if template is None:
        return None
    return either(
        term_matches(subject.release, subject.manifest, term, template)
        for _, required, term in terms(template, "podAntiAffinity")
        if required and term.get("topologyKey") == HOSTNAME and "pod-template-hash" not in _keys(term)
    )


@fact("spread.pinned", FactType.BOOL, on=_ON)
def spread_pinned(subject: Subject) -> bool:
    """Whether nodeName, nodeSelector or required node affinity names the one node that the pods can run on."""
    return subject.template is not None and pinned_node(subject.template) != ""


@fact("spread.zones", FactType.INT, on=_ON)
def spread_zones(subject: Subject) -> int:
    """How many zones the required node affinity names; 0 if it names none."""
    if subject.template is None:
        return 0
    terms = required_node_terms(subject.template)
    return len({value for term in terms for key in ZONES for value in node_values(term, key)})


@fact("spread.gpus", FactType.INT, on=_ON)
def spread_gpus(subject: Subject) -> int | None:
    """How many GPUs one pod takes; unknown with resource claims and shared GPUs."""

    def taken(pointer: str, container: dict[str, Any]) -> int | None:
        count: int | None = gpu.count(replace(subject, iterator="anyContainer", element=container, pointer=pointer))
        return count

    return None if subject.template is None else gpu.of_pod(subject.template, taken)


@fact("spread.slice", FactType.INT, on=_ON)
def spread_slice(subject: Subject) -> int | None:
    """How many TPUs the slice has that nodeSelector names: 8 of topology 2x4, 0 if it names none.

    A pod that takes them all fills its node: https://cloud.google.com/kubernetes-engine/docs/concepts/tpus.
    """
    chosen = as_map(subject.template.spec.get("nodeSelector")) if subject.template else {}
    if _TOPOLOGY not in chosen:
        return 0
    sides = as_text(chosen[_TOPOLOGY]).split("x")
    return prod(map(int, sides)) if all(re.fullmatch("[0-9]{1,4}", each) for each in sides) and len(sides) < 4 else None


@fact("spot.required", FactType.BOOL, on=_ON)
def spot_required(subject: Subject) -> bool:
    """Whether nodeSelector or required node affinity allows nothing but spot nodes."""
    return subject.template is not None and requires_spot(subject.template)


def requires_spot(template: PodTemplate) -> bool:
    """Whether the pods can run on spot nodes only, by the labels of SPOT_LABELS."""
    chosen = as_map(template.spec.get("nodeSelector"))
    if any(chosen.get(key) in values for key, values in SPOT_LABELS.items()):
        return True
    found = required_node_terms(template)
    return bool(found) and all(any(_only(term, key) for key in SPOT_LABELS) for term in found)


def _keys(term: dict[str, Any]) -> list[Any]:
    return as_list(term.get("matchLabelKeys"))


def _only(term: dict[str, object], key: str) -> bool:
    values = node_values(term, key)
    return bool(values) and set(values) <= set(SPOT_LABELS[key])


def _constraints(subject: Subject, template: PodTemplate) -> Iterator[tuple[bool | None, str]]:
    for _, _, term in terms(template, "podAntiAffinity"):
        verdict = term_matches(subject.release, subject.manifest, term, template)
        yield verdict, f"podAntiAffinity {as_text(term.get('topologyKey'))}"
    labels = template.labels
    for _, constraint in maps(template.spec.get("topologySpreadConstraints")):
        verdict = matches(constraint.get("labelSelector"), labels)
        yield verdict, f"topologySpreadConstraints {as_text(constraint.get('topologyKey'))}"
