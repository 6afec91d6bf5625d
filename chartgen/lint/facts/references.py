"""References by name: whether what an object names is in the input, is missing for certain, or may exist elsewhere.

In a closed world what is not in the input does not exist, unless an operator may make it. In an open world it may
stand in another file, so that a reference counts as broken only if the input shows what was meant: the same name under
another kind or API group, or a name that differs by a slip of the keyboard.
"""

from __future__ import annotations

from functools import lru_cache

from chartgen.lint import kinds
from chartgen.lint.facts.selectors import same_namespace
from chartgen.lint.release import Release
from chartgen.model.manifest import Manifest

_BUILT_IN_GROUPS = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "extensions",
        "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
    }
)

_MAKES_NO_PODS = frozenset(
    {
        "autoscaling.k8s.io",
        "azmonitoring.coreos.com",
        "cert-manager.io",
        "cilium.io",
        "cloud.google.com",
        "external-secrets.io",
        "gateway.networking.k8s.io",
        "inference.networking.k8s.io",
        "inference.networking.x-k8s.io",
        "karpenter.azure.com",
        "karpenter.k8s.aws",
        "karpenter.sh",
        "kueue.x-k8s.io",
        "kyverno.io",
        "monitoring.googleapis.com",
        "networking.gke.io",
        "networking.istio.io",
        "scheduling.alibabacloud.com",
        "secrets-store.csi.x-k8s.io",
        "security.istio.io",
        "snapshot.storage.k8s.io",
        "telemetry.istio.io",
    }
)
"""API groups outside Kubernetes whose objects configure others and bring no pods of a workload with them."""

_MAKES_NO_PODS_KINDS = frozenset(
    {
        ("keda.sh", "ClusterTriggerAuthentication"),
        ("keda.sh", "ScaledJob"),
        ("keda.sh", "ScaledObject"),
        ("keda.sh", "TriggerAuthentication"),
        ("monitoring.coreos.com", "PodMonitor"),
        ("monitoring.coreos.com", "Probe"),
        ("monitoring.coreos.com", "PrometheusRule"),
        ("monitoring.coreos.com", "ServiceMonitor"),
    }
)

_LONGEST_COMPARED = 253


def holds_operator_work(release: Release, origin: Manifest) -> bool:
    """Whether the namespace of `origin` holds, or may hold, a custom resource whose operator makes further objects."""
    return any(
        same_namespace(release, origin, each) is not False
        for each in release.once(("references", "custom"), lambda: _custom(release))
    )


def is_slip(wanted: str, candidate: str) -> bool:
    """Whether `candidate` is `wanted` with one or two keys mistyped, rather than another name of the same family.

    Names of a family differ on purpose in a part that holds a digit (`-7b` and `-8b`, `a100` and `h100`) or is one
    letter long (`model-a` and `model-b`). Short names must be closer: one slip per three characters.
    """
    longest = max(len(wanted), len(candidate))
    if abs(len(wanted) - len(candidate)) > 2 or wanted == candidate or longest > _LONGEST_COMPARED:
        return False
    if (_letters(wanted) ^ _letters(candidate)).bit_count() > 4:
        # Each slip brings at most one new letter in and takes one out.
        return False
    allowed = min(2, longest // 3)
    return bool(wanted and candidate) and _within(wanted, candidate, allowed) and not _family(wanted, candidate)


def _within(one: str, other: str, slips: int) -> bool:
    """Whether as many insertions, deletions, replacements and swaps of neighbours make `other` of `one`."""
    if one == other:
        return True
    if slips == 0 or abs(len(one) - len(other)) > slips:
        return False
    at = next((at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), None)
    if at is None:
        # One is the beginning of the other.
        return True
    rest, other_rest = one[at + 1 :], other[at + 1 :]
    swapped = one[at : at + 2] == other[at + 1 : at + 2] + other[at : at + 1]
    return (
        _within(rest, other_rest, slips - 1)
        or _within(rest, other[at:], slips - 1)
        or _within(one[at:], other_rest, slips - 1)
        or (swapped and _within(one[at + 2 :], other[at + 2 :], slips - 1))
    )


@lru_cache(maxsize=65536)
def _letters(name: str) -> int:
    """The characters of a name as bits of a number."""
    bits = 0
    for character in name:
        bits |= 1 << (ord(character) & 127)
    return bits


def _family(wanted: str, candidate: str) -> bool:
    parts, others = _parts(wanted), _parts(candidate)
    if len(parts) != len(others):
        return any(len(part) == 1 or part.isdigit() for part in set(parts) ^ set(others))
    differing = [(part, other) for part, other in zip(parts, others, strict=True) if part != other]
    return bool(differing) and all(_deliberate(part, other) for part, other in differing)


def _deliberate(part: str, other: str) -> bool:
    if len(part) == 1 and len(other) == 1:
        return True
    letters, other_letters = _without_digits(part), _without_digits(other)
    return letters == other_letters or (letters != part and other_letters != other)


def _without_digits(text: str) -> str:
    return "".join(character for character in text if not character.isdigit())


def _parts(name: str) -> list[str]:
    return name.replace(".", "-").replace("_", "-").replace("/", "-").split("-")


def _custom(release: Release) -> tuple[Manifest, ...]:
    return tuple(each for each in release.manifests if _brings_more(each))


def _brings_more(manifest: Manifest) -> bool:
    kind = kinds.kind_of(manifest)
    if kinds.is_workload(manifest) or kind.group in _BUILT_IN_GROUPS or kind.group in _MAKES_NO_PODS:
        return False
    return (kind.group, kind.name) not in _MAKES_NO_PODS_KINDS
