"""The volume that a model is downloaded to: whether it can be written, what it holds at first, and how much fits."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor
from posixpath import normpath
from typing import Any

from chartgen.lint.facts import drivers
from chartgen.lint.facts.claims import Claim, mounted
from chartgen.lint.facts.engine import container_at, model_of, of, variables_of
from chartgen.lint.facts.registry import FactType, fact, related
from chartgen.lint.facts.weights import cache_folder
from chartgen.lint.release import Subject, as_map, as_text, maps
from chartgen.model.finding import Place

_ON = "container"
_NEVER_WRITABLE = ("configMap", "secret", "projected", "downwardAPI")
_EMPTY_AT_FIRST = ("emptyDir", "ephemeral")
_LIMITED = frozenset(
    {
        "disk.csi.azure.com",
        "kubernetes.io/azure-disk",
        "file.csi.azure.com",
        "kubernetes.io/azure-file",
        "ebs.csi.aws.com",
        "ebs.csi.eks.amazonaws.com",
        "kubernetes.io/aws-ebs",
        "pd.csi.storage.gke.io",
        "kubernetes.io/gce-pd",
        "filestore.csi.storage.gke.io",
        "diskplugin.csi.alibabacloud.com",
    }
)
"""Drivers whose volumes are as large as the claim asks, and not larger; others (EFS, buckets, plain NFS) grow."""


@fact("model.cachePath", FactType.STRING, on=_ON)
def cache_path(subject: Subject) -> str | None:
    """The folder that the server downloads weights to; unknown if neither arguments, variables nor the image tell."""
    engine, template = of(subject), subject.template
    if engine is None or template is None:
        return None
    return cache_folder(engine, variables_of(subject), container_at(subject), template)


@fact("model.cacheOn", FactType.STRING, on=_ON)
def cache_on(subject: Subject) -> str | None:
    """What that folder lies on.

    `volume`: one that can be written; `empty`: one that can be written and that nothing else fills; `given`: one that
    is mounted for reading and may hold a model; `held`: one that is mounted for reading and holds none. Without a
    volume `image`, and `sealed` if the container's own files are read-only; unknown for an image of unknown making,
    which may bring a model along.
    """
    engine, path = of(subject), cache_path(subject)
    if engine is None or path is None:
        return None
    mount = _mount(subject, path)
    if mount is None:
        if not engine.official:
            return None
        sealed = as_map(container_at(subject).get("securityContext")).get("readOnlyRootFilesystem") is True
        return "sealed" if sealed else "image"
    volume = _volume(subject, as_text(mount.get("name")))
    filled = _mounted_elsewhere(subject, as_text(mount.get("name")))
    if any(field in volume for field in _NEVER_WRITABLE):
        return "held"
    empty = any(field in volume for field in _EMPTY_AT_FIRST) and not filled
    if mount.get("readOnly") is True or _for_reading(volume):
        return "held" if empty else "given"
    return "empty" if empty else "volume"


@fact("model.weights", FactType.STRING, on=_ON)
def weights(subject: Subject) -> str | None:
    """What the weights of a model take (`15.2Gi`, rounded down), if chartgen's catalogue has it; unknown else."""
    from chartgen.catalogue.models import model  # noqa: PLC0415 - one rule asks, and that seldom

    engine = of(subject)
    text = model_of(engine) if engine else None
    found = model(text) if text else None
    return f"{floor(found.weights_gib * 10) / 10}Gi" if found else None


@fact("model.cacheSize", FactType.STRING, on=_ON)
def cache_size(subject: Subject) -> str | None:
    """The amount that the volume of the cache may hold (`16Gi`), empty if nothing limits it or there is no volume.

    Unknown for claims that the input lacks, that take an existing disk, or whose driver is not known.
    """
    path = cache_path(subject)
    if path is None:
        return None
    mount = _mount(subject, path)
    if mount is None:
        return ""
    volume = _volume(subject, as_text(mount.get("name")))
    if "emptyDir" in volume:
        return str(as_map(volume["emptyDir"]).get("sizeLimit", ""))
    claim = _claim(subject, as_text(mount.get("name")))
    spec = _claim_spec(subject, claim) if claim else None
    return _most(subject, spec) if spec else None


@fact("engine.loadFormat", FactType.STRING, on=_ON)
def load_format(subject: Subject) -> str | None:
    """How the server loads weights (`--load-format`); empty if it is not told."""
    engine = of(subject)
    if engine is None:
        return None
    word = engine.options.get(("--load-format",))
    return "" if word is None else word.text if word.known else None


@related("cacheClaim")
def cache_claim_places(subject: Subject) -> Iterator[Place]:
    """Where the size of the cache is asked for: in the claim, the claim template or the pod's own volume."""
    path = cache_path(subject)
    mount = _mount(subject, path) if path else None
    name = as_text(mount.get("name")) if mount else ""
    claim = _claim(subject, name)
    if claim is not None and claim.own is None:
        manifest = drivers.claim(subject.release, subject.manifest, claim.name)
        if manifest is not None:
            yield Place(manifest, "/spec/resources/requests/storage", f"claim {claim.name}")
    elif claim is not None:
        inner = "" if "volumeClaimTemplates" in claim.pointer else "/ephemeral/volumeClaimTemplate"
        yield Place(subject.manifest, f"{claim.pointer}{inner}/spec/resources/requests/storage", "the claim template")
    elif subject.template is not None:
        for index, volume in maps(subject.template.spec.get("volumes")):
            if name and volume.get("name") == name and "emptyDir" in volume:
                pointer = f"{subject.template.spec_pointer}/volumes/{index}/emptyDir/sizeLimit"
                yield Place(subject.manifest, pointer, f"volume {name}")


@related("cacheMount")
def cache_mount_places(subject: Subject) -> Iterator[Place]:
    """The mount that the cache lies on; else the list in which it would stand."""
    path = cache_path(subject)
    found = _mount_at(subject, path) if path else None
    yield Place(subject.manifest, f"{subject.pointer}/volumeMounts" + (f"/{found[0]}" if found else ""))


def _mount(subject: Subject, path: str) -> dict[str, Any] | None:
    """The mount that a folder lies on: of those around it the deepest."""
    found = _mount_at(subject, path)
    return found[1] if found else None


def _mount_at(subject: Subject, path: str) -> tuple[int, dict[str, Any]] | None:
    """The same with its index."""
    around = [
        (normpath(place), index, mount)
        for index, mount in maps(container_at(subject).get("volumeMounts"))
        if (place := as_text(mount.get("mountPath"))).startswith("/")
    ]
    around = [each for each in around if path == each[0] or path.startswith(f"{each[0].rstrip('/')}/")]
    return max(around, key=lambda each: len(each[0]))[1:] if around else None


def _volume(subject: Subject, name: str) -> dict[str, Any]:
    """The pod volume of that name; empty if it is a claim template's."""
    volumes = maps(subject.template.spec.get("volumes")) if subject.template else ()
    return next((volume for _, volume in volumes if volume.get("name") == name), {})


def _for_reading(volume: dict[str, Any]) -> bool:
    return "image" in volume or any(as_map(source).get("readOnly") is True for source in volume.values())


def _mounted_elsewhere(subject: Subject, name: str) -> bool:
    """Whether another container of the pod mounts the volume, and may fill it."""
    template = subject.template
    containers = [
        container
        for field in ("containers", "initContainers")
        for _, container in maps(template.spec.get(field) if template else None)
    ]
    using = [each for each in containers if any(m.get("name") == name for _, m in maps(each.get("volumeMounts")))]
    return len(using) > 1


def _claim(subject: Subject, name: str) -> Claim | None:
    """The claim behind the pod volume, or claim template, of that name."""
    if subject.template is None or not name:
        return None
    volumes = maps(subject.template.spec.get("volumes"))
    pointers = {
        f"{subject.template.spec_pointer}/volumes/{index}" for index, volume in volumes if volume.get("name") == name
    }
    for claim in mounted(subject.release, subject.manifest):
        if claim.pointer in pointers or ("volumeClaimTemplates" in claim.pointer and claim.name == name):
            return claim
    return None


def _most(subject: Subject, spec: dict[str, Any]) -> str | None:
    """What the volume of a claim holds: what the claim asks for, or empty if its driver gives more."""
    driver = _driver(subject, spec)
    if driver not in _LIMITED:
        return "" if driver in drivers.ATTACHES else None
    asked = as_map(as_map(spec.get("resources")).get("requests")).get("storage")
    return None if asked is None or spec.get("volumeName") else str(asked)


def _driver(subject: Subject, spec: dict[str, Any]) -> str:
    """What makes the volume of a claim, or serves the volume that it names; empty if that is not known."""
    volume = drivers.volume(subject.release, as_text(spec.get("volumeName")))
    if volume is None:
        return "" if spec.get("volumeName") else drivers.driver(subject.release, spec)
    return as_text(as_map(as_map(volume.object.get("spec")).get("csi")).get("driver"))


def _claim_spec(subject: Subject, claim: Claim) -> dict[str, Any] | None:
    if claim.own is not None:
        return claim.own
    manifest = drivers.claim(subject.release, subject.manifest, claim.name)
    return as_map(manifest.object.get("spec")) if manifest else None
