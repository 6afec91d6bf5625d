"""What a container runs: `command` and `args` as the kubelet expands them, through wrappers and `sh -c`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chartgen.lint.facts import servers
from chartgen.lint.facts.shell import Command, assignment
from chartgen.lint.facts.shell import commands as script_commands
from chartgen.lint.facts.words import UNKNOWN, Variables, Word
from chartgen.lint.release import as_list, as_text, maps

_REFERENCE = re.compile(r"\$(?:\$|\(([-._a-zA-Z0-9]+)\))")
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

_STARTERS = _SHELLS | _PREFIXES | _WRAPPERS | servers.PROGRAMS
_PYTHON = re.compile(r"python[\d.]*$")
_SHELL_OPTIONS_WITH_VALUE = frozenset({"--rcfile", "--init-file"})
_DEEPEST = 8


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


def variables(container: Mapping[str, Any]) -> Variables:
    """The variables that the manifest gives the container; what a Secret or a field of the pod fills in is unknown."""
    values: dict[str, Word] = {}
    for index, entry in maps(container.get("env")):
        name, value = entry.get("name"), entry.get("value", "")
        if not isinstance(name, str):
            continue
        place = f"/env/{index}/value"
        known = isinstance(value, str) and "valueFrom" not in entry
        values[name] = expand(value, Variables(values), place) if known else replace(UNKNOWN, place=place)
    return Variables(values, closed=not container.get("envFrom"))


def expand(text: str, values: Variables, place: str = "") -> Word:
    """Replace `$(NAME)` as the kubelet does. What is not set in the manifest may still be: it is unknown."""
    if "$" not in text:
        return Word(text, place=place)
    result, last, literal = "", 0, True
    for reference in _REFERENCE.finditer(text):
        result += text[last : reference.start()]
        last = reference.end()
        name = reference.group(1)
        value = Word("$") if name is None else values.get(name)
        if not value.known:
            return Word(result + value.text, known=False, literal=False, place=place)
        result += value.text
        literal = literal and name is None
    return Word(result + text[last:], literal=literal, place=place)


def programs(container: Mapping[str, Any], *, expanded: bool = True) -> list[Program]:
    """Every program that the container starts, in order of the text; one, the image's own, if there is no `command`.

    With `expanded` false variables stay unknown, so that only what the manifest spells out is known.
    """
    values = variables(container) if expanded else Variables({}, closed=False)
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
    if depth < _DEEPEST and name in _WRAPPERS:
        start = next((i for i, word in enumerate(words) if i and _starts_program(word)), None)
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
        if name in _PREFIXES:
            words = words[1:]
        elif name == "env":
            words = words[1:]
            while words and words[0].known and words[0].text.startswith("-"):
                words = words[2 if words[0].text in ("-u", "--unset", "-C", "--chdir") else 1 :]
            while words and (pair := assignment(words[0])):
                values = values.set(dict([pair]))
                words = words[1:]
        else:
            break
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
    if not script.known:
        # What cannot be expanded from the manifest alone stays `$(NAME)`, which the shell's reader cannot know either.
        text = _partial(raw.get(script.place, ""), values)
        return script_commands(text, values, words[at + 1 :], script.place)
    return script_commands(script.text, values, words[at + 1 :], script.place)


def _partial(text: str, values: Variables) -> str:
    """The text with those `$(NAME)` expanded that are known; the others read as command substitutions, unknown too."""

    def put(reference: re.Match[str]) -> str:
        name = reference.group(1)
        value = Word("$") if name is None else values.get(name)
        return value.text if value.known else reference.group()

    return _REFERENCE.sub(put, text)
