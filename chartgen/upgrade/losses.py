"""Objects with data that an upgrade removes, and what keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chartgen.model.change import Loss
from chartgen.model.finding import Severity
from chartgen.model.manifest import Manifest
from chartgen.upgrade.kinds import annotation, key_of
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
    templates = maps(at(normal, "/spec/volumeClaimTemplates"))
    names = [str(as_map(each.get("metadata")).get("name", "")) for each in templates]
    if not names:
        return None
    claims = " and ".join(f"{name}-{old.name}-N" for name in names)
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
