"""Label selectors against pod templates, three-valued.

A template does not carry every label that its pods will have: controllers add some at run time. A selector on such a
label is neither a match nor a miss (None). The same goes for two objects of which one names its namespace and the
other goes wherever the release is installed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from chartgen.lint import kinds
from chartgen.lint.release import PodTemplate, Release, as_list, as_map
from chartgen.model.manifest import Manifest

ADDED_KEYS = frozenset(
    {
        "controller-revision-hash",
        "controller-uid",
        "job-name",
        "pod-template-generation",
        "pod-template-hash",
        "rollouts-pod-template-hash",
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
        "spilo-role",
        "topology.kubernetes.io/region",
        "topology.kubernetes.io/zone",
        "vault-active",
        "vault-initialized",
        "vault-perf-standby",
        "vault-sealed",
        "vault-version",
    }
)
"""Labels that a controller, the PodTopologyLabels admission plugin, or the program in a pod puts on pods.

Vault: https://developer.hashicorp.com/vault/docs/configuration/service-registration/kubernetes. Patroni (`spilo-role`):
https://github.com/zalando/spilo.
"""

ADDED_PREFIXES = (
    "batch.kubernetes.io/",
    "io.cilium.k8s.",
    "io.kubernetes.pod.",
    "leaderworkerset.sigs.k8s.io/",
    "ray.io/",
    "serving.kserve.io/",
)
"""Label domains that belong to a controller, or to Cilium, as a whole."""

HOOK = "helm.sh/hook"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Pods:
    """The pods of one template, as far as a selector sees them."""

    template: PodTemplate
    labels: Mapping[str, Any]

    @property
    def manifest(self) -> Manifest:
        return self.template.manifest


@dataclass(frozen=True, slots=True, eq=False)
class Selected:
    """`sure` are picked whatever happens; `maybe` are picked if a label or a namespace turns out so."""

    sure: tuple[Pods, ...] = ()
    maybe: tuple[Pods, ...] = ()


@dataclass(slots=True)
class Labelled(Generic[T]):
    """Whatever has labels, findable by a pair of them; `odd` holds what has a label that is no text, by key."""

    members: list[T] = field(default_factory=list)
    pairs: dict[tuple[str, str], list[T]] = field(default_factory=dict)
    odd: dict[str, list[T]] = field(default_factory=dict)

    def add(self, labels: Mapping[str, Any], member: T) -> None:
        self.members.append(member)
        for key, value in labels.items():
            if isinstance(value, str):
                self.pairs.setdefault((key, value), []).append(member)
            else:
                self.odd.setdefault(key, []).append(member)

    def candidates(self, selector: Any) -> list[T]:
        """What a LabelSelector may match: what has one of the wanted pairs, if there is one to look up, else all."""
        for key, value in as_map(as_map(selector).get("matchLabels")).items():
            if isinstance(value, str) and not added_by_controller(key, value):
                return [*self.pairs.get((key, value), ()), *self.odd.get(key, ())]
        return self.members


def added_by_controller(key: str, value: Any = None) -> bool:
    """Whether pods may carry the label although their template does not."""
    if key in ADDED_KEYS or key.startswith(ADDED_PREFIXES):
        return True
    return isinstance(value, str) and ((key == "role" and value == "leader") or (key == "app" and value[:5] == "isvc."))


def every(verdicts: Iterable[bool | None]) -> bool | None:
    """Three-valued and: False if one is False, else None if one is None."""
    result: bool | None = True
    for verdict in verdicts:
        if verdict is False:
            return False
        if verdict is None:
            result = None
    return result


def either(verdicts: Iterable[bool | None]) -> bool | None:
    """Three-valued or: True if one is True, else None if one is None."""
    result: bool | None = False
    for verdict in verdicts:
        if verdict is True:
            return True
        if verdict is None:
            result = None
    return result


def matches_pairs(pairs: Any, labels: Mapping[str, Any]) -> bool | None:
    """Whether labels hold all of the pairs of a plain map selector (a Service's); None if it cannot be known.

    The empty map matches everything, as matchLabels does; for a Service it means that there is no selector, which is
    for the caller to tell apart.
    """
    if not isinstance(pairs, dict):
        return True if pairs is None else None
    return every(_pair(key, value, labels) for key, value in pairs.items())


def matches(selector: Any, labels: Mapping[str, Any]) -> bool | None:
    """Whether a LabelSelector picks labels; an absent selector picks nothing, an empty one everything."""
    if selector is None:
        return False
    if not isinstance(selector, dict):
        return None
    expressions = selector.get("matchExpressions")
    if not isinstance(expressions, list | None):
        return None
    parts = [matches_pairs(selector.get("matchLabels"), labels)]
    parts.extend(_expression(each, labels) for each in expressions or [])
    return every(parts)


def namespace_of(release: Release, manifest: Manifest) -> str:
    """The namespace that the object goes to; empty if only the installation decides it."""
    return manifest.namespace or release.namespace


def same_namespace(release: Release, one: Manifest, other: Manifest) -> bool | None:
    """Whether two objects share a namespace; None if one names it and the other leaves it to the installation."""
    first, second = namespace_of(release, one), namespace_of(release, other)
    if first == second:
        return True
    return False if first and second else None


def is_hook(manifest: Manifest) -> bool:
    """Whether Helm runs the object at some moment of an installation instead of keeping it."""
    return HOOK in as_map(as_map(manifest.object.get("metadata")).get("annotations"))


def describe(manifest: Manifest) -> str:
    """`Deployment vllm`: how messages name an object."""
    return f"{manifest.kind} {manifest.name}".strip()


def pods(release: Release, manifest: Manifest) -> Iterator[tuple[bool | None, Pods]]:
    """Every pod template that shares the namespace of the object (True) or may share it (None), hooks left out."""
    for same, bucket in _reach(release, manifest):
        for each in bucket.members:
            yield same, each


def selected(release: Release, manifest: Manifest, selector: Any) -> Selected:
    """The pods that a LabelSelector of `manifest` picks in its own namespace. Helm hooks are left out."""
    # Replicas of one chart often have one selector; each would otherwise be matched with all pods again.
    key = ("selectors", "selected", namespace_of(release, manifest), repr(selector))
    return release.once(key, lambda: _selected(release, manifest, selector))


def _selected(release: Release, manifest: Manifest, selector: Any) -> Selected:
    sure: list[Pods] = []
    maybe: list[Pods] = []
    for same, bucket in _reach(release, manifest):
        for each in bucket.candidates(selector):
            verdict = every((matches(selector, each.labels), same))
            if verdict is not False:
                (sure if verdict else maybe).append(each)
    return Selected(tuple(sure), tuple(maybe))


def all_added(selector: Any) -> bool:
    """Whether every term of a LabelSelector speaks of labels that only controllers add."""
    labels = as_map(as_map(selector).get("matchLabels"))
    expressions = [as_map(each).get("key") for each in as_list(as_map(selector).get("matchExpressions"))]
    keys = [(key, value) for key, value in labels.items()] + [(key, None) for key in expressions]
    return bool(keys) and all(isinstance(key, str) and added_by_controller(key, value) for key, value in keys)


def _pair(key: str, wanted: Any, labels: Mapping[str, Any]) -> bool | None:
    if key not in labels:
        return None if added_by_controller(key, wanted) else False
    actual = labels[key]
    return actual == wanted if isinstance(actual, str) and isinstance(wanted, str) else None


def _expression(expression: Any, labels: Mapping[str, Any]) -> bool | None:
    part = as_map(expression)
    key, operator, values = part.get("key"), part.get("operator"), as_list(part.get("values"))
    if not isinstance(key, str) or bool(values) is (operator not in ("In", "NotIn")):
        return None  # refused by the API server
    if operator in ("In", "NotIn"):
        held = either(_pair(key, value, labels) for value in values)
    elif operator in ("Exists", "DoesNotExist"):
        held = True if key in labels else None if added_by_controller(key) else False
    else:
        return None
    if held is None:
        return None
    return held if operator in ("In", "Exists") else not held


def _buckets(release: Release) -> dict[str, Labelled[Pods]]:
    """All the pods, by namespace."""

    def build() -> dict[str, Labelled[Pods]]:
        buckets: dict[str, Labelled[Pods]] = {}
        for workload in kinds.workloads(release):
            if is_hook(workload.manifest):
                continue
            bucket = buckets.setdefault(namespace_of(release, workload.manifest), Labelled())
            for template in workload.templates:
                bucket.add(template.labels, Pods(template, template.labels))
        return buckets

    return release.once(("selectors", "buckets"), build)


def _reach(release: Release, manifest: Manifest) -> list[tuple[bool | None, Labelled[Pods]]]:
    home = namespace_of(release, manifest)
    found: list[tuple[bool | None, Labelled[Pods]]] = []
    for namespace, bucket in _buckets(release).items():
        if namespace == home:
            found.append((True, bucket))
        elif not namespace or not home:
            found.append((None, bucket))
    return found
