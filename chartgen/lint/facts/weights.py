"""Facts about where a server has its weights from, and where it keeps those that it downloads."""

from __future__ import annotations

from posixpath import normpath
from typing import Any

from chartgen.lint.facts.engine import CONTAINER, Engine, container_at, engine_at, model_of, variables_of
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.facts.words import Variables, Word
from chartgen.lint.release import PodTemplate, Subject, as_map, as_text, maps

_CACHES = (
    ("HF_HUB_CACHE", ""),
    ("HUGGINGFACE_HUB_CACHE", ""),
    ("HF_HOME", "/hub"),
    ("XDG_CACHE_HOME", "/huggingface/hub"),
)
"""Variables that move the hub cache, strongest first, with what the library adds to each."""

_DEFAULT_CACHE = "/.cache/huggingface/hub"
_REMOTE = ("s3://", "gs://", "oss://", "az://", "http://", "https://", "oci://")
_LOST_WITH_POD = ("emptyDir", "ephemeral")


@fact("engine.remoteModel", FactType.BOOL, on=CONTAINER)
def remote_model(subject: Subject) -> bool | None:
    """Whether the server itself fetches the model from a hub or a bucket when it starts."""
    engine = engine_at(subject)[1]
    text = model_of(engine) if engine else None
    if engine is None or text is None:
        return None
    if text.startswith(_REMOTE):
        return True
    if text.startswith(("/", ".", "~")) or "\\" in text:
        return False
    offline = [engine.variables.values.get(each, Word("0")) for each in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")]
    if any(each.known and each.text.lower() in ("1", "true", "yes", "on") for each in offline):
        return False
    return text.count("/") <= 1 if all(each.known for each in offline) else None


@fact("model.ephemeral", FactType.BOOL, on=CONTAINER)
def ephemeral(subject: Subject) -> bool | None:
    """Whether downloaded weights are gone when the pod is: the cache lies on no volume, or on one of the pod's own."""
    engine = engine_at(subject)[1]
    template = subject.template
    if engine is None or template is None:
        return None
    container = container_at(subject)
    mounts = _mounts(container, template)
    if all(lost for _, lost in mounts):
        return True
    path = cache_folder(engine, variables_of(subject), container, template)
    if path is None:
        return None
    around = [(place, lost) for place, lost in mounts if path == place or path.startswith(f"{place.rstrip('/')}/")]
    return max(around, key=lambda each: len(each[0]))[1] if around else True


@fact("model.local", FactType.BOOL, on=CONTAINER)
def local(subject: Subject) -> bool:
    """Whether the server is known to find its model on a disk: by a path, or with the hub switched off."""
    return remote_model(subject) is False


@fact("model.cacheVolume", FactType.STRING, on=CONTAINER)
def cache_volume(subject: Subject) -> str | None:
    """The name of the volume that downloaded weights lie on; empty if on none, so that the container keeps them.

    Unknown if the place of the cache is.
    """
    engine = engine_at(subject)[1]
    template = subject.template
    if engine is None or template is None:
        return None
    container = container_at(subject)
    path = cache_folder(engine, variables_of(subject), container, template)
    mounts = [
        (normpath(as_text(mount.get("mountPath"))), as_text(mount.get("name")))
        for _, mount in maps(container.get("volumeMounts"))
        if as_text(mount.get("mountPath")).startswith("/")
    ]
    if path is None:
        # An image of unknown making may bring the weights along.
        return None if mounts or not engine.official else ""
    around = [each for each in mounts if path == each[0] or path.startswith(f"{each[0].rstrip('/')}/")]
    return max(around, key=lambda each: len(each[0]))[1] if around else ""


def _mounts(container: dict[str, Any], template: PodTemplate) -> list[tuple[str, bool]]:
    """(path, whether its content is lost with the pod) of each mounted volume that can hold weights."""
    volumes = {as_text(volume.get("name")): volume for _, volume in maps(template.spec.get("volumes"))}
    found = []
    for _, mount in maps(container.get("volumeMounts")):
        path, volume = as_text(mount.get("mountPath")), volumes.get(as_text(mount.get("name")), {})
        if path.startswith("/"):
            found.append((normpath(path), any(field in volume for field in _LOST_WITH_POD)))
    return found


def cache_folder(engine: Engine, values: Variables, container: dict[str, Any], template: PodTemplate) -> str | None:
    """The folder that the weights are downloaded to; None if it cannot be known."""
    downloads = engine.word("downloads")
    if downloads is not None:
        return _path(downloads)
    for name, tail in _CACHES:
        if name in values.values:
            base = _path(values.values[name])
            return base + tail if base else None
    home = values.values.get("HOME")
    if home is not None:
        base = _path(home)
        return base + _DEFAULT_CACHE if base else None
    if not values.closed or not engine.official:
        return None
    users = [as_map(each.get("securityContext")).get("runAsUser") for each in (container, template.spec)]
    user = next((each for each in users if each is not None), 0)
    return f"/root{_DEFAULT_CACHE}" if user == 0 and engine.server.name == "vllm" else None


def _path(word: Word) -> str | None:
    return normpath(word.text) if word.known and word.text.startswith("/") else None
