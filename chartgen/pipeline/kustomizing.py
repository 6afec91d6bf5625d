"""Kustomizations are not built: what they may settle is not told, and the report says so."""

from __future__ import annotations

from pathlib import Path

from chartgen.lint.release import at_pointer
from chartgen.manifests import Kustomized
from chartgen.model.finding import Violation
from chartgen.model.manifest import Manifest

_SELECTOR = "/spec/selector"


def unsettled(violation: Violation, kustomized: Kustomized) -> bool:
    """Whether a kustomization may change what the violation is about: a field, another object, or an image."""
    if not kustomized.files:
        return False
    place = violation.place
    file = _file(place.manifest)
    if file in kustomized.renaming and place.pointer == "/metadata/name":
        return True
    if file in kustomized.selecting and place.pointer == _SELECTOR and not at_pointer(place.manifest.object, _SELECTOR):
        return True
    others = [
        (_file(each.manifest), each.manifest) for each in violation.related if each.manifest is not place.manifest
    ]
    for patch in kustomized.patches:
        if patch.is_about(file, place.manifest.kind, place.manifest.name) and patch.touches(place.pointer):
            return True
        if any(patch.is_about(where, other.kind, other.name) for where, other in others):
            return True
    image = at_pointer(place.manifest.object, place.pointer) if place.pointer.endswith("/image") else None
    return isinstance(image, str) and any(name == _name(image) and file in files for name, files in kustomized.images)


def _file(manifest: Manifest) -> Path:
    return Path(manifest.source.file).resolve()


def not_built(kustomized: Kustomized, left_out: int) -> list[str]:
    """What a reader of the report must know, if there are kustomizations."""
    if not kustomized.files:
        return []
    count = len(kustomized.files)
    they = "a kustomization was" if count == 1 else f"{count} kustomizations were"
    hidden = (
        f", and {left_out} finding{'' if left_out == 1 else 's'} that {'it' if count == 1 else 'they'} may settle "
        f"{'is' if left_out == 1 else 'are'} left out"
        if left_out
        else ""
    )
    return [f"{they} not built{hidden}: `kubectl kustomize DIR | chartgen lint -` lints what they make"]


def _name(image: str) -> str:
    """The name of an image without tag and digest."""
    name = image.partition("@")[0]
    return name[: name.rindex(":")] if name.rfind(":") > name.rfind("/") else name
