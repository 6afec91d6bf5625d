"""The texts of a manifest that may be a secret, each with the name that it goes by.

The iterator `literal` walks over the values of environment variables, over what follows a flag in `command` and `args`
(inside `sh -c` scripts, too), and over the entries of a ConfigMap. Whether a name and a value are those of a secret is
for the rule to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartgen.lint.facts.arguments import programs
from chartgen.lint.facts.basic import any_containers
from chartgen.lint.facts.engine import started
from chartgen.lint.facts.options import pairs
from chartgen.lint.facts.registry import FactType, fact, iterator
from chartgen.lint.facts.words import Word
from chartgen.lint.kinds import escape, kind_of
from chartgen.lint.release import Release, Subject, as_list, as_map, maps
from chartgen.model.manifest import Manifest

_ON = "literal"


@iterator("literal")
def literals(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """Each text that is spelt out; what holds a variable, or comes from a Secret, is none."""
    if (kind_of(manifest).group, manifest.kind) == ("", "ConfigMap"):
        for key, value in sorted(as_map(manifest.object.get("data")).items()):
            if isinstance(value, str):
                yield _subject(release, manifest, f"/data/{escape(key)}", value, (key, "entry", value))
        return
    for subject in any_containers(release, manifest):
        container = as_map(subject.element)
        for index, entry in maps(container.get("env")):
            name, value = entry.get("name"), entry.get("value")
            if isinstance(name, str) and isinstance(value, str):
                pointer = f"{subject.pointer}/env/{index}/value"
                yield _subject(release, manifest, pointer, value, (name, "variable", value))
        for place, flag, value in _arguments(subject):
            yield _subject(release, manifest, subject.pointer + place, value, (flag, "argument", value))


@fact("literal.name", FactType.STRING, on=_ON)
def name(subject: Subject) -> str:
    """The variable, flag (with its dashes) or key."""
    return _key(subject)[0]


@fact("literal.form", FactType.STRING, on=_ON)
def form(subject: Subject) -> str:
    """variable, argument or entry (of a ConfigMap)."""
    return _key(subject)[1]


@fact("literal.value", FactType.STRING, on=_ON)
def value(subject: Subject) -> str:
    """The text itself."""
    return _key(subject)[2]


def _key(subject: Subject) -> tuple[str, str, str]:
    return subject.key if isinstance(subject.key, tuple) else ("", "", "")


def _subject(release: Release, manifest: Manifest, pointer: str, element: Any, key: tuple[str, str, str]) -> Subject:
    return Subject(release, manifest, "literal", element, pointer, None, key)


def _arguments(subject: Subject) -> Iterator[tuple[str, str, str]]:
    """(pointer in the container, flag, value) of every flag whose value is spelt out."""
    container = as_map(subject.element)
    written = (*as_list(container.get("command")), *as_list(container.get("args")))
    # Without a `$` nothing is expanded, and the programs are those that the facts of the engine have read.
    varied = any("$" in each for each in written if isinstance(each, str))
    for program in programs(container, expanded=False) if varied else started(subject):
        for flag, word in pairs(program.words):
            if isinstance(word, Word) and word.known and word.literal and word.place:
                yield word.place, flag, word.text
