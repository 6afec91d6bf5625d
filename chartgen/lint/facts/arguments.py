"""What a container runs: `command` and `args` as the kubelet expands them, through wrappers and `sh -c`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chartgen.lint.facts import servers
from chartgen.lint.facts.shell import Command, assignment
from chartgen.lint.facts.shell import commands as script_commands
from chartgen.lint.facts.words import UNKNOWN, Variables, Word
from chartgen.lint.release import as_list, as_map, as_text, maps

_REFERENCE = re.compile(r"\$(?:\$|\(([^)]*)\))")
_NAME = re.compile(r"[-._a-zA-Z0-9]+")
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})
_PREFIXES = frozenset({"exec", "nohup", "time", "command", "builtin", "setsid"})
_WRAPPERS = frozenset(
    {
        "busybox",
        "catatonit",
        "chrt",
        "conda",
        "ddtrace-run",
        "dumb-init",
        "gosu",
        "ionice",
        "mamba",
        "micromamba",
        "mpirun",
        "nice",
        "nsys",
        "numactl",
        "nvidia_entrypoint.sh",
        "opentelemetry-instrument",
        "poetry",
        "setpriv",
        "stdbuf",
        "su-exec",
        "sudo",
        "taskset",
        "timeout",
        "tini",
        "uv",
    }
)
"""Programs that run the rest of their own arguments, after options of their own."""

_MANAGERS = frozenset({"conda", "mamba", "micromamba", "poetry", "uv"})
"""Those that run a program after the word `run` only, and install packages after others."""

_STARTERS = _SHELLS | _PREFIXES | _WRAPPERS | servers.PROGRAMS
_PYTHON = re.compile(r"python[\d.]*$")
_SHELL_OPTIONS_WITH_VALUE = frozenset({"--rcfile", "--init-file"})
_PREFIX_OPTIONS_WITH_VALUE = frozenset({"-a", "-f", "-o"})
"""Of `exec` and `time`."""

_DEEPEST = 8

Configs = Callable[[str], Mapping[str, Any] | None]
"""What the ConfigMap of a name holds; None if the input lacks it."""


@dataclass(frozen=True, slots=True)
class Program:
    """One program that a container starts: the words of its command line and its variables.

    `entrypoint` says that the program itself is the image's own, so that the words are its arguments only.
    """

    words: tuple[Word, ...]
    variables: Variables
    entrypoint: bool = False

    @property
    def name(self) -> str:
        """The base name of the program; empty for the image's entry point or if it is unknown."""
        if self.entrypoint or not self.words or not self.words[0].known:
            return ""
        return self.words[0].text.rsplit("/", 1)[-1]


def variables(container: Mapping[str, Any], configs: Configs = lambda _: None) -> Variables:
    """The variables that the manifest gives the container; what a Secret or a field of the pod fills in is unknown."""
    values: dict[str, Word] = {}
    closed = True
    for index, source in maps(container.get("envFrom")):
        given = _source(source, f"/envFrom/{index}", configs)
        # A source that is not known may give again, with another value, what those before it give.
        values, closed = ({}, False) if given is None else ({**values, **given}, closed)
    for index, entry in maps(container.get("env")):
        name = entry.get("name")
        if isinstance(name, str):
            values[name] = _entry(entry, Variables(values, closed), f"/env/{index}/value", configs)
    return Variables(values, closed)


def _source(source: Mapping[str, Any], place: str, configs: Configs) -> dict[str, Word] | None:
    """The variables that an entry of `envFrom` gives; None if they cannot be known."""
    data = configs(as_text(as_map(source.get("configMapRef")).get("name")))
    if data is None:
        return None
    prefix = as_text(source.get("prefix"))
    return {prefix + key: Word(text, literal=False, place=place) for key, text in data.items() if isinstance(text, str)}


def _entry(entry: Mapping[str, Any], values: Variables, place: str, configs: Configs) -> Word:
    """The value of an entry of `env`; `values` are the variables that it may refer to."""
    reference = as_map(as_map(entry.get("valueFrom")).get("configMapKeyRef"))
    data = configs(as_text(reference.get("name"))) if reference else None
    found = data.get(as_text(reference.get("key"))) if data else None
    if isinstance(found, str):
        return Word(found, literal=False, place=place)
    value = entry.get("value", "")
    known = isinstance(value, str) and "valueFrom" not in entry
    return expand(value, values, place) if known else replace(UNKNOWN, place=place)


def expand(text: str, values: Variables, place: str = "") -> Word:
    """Replace `$(NAME)` as the kubelet does. What is not set in the manifest may still be: it is unknown."""
    if "$" not in text:
        return Word(text, place=place)
    result, last, literal = "", 0, True
    for reference in _REFERENCE.finditer(text):
        result += text[last : reference.start()]
        last = reference.end()
        name = reference.group(1)
        if name is not None and not _NAME.fullmatch(name):
            result += reference.group()  # no variable is called like this, and what is none stays
            continue
        value = Word("$") if name is None else values.get(name)
        if not value.known:
            return Word(result + value.text, known=False, literal=False, place=place)
        result += value.text
        literal = literal and name is None
    return Word(result + text[last:], literal=literal, place=place)


def programs(container: Mapping[str, Any], values: Variables | None = None) -> list[Program]:
    """Every program that the container starts, in order of the text; one, the image's own, if there is no `command`.

    `values` are the variables that it sees, by default those that it spells out.
    """
    values = variables(container) if values is None else values
    command = [(f"/command/{index}", each) for index, each in enumerate(as_list(container.get("command")))]
    arguments = [(f"/args/{index}", each) for index, each in enumerate(as_list(container.get("args")))]
    argv = [expand(as_text(text), values, place) for place, text in (*command, *arguments)]
    raw = {place: as_text(text) for place, text in (*command, *arguments)}
    if command:
        return list(_unwrap(argv, values, raw, 0))
    inner = list(_unwrap(argv, values, raw, 0)) if argv else []
    if inner and (len(inner) > 1 or inner[0].words != tuple(argv)):
        return inner
    return [Program(tuple(argv), values, entrypoint=True)]


def _unwrap(words: Sequence[Word], values: Variables, raw: Mapping[str, str], depth: int) -> Iterator[Program]:
    """The program, or those that it starts in turn. `raw` holds the text of each place before its expansion."""
    words, values = _strip(words, values)
    name = words[0].text.rsplit("/", 1)[-1] if words and words[0].known else ""
    if depth < _DEEPEST and name in _SHELLS:
        inner = _script(words, values, raw)
        if inner is not None:
            for command in inner:
                yield from _unwrap(command.words, command.variables, {}, depth + 1)
            return
    runs = name in _WRAPPERS and (name not in _MANAGERS or any(word.text == "run" for word in words))
    if depth < _DEEPEST and runs:
        pairs = zip(words[1:], (*words[2:], UNKNOWN), strict=False)
        # A user may have the name of the program: `gosu vllm vllm serve`.
        starts = (at for at, (word, after) in enumerate(pairs, 1) if _starts_program(word) and word.text != after.text)
        start = next(starts, None)
        if start is None:
            start = next((i + 1 for i, word in enumerate(words[:-1]) if word.text == "--"), None)
        if start is not None:
            yield from _unwrap(words[start:], values, raw, depth + 1)
            return
    yield Program(tuple(words), values)


def _starts_program(word: Word) -> bool:
    name = word.text.rsplit("/", 1)[-1]
    return word.known and (name in _STARTERS or _PYTHON.match(name) is not None)


def _strip(words: Sequence[Word], values: Variables) -> tuple[Sequence[Word], Variables]:
    """Leave out `exec`, `nohup` and the like, and `env` with what it sets."""
    while words and words[0].known:
        name = words[0].text.rsplit("/", 1)[-1]
        if name == "command" and len(words) > 1 and words[1].text in ("-v", "-V"):
            break  # only asks where the program is
        if name in _PREFIXES:
            words = words[1:]
            while words and words[0].text.startswith("-"):
                words = words[2 if words[0].text in _PREFIX_OPTIONS_WITH_VALUE else 1 :]
        elif name == "env":
            words, values = _environment(words[1:], values)
        else:
            break
    return words, values


def _environment(words: Sequence[Word], values: Variables) -> tuple[Sequence[Word], Variables]:
    """What follows `env`: the program that it starts, and the variables as it sets and removes them."""
    while words and words[0].known and words[0].text.startswith("-"):
        option, _, value = words[0].text.partition("=")
        if option in ("-S", "--split-string") or (option.startswith("-S") and option != "-"):
            return [UNKNOWN], values
        if option in ("-", "-i", "--ignore-environment"):
            values = Variables()
        elif option in ("-u", "--unset") or option.startswith("-u"):
            name = value or option.removeprefix("-u") or (words[1].text if len(words) > 1 else "")
            values = values.set({name: UNKNOWN})
        words = words[2 if words[0].text in ("-u", "--unset", "-C", "--chdir") else 1 :]
    while words and (pair := assignment(words[0])):
        values = values.set(dict([pair]))
        words = words[1:]
    return words, values


def _script(words: Sequence[Word], values: Variables, raw: Mapping[str, str]) -> list[Command] | None:
    """The commands of `sh -c SCRIPT NAME ARGUMENTS`; None if the shell runs a file."""
    at, inline = 1, False
    while at < len(words) and words[at].text[:1] in ("-", "+") and len(words[at].text) > 1:
        option = words[at].text
        if option == "--":
            at += 1
            break
        short = not option.startswith("--")
        inline = inline or (short and "c" in option)
        at += 2 if option in _SHELL_OPTIONS_WITH_VALUE or (short and "o" in option) else 1
    if not inline or at >= len(words):
        return None
    script = words[at]
    parameters = words[at + 1 :] or words[:1]  # without a name of its own, `$0` is the shell
    if not script.known:
        # What cannot be expanded from the manifest alone stays `$(NAME)`, which the shell's reader cannot know either.
        text = _partial(raw.get(script.place, ""), values)
        return script_commands(text, values, parameters, script.place)
    return script_commands(script.text, values, parameters, script.place)


def _partial(text: str, values: Variables) -> str:
    """The text with those `$(NAME)` expanded that are known; the others read as command substitutions, unknown too."""

    def put(reference: re.Match[str]) -> str:
        name = reference.group(1)
        value = Word("$") if name is None else values.get(name)
        return value.text if value.known else reference.group()

    return _REFERENCE.sub(put, text)
