"""Facts about the inference server that a container runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chartgen.lint.facts.arguments import Program, programs, variables
from chartgen.lint.facts.handover import hands_over, opaque
from chartgen.lint.facts.images import image_name, server_in, simulates, vouched
from chartgen.lint.facts.lookup import config_data
from chartgen.lint.facts.options import Options, number, read
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.facts.servers import PARALLELISM, PROGRAMS, SERVERS, Server
from chartgen.lint.facts.words import UNKNOWN, Variables, Word
from chartgen.lint.kinds import templates_in
from chartgen.lint.release import PodTemplate, Release, Subject, as_map, as_text, at_pointer

CONTAINER = "container anyContainer env startup probe"
POD = "object pod container anyContainer volume env startup probe"
_CONTAINERS = ("container", "anyContainer")
_BELOW_CONTAINER = {"env": 2, "startup": 1, "probe": 1}
"""How many parts of the pointer of what lies in a container follow the container's own."""


@dataclass(frozen=True, slots=True, eq=False)
class Engine:
    """A server, the options it is given and the variables it sees; `image` is the name of its image."""

    server: Server
    options: Options
    variables: Variables
    image: str
    role: str

    @property
    def official(self) -> bool:
        """Whether the image is the server's own."""
        return self.image in self.server.images

    @property
    def staged(self) -> bool:
        """Whether stages, which another file describes, decide which GPUs are used."""
        return self.image in self.server.staged_images or any(each in self.server.stages for each in self.options.flags)

    def word(self, what: str) -> Word | None:
        """The value of an option or of the variable that stands for it; None if absent, an unknown word if unsure."""
        if what in PARALLELISM and self.staged:
            return UNKNOWN
        given = self.options.get(self.server.options[what]) if what in self.server.options else None
        name = self.server.environment.get(what)
        if not name or (given is not None and given is not UNKNOWN):
            return given
        if name in self.variables.values:
            return self.variables.values[name] if given is None else UNKNOWN
        return given if self.variables.closed else UNKNOWN

    def number(self, what: str) -> int | None:
        """The number that an option is given, or its default; None if it cannot be known."""
        word = self.word(what)
        return self.server.defaults.get(what) if word is None else number(word)


def engine_at(subject: Subject) -> tuple[bool | None, Engine | None]:
    """(whether the subject's container runs a known server, the server); None if that cannot be told."""
    return engine_in(subject.release, subject.template, container_pointer(subject), subject.manifest.object)


def container_pointer(subject: Subject) -> str:
    """The pointer of the container that a variable or a probe belongs to, or of the container itself."""
    below = _BELOW_CONTAINER.get(subject.iterator)
    return subject.pointer if below is None else subject.pointer.rsplit("/", below)[0]


def container_at(subject: Subject) -> dict[str, Any]:
    """The container that the subject is or lies in."""
    if subject.iterator in _CONTAINERS:
        return as_map(subject.element)
    return as_map(at_pointer(subject.manifest.object, container_pointer(subject)))


def started(subject: Subject) -> list[Program]:
    """Every program that the container starts, read once."""
    return programs_at(subject.release, container_pointer(subject), subject.manifest.object)


def programs_at(release: Release, pointer: str, root: Mapping[str, Any]) -> list[Program]:
    """The same for the container at a pointer of an object."""

    def read() -> list[Program]:
        return programs(as_map(at_pointer(root, pointer)), variables_at(release, pointer, root))

    return release.once(("engine", "programs", id(root), pointer), read)


def variables_at(release: Release, pointer: str, root: Mapping[str, Any]) -> Variables:
    """The variables that the input gives the container at a pointer of an object, read once."""

    def read() -> Variables:
        return variables(as_map(at_pointer(root, pointer)), lambda name: config_data(release, root, name))

    return release.once(("engine", "variables", id(root), pointer), read)


def variables_of(subject: Subject) -> Variables:
    """Those of the container that the subject is or lies in."""
    return variables_at(subject.release, container_pointer(subject), subject.manifest.object)


def engine_in(
    release: Release, template: PodTemplate | None, pointer: str, root: Mapping[str, Any]
) -> tuple[bool | None, Engine | None]:
    """The same for the container at a pointer of an object."""

    def find() -> tuple[bool | None, Engine | None]:
        if _started_by_kuberay(root, pointer) or _started_by_kserve(root, template):
            return None, None
        role = template.role if template else ""
        container, values = as_map(at_pointer(root, pointer)), variables_at(release, pointer, root)
        return _find(container, programs_at(release, pointer, root), values, role)

    return release.once(("engine", id(root), pointer), find)


def _started_by_kuberay(root: Mapping[str, Any], pointer: str) -> bool:
    """Whether the operator puts `ray start` in place of what image and manifest would start.

    It does so in the first container of each pod, unless an annotation forbids it:
    https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/pod-command.html
    """
    annotations = as_map(as_map(root.get("metadata")).get("annotations"))
    return (
        as_text(root.get("apiVersion")).startswith("ray.io/")
        and pointer.endswith("/containers/0")
        and annotations.get("ray.io/overwrite-container-cmd") != "true"
    )


def _started_by_kserve(root: Mapping[str, Any], template: PodTemplate | None) -> bool:
    """Whether KServe puts the command line together: of runtimes and services, or of presets and a service.

    The containers of an InferenceService run as they are written.
    """
    return template is not None and template.bare and root.get("kind") != "InferenceService"


def engines_of(release: Release, template: PodTemplate) -> list[tuple[bool | None, Engine | None]]:
    """What each container of a template runs."""
    root = template.manifest.object
    return [engine_in(release, template, pointer, root) for pointer, _ in template.containers]


def _find(
    container: Mapping[str, Any], running: Sequence[Program], values: Variables, role: str
) -> tuple[bool | None, Engine | None]:
    name = image_name(container.get("image"))
    if simulates(name):
        return False, None
    found = [engine for program in running if (engine := _started(program, name, role))]
    if len(found) == 1 and not any(program.name == "eval" and hands_over(program) for program in running):
        return True, found[0]
    if found:
        # Two servers in one script: which one runs, and with what, only the running script tells.
        unsure = Options({}, (), (), open=True)
        return True, Engine(found[0].server, unsure, Variables({}, closed=False), image="", role=role)
    likely = server_in(container.get("image"))
    handed = any(map(hands_over, running))
    if likely is None or handed:
        return None if handed else False, None
    other = bool(container.get("command")) or not all(program.entrypoint for program in running)
    if other or not vouched(container, likely):
        return (False if other and not any(map(opaque, running)) else None), None
    options = read(likely, running[0].words if running else (), open_ended=name not in likely.images)
    return True, Engine(likely, options, values, name, role)


def _started(program: Program, image: str, role: str) -> Engine | None:
    words = program.words
    if not words or not words[0].known:
        return None
    texts = [word.text if word.known else "" for word in words]
    texts[0] = texts[0].rsplit("/", 1)[-1]
    if texts[0] not in PROGRAMS and not _is_python(texts[0]):
        return None
    for server in SERVERS:
        rest = _arguments(server, words, texts)
        if rest is not None:
            options = read(server, rest)
            return Engine(server, options, program.variables, image, role)
    return None


def _is_python(name: str) -> bool:
    return name.rstrip("0123456789.") == "python"


def _arguments(server: Server, words: tuple[Word, ...], texts: list[str]) -> tuple[Word, ...] | None:
    """The words after the name of the server; None if the program is not this server. `texts` are those known."""
    for start in server.programs:
        if tuple(texts[: len(start)]) == start:
            return words[len(start) :]
    if not _is_python(texts[0]):
        return None
    at = 1
    while at < len(texts) and texts[at].startswith("-") and not texts[at].endswith("m"):
        at += 2 if texts[at] in ("-X", "-W") else 1
    if at + 1 < len(texts) and texts[at + 1] in server.modules:
        rest = words[at + 2 :]
        return rest[1:] if rest and rest[0].text == "serve" else rest
    return None


def of(subject: Subject) -> Engine | None:
    return engine_at(subject)[1]


@fact("engine.present", FactType.BOOL, on=CONTAINER)
def present(subject: Subject) -> bool | None:
    """Whether the container runs a known inference server; unknown if its image is one and its command is a script."""
    return engine_at(subject)[0]


@fact("engine.name", FactType.STRING, on=CONTAINER)
def name(subject: Subject) -> str | None:
    """vllm, sglang, tgi, tei, triton, trtllm, lmdeploy, llamacpp, ollama, nim, or empty for anything else."""
    found, engine = engine_at(subject)
    return engine.server.name if engine else None if found is None else ""


@fact("podEngine.present", FactType.BOOL, on=POD)
def pod_present(subject: Subject) -> bool | None:
    """Whether a container of the pod (of any pod of the object) runs a known inference server."""
    verdicts = [found for template in templates_of(subject) for found, _ in engines_of(subject.release, template)]
    if True in verdicts:
        return True
    return None if None in verdicts else False


def templates_of(subject: Subject) -> tuple[PodTemplate, ...]:
    """The template that the subject lies in; for an object with several templates all of them."""
    return (subject.template,) if subject.template else templates_in(subject.release, subject.manifest)


@fact("engine.port", FactType.INT, on=CONTAINER)
def port(subject: Subject) -> int | None:
    """The TCP port that the server listens on: its option, else its default."""
    engine = of(subject)
    return port_of(engine) if engine else None


def port_of(engine: Engine) -> int | None:
    if {"--headless", *engine.server.options.get("socket", ())}.intersection(engine.options.flags):
        return None
    word = engine.word("port")
    if word is None:
        return engine.server.image_port if engine.official and engine.server.image_port else engine.server.port
    text = word.text.rsplit(":", 1)[-1] if engine.server.name == "ollama" else word.text
    value = number(Word(text, known=word.known))
    return value if value is not None and 0 < value < 65536 else None


@fact("engine.model", FactType.STRING, on=CONTAINER)
def model(subject: Subject) -> str | None:
    """The model as the server is given it: a hub id, a path or a URL; unknown if it is not spelt out."""
    engine = of(subject)
    return model_of(engine) if engine else None


def model_word(engine: Engine) -> Word | None:
    word = engine.word("model")
    if (word is None or word is UNKNOWN) and engine.server.positional_model and engine.options.positional:
        return engine.options.positional[0]
    return word


def model_of(engine: Engine) -> str | None:
    word = model_word(engine)
    return word.text if word is not None and word.known and word.text else None
