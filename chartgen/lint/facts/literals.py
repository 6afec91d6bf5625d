"""The texts of a manifest that may be a secret, each with the name that it goes by.

The iterator `literal` walks over the values of environment variables, over what follows a flag in `command` and `args`
(inside `sh -c` scripts, too), and over the entries of a ConfigMap. Of a text that holds a credential (the password of a
URL, the key of a connection string, a private key) it is that part alone. Whether a name and a value are those of a
secret is for the rule to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chartgen.lint.facts.arguments import programs
from chartgen.lint.facts.basic import any_containers
from chartgen.lint.facts.engine import started
from chartgen.lint.facts.options import pairs
from chartgen.lint.facts.registry import FactType, fact, iterator
from chartgen.lint.facts.words import Variables, Word
from chartgen.lint.kinds import kind_of
from chartgen.lint.release import Release, Subject, as_list, as_map, as_text, at_pointer, maps
from chartgen.model.manifest import Manifest
from chartgen.model.pointer import escape

_ON = "literal"
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\s|\\r|\\n)*([A-Za-z0-9+/]{20,}=*)")
"""The header with what follows it; line ends may be spelt out, as in JSON. A text about keys has the header alone."""

_STORE_KEY = re.compile(
    r"(?<!AccountName=devstoreaccount1;)\b(AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{20,}=*)", re.IGNORECASE
)
"""https://learn.microsoft.com/en-us/azure/storage/common/storage-configure-connection-string

The key of the account `devstoreaccount1` is published: every emulator (Azurite) has it.
"""

_PASSWORD = re.compile(
    r"\b([a-z][a-z0-9+.-]{0,20}://)[\w.%+~$(){}<>-]*:([\w.~!$&*+,;=%#(){}<>^-]+)@(?!sha\d+:)([\w.-]+|(?=[$<{]))",
    re.IGNORECASE,
)
"""`scheme://user:password@host`; an image may have a digest (`@sha256:`) behind its tag."""


@iterator("literal")
def literals(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """Each text that is spelt out; what holds a variable, or comes from a Secret, is none."""
    if (kind_of(manifest).group, manifest.kind) == ("", "ConfigMap"):
        for key, value in sorted(as_map(manifest.object.get("data")).items()):
            if isinstance(value, str):
                yield from _subjects(release, manifest, f"/data/{escape(key)}", (key, "entry", value))
        return
    for subject in any_containers(release, manifest):
        container = as_map(subject.element)
        for index, entry in maps(container.get("env")):
            name, value = entry.get("name"), entry.get("value")
            if isinstance(name, str) and isinstance(value, str):
                pointer = f"{subject.pointer}/env/{index}/value"
                yield from _subjects(release, manifest, pointer, (name, "variable", value))
        for place, flag, value in _arguments(subject):
            yield from _subjects(release, manifest, subject.pointer + place, (flag, "argument", value))


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
    """The text itself, or the credential in it."""
    return _key(subject)[2]


@fact("literal.credential", FactType.STRING, on=_ON)
def credential(subject: Subject) -> str:
    """What the credential in the text is (`the password of redis://cache`); empty if the value is the whole text."""
    return _key(subject)[3]


def _key(subject: Subject) -> tuple[str, str, str, str]:
    return subject.key if isinstance(subject.key, tuple) else ("", "", "", "")


def _subjects(release: Release, manifest: Manifest, pointer: str, key: tuple[str, str, str]) -> Iterator[Subject]:
    """The credentials in a text, else the text; `key` is the name, the form and the text."""
    name, form, text = key
    for what, value in dict.fromkeys(_credentials(text)) or {("", text): None}:
        yield Subject(release, manifest, _ON, text, pointer, None, (name, form, value, what))


def _credentials(text: str) -> Iterator[tuple[str, str]]:
    """(what it is, the credential) of each that stands inside a text."""
    if "PRIVATE KEY-----" in text:
        yield from (("a private key", found[1]) for found in _PRIVATE_KEY.finditer(text))
    if "key=" in text.lower():
        yield from ((f"the {found[1]} of a connection string", found[2]) for found in _STORE_KEY.finditer(text))
    if "://" in text and "@" in text:
        yield from ((f"the password of {found[1]}{found[3]}", found[2]) for found in _PASSWORD.finditer(text))


def _arguments(subject: Subject) -> Iterator[tuple[str, str, str]]:
    """(pointer in the container, flag, value) of every flag whose value is spelt out."""
    container = as_map(subject.element)
    written = (*as_list(container.get("command")), *as_list(container.get("args")))
    # Without a `$` nothing is expanded, and the programs are those that the facts of the engine have read.
    varied = any("$" in each for each in written if isinstance(each, str))
    # With no variable known, only what the manifest spells out is.
    for program in programs(container, Variables({}, closed=False)) if varied else started(subject):
        for flag, word in pairs(program.words):
            if not isinstance(word, Word) or not (word.known and word.literal and word.place):
                continue
            if not _left_open(flag, as_text(at_pointer(container, word.place))):
                yield word.place, flag, word.text


def _left_open(flag: str, text: str) -> bool:
    """Whether a placeholder (`--token <fill in token>`) follows the flag, which a shell takes for a redirection."""
    named = re.escape(flag).replace(r"\-", "[-_]")
    return "<" in text and re.search(rf"{named}[\s\\=]+<[A-Za-z]", text) is not None
