"""Whether an object comes with a Helm chart, and so is deleted and upgraded with its release."""

from __future__ import annotations

from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.release import Subject, as_map


@fact("chart.member", FactType.BOOL, on="object")
def member(subject: Subject) -> bool:
    """Whether Helm has rendered the object, or its labels say that Helm manages it."""
    if subject.manifest.source.rendered:
        return True
    labels = as_map(as_map(subject.manifest.object.get("metadata")).get("labels"))
    return labels.get("app.kubernetes.io/managed-by") == "Helm" or "helm.sh/chart" in labels


@fact("name.generated", FactType.BOOL, on="object")
def generated(subject: Subject) -> bool:
    """Whether the name ends in a number or a digest (`nightly-4e7e7061`), which may be another one each time."""
    last = subject.manifest.name.rpartition("-")[2]
    digits = sum(character.isdigit() for character in last)
    if digits == len(last):
        return digits > 0
    return len(last) > 4 and digits > 0 and set(last) <= set("0123456789abcdef")
