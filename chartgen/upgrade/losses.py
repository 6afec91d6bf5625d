"""Objects with data that an upgrade removes, and what keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chartgen.model.change import Loss
from chartgen.model.finding import Severity
from chartgen.model.manifest import Manifest
from chartgen.upgrade.kinds import annotation, hook_events, key_of
from chartgen.upgrade.pointers import as_map, at, maps

_HELM = "helm.sh/resource-policy"
_ARGO = "argocd.argoproj.io/sync-options"
_MAKES_SECRETS = frozenset({("external-secrets.io", "ExternalSecret"), ("bitnami.com", "SealedSecret")})

_HOLDS = {
    ("", "PersistentVolumeClaim"): "the claim goes, and with it the data of its volume unless the volume is retained",
    ("", "Secret"): "what only the Secret holds is lost",
    ("", "Namespace"): "everything in the namespace goes, claims and Secrets included",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "every object of the kind that it defines goes with it",
}


def loss(old: Manifest, normal: dict[str, Any], after: Sequence[Manifest]) -> Loss | None:
    """What goes with an object that is not among `after`; None if it holds no data.

    Helm 4.2 compares the value of its annotation as it is when it removes an object in an upgrade
    (pkg/kube/client.go). Argo CD looks for Prune=false alone when it prunes (gitops-engine, pkg/sync/sync_context.go:
    pruneObject); `Delete=false` is for the removal of the whole application.
    """
    told = _told(old, normal, after)
    if told is None:
        return None
    what, severity = told
    options = [option.strip() for option in annotation(old, _ARGO).split(",")]
    return Loss(what, severity, annotation(old, _HELM) == "keep", "Prune=false" in options)


def loss_of_hook(old: Manifest, normal: dict[str, Any], new: Manifest) -> Loss | None:
    """What goes with an object that becomes a hook, and so is no part of the release any more.

    Helm 4.2 removes it with the old release's objects, where its annotation keeps it; before it runs a hook it deletes
    what is there whatever the annotation says (pkg/action/hooks.go: deleteHookByPolicy).
    """
    found = loss(old, normal, ())
    if found is None:
        return None
    made_anew = any(event in ("pre-upgrade", "post-upgrade") for event in hook_events(new))
    keeps = found.helm_keeps and not made_anew
    return replace(
        found,
        helm_keeps=keeps,
        argo_keeps=False,
        how="becomes a hook, and Helm removes what is there",
        remedy="Keep the object as it is, and give the hook another name.",
    )


def loss_by_scaling(name: str, old: dict[str, Any], new: dict[str, Any]) -> Loss | None:
    """What goes with the replicas that a StatefulSet has no more: their claims, where its retention policy says so.

    The controller goes by the new policy: pkg/controller/statefulset/stateful_set_utils.go of Kubernetes,
    updateClaimOwnerRefForSetAndPod.
    """
    before, after = at(old, "/spec/replicas"), at(new, "/spec/replicas")
    if at(new, "/spec/persistentVolumeClaimRetentionPolicy/whenScaled") != "Delete":
        return None
    if not (isinstance(before, int) and isinstance(after, int) and after < before):
        return None
    start = at(new, "/spec/ordinals/start")
    first = after + (start if isinstance(start, int) else 0)
    which = str(first) if before - after == 1 else f"{first} to {first + before - after - 1}"
    claims = _names(name, new, which)
    if not claims:
        return None
    return Loss(
        f"its claims {claims} go, and the data in them (whenScaled: Delete)",
        Severity.error,
        helm_keeps=False,
        argo_keeps=False,
        how=f"has {after} in place of {before} replicas",
        remedy="Set persistentVolumeClaimRetentionPolicy.whenScaled to Retain in this version, or keep the replicas.",
    )


def _names(name: str, normal: dict[str, Any], which: str) -> str:
    templates = maps(at(normal, "/spec/volumeClaimTemplates"))
    names = [str(as_map(each.get("metadata")).get("name", "")) for each in templates]
    return " and ".join(f"{each}-{name}-{which}" for each in names)


def _told(old: Manifest, normal: dict[str, Any], after: Sequence[Manifest]) -> tuple[str, Severity] | None:
    kind = key_of(old)
    if kind == ("", "Secret") and _made_otherwise(old, after):
        return None
    if kind == ("", "PersistentVolume"):
        return _volume(normal)
    if kind == ("apps", "StatefulSet"):
        return _claims(old, normal)
    what = _HOLDS.get(kind)
    return (what, Severity.error) if what else None


def _volume(normal: dict[str, Any]) -> tuple[str, Severity]:
    if at(normal, "/spec/persistentVolumeReclaimPolicy") == "Delete":
        return "the volume goes, and its storage with it (reclaim policy Delete)", Severity.error
    return (
        "the volume goes; its storage stays (reclaim policy Retain), and nothing leads to it any more",
        Severity.warning,
    )


def _claims(old: Manifest, normal: dict[str, Any]) -> tuple[str, Severity] | None:
    """The claims of a StatefulSet stay when it goes, unless its retention policy says otherwise."""
    claims = _names(old.name, normal, "N")
    if not claims:
        return None
    if at(normal, "/spec/persistentVolumeClaimRetentionPolicy/whenDeleted") == "Delete":
        return f"its claims {claims} go with it, and the data in them (whenDeleted: Delete)", Severity.error
    return f"its claims {claims} stay (whenDeleted: Retain), used by nothing and paid for", Severity.warning


def _made_otherwise(old: Manifest, after: Sequence[Manifest]) -> bool:
    """Whether an object of the new side makes a Secret of this name."""
    return any(
        key_of(each) in _MAKES_SECRETS
        and old.name
        in (each.name, at(each.object, "/spec/target/name"), at(each.object, "/spec/template/metadata/name"))
        for each in after
    )
