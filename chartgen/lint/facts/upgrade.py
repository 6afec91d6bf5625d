"""What the upgrade from another version does to an object; without one (`--against`) there is nothing to walk over.

Names of facts begin with `upgrade`; the changes themselves are computed by the upgrade stage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chartgen.lint.facts.registry import FactType, fact, iterator
from chartgen.lint.release import Release, Subject, at_pointer
from chartgen.model.manifest import Manifest

if TYPE_CHECKING:  # most runs compare nothing
    from chartgen.model.change import FieldChange, Loss, ObjectChange, Refusal, Restart

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Changed:
    """A field that differs, and the refusal that it is a part of."""

    field: FieldChange
    refusal: Refusal | None


def change_of(release: Release, manifest: Manifest) -> ObjectChange | None:
    """The change of an object of either side; None without another version."""

    def index() -> dict[int, ObjectChange]:
        changes = release.changes.objects if release.changes else ()
        return {id(side): change for change in changes for side in (change.old, change.new) if side is not None}

    return release.once(("upgrade", "changes"), index).get(id(manifest))


@iterator("change")
def changed(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """Each field of the object that differs from the version before."""
    change = change_of(release, manifest)
    for field in change.fields if change else ():
        refusal = next((each for each in change.refusals if field in each.fields), None) if change else None
        element = at_pointer(manifest.object, field.pointer)
        yield Subject(release, manifest, "change", element, field.pointer, key=_Changed(field, refusal))


@iterator("loss")
def lost(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """The object itself, if data go with it: the old one if the new version lacks it."""
    change = change_of(release, manifest)
    if change is not None and change.loss is not None:
        yield Subject(release, manifest, "loss", manifest.object, "", key=change.loss)


@iterator("rollout")
def rolled_out(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """The object itself if it is in both versions; placed at its pod template if pods with GPUs are replaced."""
    change = change_of(release, manifest)
    if change is not None and change.old is not None and change.new is not None:
        for restart in change.restarts or (None,):
            pointer = restart.pointer if restart else ""
            yield Subject(release, manifest, "rollout", at_pointer(manifest.object, pointer), pointer, key=restart)


@fact("upgrade.field", FactType.STRING, on="change")
def field(subject: Subject) -> str:
    """The field, as people write it (`spec.template.spec.containers[vllm].image`)."""
    return _changed(subject).field.path


@fact("upgrade.refused", FactType.BOOL, on="change")
def refused(subject: Subject) -> bool:
    """Whether the API server refuses an update that changes the field, or may do so."""
    return _changed(subject).refusal is not None


@fact("upgrade.certain", FactType.BOOL, on="change")
def certain(subject: Subject) -> bool | None:
    """Whether it refuses that whatever it has filled in itself; unknown if it does not refuse it."""
    refusal = _changed(subject).refusal
    return refusal.certain if refusal else None


@fact("upgrade.doubt", FactType.STRING, on="change")
def doubt(subject: Subject) -> str | None:
    """When the change goes through, as a clause; empty if it never does."""
    refusal = _changed(subject).refusal
    return refusal.doubt if refusal else None


@fact("upgrade.answer", FactType.STRING, on="change")
def answer(subject: Subject) -> str | None:
    """The sentence of the API server."""
    refusal = _changed(subject).refusal
    return refusal.answer if refusal else None


@fact("upgrade.advice", FactType.STRING, on="change")
def advice(subject: Subject) -> str | None:
    """What to do about this refusal, in full sentences."""
    refusal = _changed(subject).refusal
    return refusal.remedy if refusal else None


@fact("upgrade.how", FactType.STRING, on="loss")
def how(subject: Subject) -> str:
    """What becomes of the object with whose data something happens, as a clause: it is removed, or scaled down."""
    return _loss(subject).how


@fact("upgrade.loses", FactType.STRING, on="loss")
def loses(subject: Subject) -> str:
    """What goes with the object, as a clause."""
    return _loss(subject).what


@fact("upgrade.destroys", FactType.BOOL, on="loss")
def destroys(subject: Subject) -> bool:
    """Whether data is gone with the object, and not only left without an owner."""
    return _loss(subject).severity.name == "error"


@fact("upgrade.helmKeeps", FactType.BOOL, on="loss")
def helm_keeps(subject: Subject) -> bool:
    """Whether the old object has `helm.sh/resource-policy: keep`."""
    return _loss(subject).helm_keeps


@fact("upgrade.argoKeeps", FactType.BOOL, on="loss")
def argo_keeps(subject: Subject) -> bool:
    """Whether the old object has the sync option `Prune=false` of Argo CD."""
    return _loss(subject).argo_keeps


@fact("upgrade.restarts", FactType.BOOL, on="rollout")
def restarts(subject: Subject) -> bool:
    """Whether pods with GPUs are replaced."""
    return subject.key is not None


@fact("upgrade.causes", FactType.STRING, on="rollout")
def causes(subject: Subject) -> str | None:
    """The fields of the template that differ: up to three of them, and the number of the others."""
    restart = _restart(subject)
    if restart is None:
        return None
    paths = sorted(each.path for each in restart.causes)
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return f"{', '.join(paths[:_SHOWN])}{more}"


@fact("upgrade.spare", FactType.INT, on="rollout")
def spare(subject: Subject) -> int | None:
    """Free GPUs without which the rollout never ends, 0 if it needs none."""
    restart = _restart(subject)
    return restart.spare if restart else None


@fact("upgrade.automatic", FactType.BOOL, on="rollout")
def automatic(subject: Subject) -> bool | None:
    """Whether the pods are replaced by themselves; false with the strategy OnDelete."""
    restart = _restart(subject)
    return restart.automatic if restart else None


def _changed(subject: Subject) -> _Changed:
    if not isinstance(subject.key, _Changed):
        raise TypeError("this fact is computed on the change iterator only")
    return subject.key


def _loss(subject: Subject) -> Loss:
    from chartgen.model.change import Loss  # noqa: PLC0415 - as above

    if not isinstance(subject.key, Loss):
        raise TypeError("this fact is computed on the loss iterator only")
    return subject.key


def _restart(subject: Subject) -> Restart | None:
    from chartgen.model.change import Restart  # noqa: PLC0415 - as above

    return subject.key if isinstance(subject.key, Restart) else None
