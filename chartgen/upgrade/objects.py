"""The objects of two sides, paired and compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from chartgen.model.change import ADDED, CHANGED, REMOVED, UNCHANGED, ObjectChange, Upgrade
from chartgen.model.manifest import Manifest
from chartgen.upgrade.fields import compare
from chartgen.upgrade.kinds import CLUSTER_SCOPED, hook_events, key_of
from chartgen.upgrade.losses import loss, loss_by_scaling, loss_of_hook
from chartgen.upgrade.normal import normal
from chartgen.upgrade.ownership import ownership
from chartgen.upgrade.refusals import refusals
from chartgen.upgrade.restarts import restarts

Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class _Side:
    """The objects of one side by what identifies them, and all of them in their normal form."""

    manifests: dict[Key, Manifest]
    normals: dict[Key, dict[str, Any]]

    @property
    def values(self) -> list[dict[str, Any]]:
        return list(self.normals.values())


def changes(old: Sequence[Manifest], new: Sequence[Manifest], *, namespace: str = "") -> Upgrade:
    """What an upgrade from the old objects to the new ones does, by kind, namespace and name.

    Objects are the same if API group, kind, namespace and name are; `namespace` is where those without one go. What has
    no kind or no name is left out. Nothing of the values of Secrets is in the result.
    """
    before, after = _side(old, namespace or "default"), _side(new, namespace or "default")
    keys = sorted({*before.manifests, *after.manifests}, key=lambda key: (key[1], key[2], key[3], key[0]))
    found = [_object(key, before, after) for key in keys]
    if any(each.action != UNCHANGED for each in found):
        found = [_owned(each, after) for each in found]
    return Upgrade(tuple(found))


def _side(manifests: Sequence[Manifest], namespace: str) -> _Side:
    """Of two objects with one identity the last one counts, as it does where they are applied one after the other."""
    found: dict[Key, Manifest] = {}
    for manifest in manifests:
        if manifest.kind and manifest.name:
            group, kind = key_of(manifest)
            where = "" if (group, kind) in CLUSTER_SCOPED else manifest.namespace or namespace
            found[group, kind, where, manifest.name] = manifest
    return _Side(found, {key: normal(manifest) for key, manifest in found.items()})


def _object(key: Key, before: _Side, after: _Side) -> ObjectChange:
    old, new = before.manifests.get(key), after.manifests.get(key)
    hook = any(hook_events(each) for each in (old, new) if each is not None)
    if old is None:
        return ObjectChange(ADDED, None, new, hook=hook)
    if new is None:
        gone = None if hook else loss(old, before.normals[key], list(after.manifests.values()))
        return ObjectChange(REMOVED, old, None, loss=gone, hook=hook)
    kind = key[0], key[1]
    one, other = before.normals[key], after.normals[key]
    fields = compare(kind, one, other)
    if not fields:
        return ObjectChange(UNCHANGED, old, new, hook=hook)
    if hook:
        # Helm deletes a hook before it makes it anew: whatever changes in it, the API server sees a new object.
        gone = None if hook_events(old) else loss_of_hook(old, one, new)
        return ObjectChange(CHANGED, old, new, fields, loss=gone, hook=True)
    refused = refusals(kind, one, other, fields)
    restarted = restarts(kind, one, other, fields, (before.values, after.values))
    gone = loss_by_scaling(new.name, one, other) if kind == ("apps", "StatefulSet") else None
    return ObjectChange(CHANGED, old, new, fields, refused, restarted, loss=gone)


def _owned(change: ObjectChange, after: _Side) -> ObjectChange:
    if change.new is None or change.hook:
        return change
    found = ownership(key_of(change.new), change.old, change.new, after.values)
    return replace(change, ownership=found) if found else change
