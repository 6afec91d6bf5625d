"""What a pod says about the nodes that it wants: the labels that it names."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.lint.facts.engine import templates_of
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.kinds import walk
from chartgen.lint.release import PodTemplate, Subject, as_map, as_text, at_pointer

_TERMS = (
    "/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/*",
    "/preferredDuringSchedulingIgnoredDuringExecution/*/preference",
)


@fact("nodes.labels", FactType.STRINGS, on="pod object")
def labels(subject: Subject) -> list[str]:
    """The labels and fields of nodes that nodeSelector and node affinity, required or preferred, speak of; sorted."""
    return sorted({key for template in templates_of(subject) for key in _keys(template)} - {""})


def _keys(template: PodTemplate) -> Iterator[str]:
    yield from as_map(template.spec.get("nodeSelector"))
    affinity = at_pointer(template.spec, "/affinity/nodeAffinity")
    for term in _TERMS if affinity else ():
        for field in ("matchExpressions", "matchFields"):
            for _, key in walk(affinity, f"{term}/{field}/*/key"):
                yield as_text(key)
