"""The options that a server is given, read as its own argument parser reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from chartgen.lint.facts.servers import Server
from chartgen.lint.facts.words import UNKNOWN, Word

_NEGATIVE_NUMBER = re.compile(r"-\d+$|-\d*\.\d+$")
_NUMBER = re.compile(r"[+-]?\d{1,18}$")


@dataclass(frozen=True, slots=True)
class Options:
    """`values` holds the last value of each option by its first spelling, an empty word for a bare flag.

    `flags` names every flag given, long ones with `-` for `_`. With `open` the list may hold more than can be seen:
    what is not listed is then unknown, not absent. `positional` are the arguments that stand for no option's value,
    `shortened` the flags that may be abbreviations, which Python's argparse accepts.
    """

    values: Mapping[str, Word]
    flags: tuple[str, ...]
    positional: tuple[Word, ...]
    open: bool
    shortened: tuple[str, ...] = ()

    def get(self, spellings: Sequence[str]) -> Word | None:
        """The value of an option; None if it is not given, an unknown word if that cannot be told."""
        if any(_may_mean(flag, each) for flag in self.shortened if flag not in spellings for each in spellings):
            return UNKNOWN
        for spelling in spellings:
            if spelling in self.values:
                return self.values[spelling]
        return UNKNOWN if self.open else None


def _may_mean(flag: str, spelling: str) -> bool:
    """Whether argparse may take the flag for an option: shortened (`-t` for `-tp`), or with its value (`-n2`)."""
    return spelling.startswith(flag) or (not spelling.startswith("--") and flag.startswith(spelling))


def number(word: Word | None) -> int | None:
    """The integer that a word means, None if it is unknown or none."""
    if word is None or not word.known or not _NUMBER.match(word.text.strip()):
        return None
    return int(word.text)


def canonical(flag: str) -> str:
    """`--max-model-len` for `--max_model_len` and for `--max_model_len.x`; short flags as they are."""
    return flag.partition(".")[0].replace("_", "-") if flag.startswith("--") else flag


def is_flag(word: Word) -> bool:
    return word.text.startswith("-") and len(word.text) > 1 and not _NEGATIVE_NUMBER.match(word.text)


def pairs(words: Sequence[Word]) -> list[tuple[str, Word | None]]:
    """(flag, the word that follows it or its `=`) of any program's arguments; None if neither is there."""
    found: list[tuple[str, Word | None]] = []
    for index, word in enumerate(words):
        if not is_flag(word):
            continue
        flag, equals, value = word.text.partition("=")
        following = words[index + 1] if index + 1 < len(words) else None
        if equals:
            found.append((canonical(flag), replace(word, text=value, many=False)))
        elif word.known:
            found.append((canonical(flag), None if following is None or is_flag(following) else following))
    return found


def read(server: Server, words: Sequence[Word], *, open_ended: bool = False) -> Options:
    """The options among the words that follow the name of the server."""
    values: dict[str, Word] = {}
    flags: list[str] = []
    positional: list[Word] = []
    names = server.spellings
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        flag, equals, value = word.text.partition("=")
        if not word.known and not (equals and is_flag(word)):
            open_ended = True
        elif not is_flag(word):
            # Behind what is not known it may be the value of a flag.
            sure = index < 2 or words[index - 2].known
            positional.append(word if sure else replace(word, known=False))
        else:
            flag = canonical(flag)
            flags.append(flag)
            given = replace(word, text=value, many=False) if equals else Word("", place=word.place)
            if not equals and not _is_switch(server, flag) and index < len(words) and not is_flag(words[index]):
                given = words[index]
                index += 1
                while flag in server.lists and index < len(words) and not is_flag(words[index]):
                    index += 1
            values[names.get(flag, flag)] = given
    if "config" in server.options and any(flag in flags for flag in server.options["config"]):
        open_ended = True
    shortened = tuple(flag for flag in dict.fromkeys(flags) if flag not in names and flag != "--")
    return Options(values, tuple(dict.fromkeys(flags)), tuple(positional), open_ended, shortened)


def _is_switch(server: Server, flag: str) -> bool:
    return flag in server.switches or (flag.startswith(server.switch_beginnings) and flag not in server.valued)
