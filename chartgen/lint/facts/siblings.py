"""Who else answers behind the Services of a workload when its own pods are gone."""

from __future__ import annotations

from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.facts.replicas import pods
from chartgen.lint.facts.selectors import Pods
from chartgen.lint.facts.services import selected_by
from chartgen.lint.facts.spread import requires_spot
from chartgen.lint.kinds import group_of
from chartgen.lint.release import Release, Subject


@fact("spot.lonely", FactType.STRING, on="pod")
def lonely(subject: Subject) -> str:
    """Whether a single pod answers, and no other workload that may run on on-demand nodes behind the same Services.

    `yes`, `no`, or `unknown`: the number of replicas may be, and in an open world the other workload may stand in
    another file. `no` for pods that may run on on-demand nodes themselves, and for the workers of a LeaderWorkerSet,
    which answer nobody.
    """
    template = subject.template
    most = pods(subject.release, template).most if template else None
    if template is None or not requires_spot(template) or template.role == "worker" or most not in (None, 1):
        return "no"
    if any(not requires_spot(each.template) for each in _others(subject)):
        return "no"
    return "yes" if subject.release.closed and most == 1 else "unknown"


def _others(subject: Subject) -> list[Pods]:
    """The pods of other workloads behind the Services that select, or may select, the pods of this one."""
    behind = subject.release.once(("siblings", "behind"), lambda: _behind(subject.release))
    found = behind.get(id(subject.manifest), [])
    return [each for each in found if each.manifest is not subject.manifest]


def _behind(release: Release) -> dict[int, list[Pods]]:
    """By the identity of a workload, all the pods that share a Service with its own."""
    index: dict[int, list[Pods]] = {}
    for service in release.manifests:
        if group_of(service) == "service":
            found = selected_by(release, service)
            selected = (*found.sure, *found.maybe)
            for workload in {id(each.manifest) for each in selected}:
                index.setdefault(workload, []).extend(selected)
    return index
