"""Facts about how a server is set up: its release, where it listens, how much of the GPU and of a text it takes."""

from __future__ import annotations

from chartgen.catalogue.engine_options import release
from chartgen.catalogue.engine_versions import Version, engine
from chartgen.lint.facts.engine import CONTAINER, Engine, container_at, engine_at, engines_of, of
from chartgen.lint.facts.options import number
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.facts.words import Word
from chartgen.lint.release import Subject, as_map, as_text, at_pointer, maps

_OF_VLLM = ("vllm/vllm-openai", "vllm/vllm-openai-rocm", "vllm/vllm-openai-cpu")
"""Images whose tags are releases of vLLM. Others of the name `vllm-openai` count their own (lmcache/vllm-openai)."""

_SHARED_BY = ("cloud.google.com/gke-max-shared-clients-per-gpu", "nvidia.com/gpu.replicas")


def version(subject: Subject) -> Version | None:
    """The release of vLLM that the container runs, as its image's tag tells; None for any other image."""
    path, tag = _named(as_text(container_at(subject).get("image")))
    return release(tag) if path.endswith(_OF_VLLM) else None


def may_be_older(image: str, than: Version) -> bool:
    """Whether an image may run an older vLLM: one of somebody else, or vLLM's own with the tag of an older release."""
    path, tag = _named(image)
    found = release(tag)
    return not path.endswith(_OF_VLLM) or (found is not None and found < than)


def _named(image: str) -> tuple[str, str]:
    """The name of an image and its tag, empty if it has none."""
    name = image.partition("@")[0]
    path, colon, tag = name.rpartition(":")
    return (path, tag) if colon and "/" not in tag else (name, "")


@fact("engine.version", FactType.STRING, on=CONTAINER)
def version_text(subject: Subject) -> str | None:
    """The release of vLLM, `0.33.0`; unknown for an image that is not vLLM's own, and for a tag that is no release."""
    found = version(subject)
    return None if found is None else ".".join(map(str, found))


@fact("engine.host", FactType.STRING, on=CONTAINER)
def host(subject: Subject) -> str | None:
    """The address that the server is told to listen on; empty if none is, unknown if it cannot be told."""
    found = of(subject)
    if found is None:
        return None
    word = found.word("host") if "host" in found.server.options else None
    return "" if word is None else word.text if word.known else None


@fact("engine.hostPlace", FactType.STRING, on=CONTAINER)
def host_place(subject: Subject) -> str:
    """The pointer in the container of an argument that is nothing but that address, or empty."""
    found = of(subject)
    word = found.word("host") if found and "host" in found.server.options else None
    return word.place if word is not None and _alone(subject, word) else ""


@fact("engine.hostKnown", FactType.BOOL, on=CONTAINER)
def host_known(subject: Subject) -> bool:
    """Whether that address can be told."""
    return host(subject) is not None


@fact("engine.declaredPorts", FactType.INTS, on=CONTAINER)
def declared_ports(subject: Subject) -> list[int] | None:
    """The ports that the container declares, sorted; unknown if one is filled in later (`${PORT}`)."""
    declared = [port.get("containerPort") for _, port in maps(container_at(subject).get("ports"))]
    numbers = {number for number in declared if isinstance(number, int) and not isinstance(number, bool)}
    return sorted(numbers) if len(numbers) == len(set(map(repr, declared))) else None


@fact("engine.alone", FactType.BOOL, on=CONTAINER)
def alone(subject: Subject) -> bool | None:
    """Whether no other container runs beside the server; unknown if one does, for it may pass requests on to it."""
    template = subject.template
    if template is None:
        return None
    return True if len(template.containers) + len(template.sidecars) == 1 else None


@fact("engine.memoryShare", FactType.DOUBLE, on=CONTAINER)
def memory_share(subject: Subject) -> float | None:
    """The part of the GPU's memory that the server takes, `--gpu-memory-utilization`, else its release's default."""
    return _share(subject)


@fact("engine.memoryShareGiven", FactType.BOOL, on=CONTAINER)
def memory_share_given(subject: Subject) -> bool:
    """Whether the option is given."""
    found = of(subject)
    return found is not None and "memory" in found.server.options and found.word("memory") is not None


@fact("engine.memorySharePlace", FactType.STRING, on=CONTAINER)
def memory_share_place(subject: Subject) -> str:
    """The pointer in the container of the argument that gives the number, alone or behind `--flag=`; or empty."""
    found = of(subject)
    word = found.word("memory") if found and "memory" in found.server.options else None
    return word.place if word is not None and (_alone(subject, word) or _flag_of(subject, word)) else ""


@fact("engine.memoryShareFlag", FactType.STRING, on=CONTAINER)
def memory_share_flag(subject: Subject) -> str:
    """What stands before the number in that argument: `--gpu-memory-utilization=`, or nothing."""
    found = of(subject)
    word = found.word("memory") if found and "memory" in found.server.options else None
    return _flag_of(subject, word) if word is not None else ""


@fact("engine.lengthGiven", FactType.BOOL, on=CONTAINER)
def length_given(subject: Subject) -> bool | None:
    """Whether the longest context is given (`--max-model-len`); unknown if options are out of sight."""
    found = of(subject)
    if found is None or "length" not in found.server.options:
        return None
    word = found.word("length")
    return None if word is not None and not word.known and not word.place else word is not None


@fact("engine.spansPods", FactType.BOOL, on=CONTAINER)
def spans_pods(subject: Subject) -> bool | None:
    """Whether the server, or another one of its object, is one part of several that talk to each other."""
    present, engine_here = engine_at(subject)
    if engine_here is None:
        return None if present is None else False
    return _is_part(engine_here)


@fact("podEngine.spansPods", FactType.BOOL, on="pod")
def pod_spans_pods(subject: Subject) -> bool:
    """Whether a container of the pod is known to run such a part."""
    found = engines_of(subject.release, subject.template) if subject.template else []
    return any(engine_here is not None and _is_part(engine_here) for _, engine_here in found)


def _is_part(engine_here: Engine) -> bool:
    nodes = number(engine_here.word("nodes")) if "nodes" in engine_here.server.options else None
    if nodes is not None and nodes > 1:
        return True
    return bool(set(engine_here.server.spreads) & {*engine_here.options.flags, *engine_here.options.values})


def _share(subject: Subject) -> float | None:
    found = of(subject)
    if found is None or "memory" not in found.server.options:
        return None
    word = found.word("memory")
    if word is None:
        release_here = version(subject)
        return None if release_here is None else engine().gpu_memory_utilization(release_here)
    try:
        value = float(word.text) if word.known else -1.0
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None


def _alone(subject: Subject, word: Word) -> bool:
    """Whether the argument that the word stands in is the word, no script and no `flag=value`."""
    return bool(word.place) and at_pointer(container_at(subject), word.place) == word.text


def _flag_of(subject: Subject, word: Word) -> str:
    """The `--flag=` before the word, if the two are a whole argument; else empty."""
    text = as_text(at_pointer(container_at(subject), word.place)) if word.place and word.text else ""
    flag = text.removesuffix(word.text) if text.endswith(f"={word.text}") else ""
    return flag if flag.startswith("--") and " " not in flag and flag.count("=") == 1 else ""


@fact("engine.podsPerGpu", FactType.INT, on=CONTAINER)
def pods_per_gpu(subject: Subject) -> int:
    """How many pods may share the GPU: what the node selector says, at least 2 for `nvidia.com/gpu.shared`, else 1.

    Labels: GKE, time-sharing GPUs; NVIDIA GPU feature discovery, `nvidia.com/gpu.replicas`.
    """
    resources = as_map(container_at(subject).get("resources"))
    asked = {*as_map(resources.get("limits")), *as_map(resources.get("requests"))}
    selector = as_map(subject.template.spec.get("nodeSelector")) if subject.template else {}
    counts = [as_text(selector.get(label)) for label in _SHARED_BY]
    found = [int(count) for count in counts if count.isdecimal() and len(count) < 4]
    return max([*found, 2 if "nvidia.com/gpu.shared" in asked else 1])
