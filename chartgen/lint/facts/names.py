"""How long the name of an object, and the values of its labels, may be.

A StatefulSet labels its pods with its name, a dash and a hash of ten (controller-revision-hash), and labels hold 63
characters; a LeaderWorkerSet makes a StatefulSet for each group (name, dash, number); KServe adds `-predictor`.
Sources: kubernetes issue 64023, the API conventions on names and labels, the CronJob page (52), and KServe's
constants.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.kinds import kind_of, templates_in
from chartgen.lint.release import Subject, as_map, as_text

_ON = "object"
_LABEL = 63
_LIMITS = {
    ("apps", "StatefulSet"): 52,
    ("batch", "CronJob"): 52,
    ("batch", "Job"): 63,
    ("", "Service"): 63,
    ("leaderworkerset.x-k8s.io", "LeaderWorkerSet"): 50,
    ("serving.kserve.io", "InferenceService"): 53,
}


@fact("name.limit", FactType.INT, on=_ON)
def limit(subject: Subject) -> int:
    """The most characters that the name of such an object may have, so that what is made of it keeps to 63 (or 253)."""
    kind = kind_of(subject.manifest)
    return _LIMITS.get((kind.group, kind.name), 253)


@fact("name.text", FactType.STRING, on=_ON)
def text(subject: Subject) -> str | None:
    """The name; unknown for a placeholder (`${NAME}`), empty if the API server makes one."""
    name = subject.manifest.name
    return None if any(each in name for each in "${<") else name


@fact("name.longLabels", FactType.STRINGS, on=_ON)
def long_labels(subject: Subject) -> list[str]:
    """The labels of the object, and of its pods, with more than 63 characters in their value (`app (70)`), sorted."""
    return sorted({f"{key} ({len(value)})" for key, value in _labels(subject) if len(value) > _LABEL})


def _labels(subject: Subject) -> Iterator[tuple[str, str]]:
    metadata = as_map(subject.manifest.object.get("metadata"))
    of_pods = (each.labels for each in templates_in(subject.release, subject.manifest))
    for labels in (as_map(metadata.get("labels")), *of_pods):
        for key, value in labels.items():
            yield key, as_text(value)
