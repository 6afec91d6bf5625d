"""What stopped the YAML parser, as an error with a place and a remedy."""

from __future__ import annotations

import re

from yaml.error import MarkedYAMLError
from yaml.reader import ReaderError

from chartgen.errors import InputError
from chartgen.reader.positions import position

_TEMPLATE = re.compile(r"\{\{-?\s*[\w.$\"(/]")
_TAB = re.compile(r"[ ]*\t")


def refused(problem: str, remedy: str, text: str, index: int, file: str) -> InputError:
    """The error for YAML that was not read; a text with template actions gets the remedy that fits those."""
    if _TEMPLATE.search(text):
        remedy = "If this is a Helm template, give the folder of its chart (the one with Chart.yaml), not the file."
        begin = text.rfind("\n", 0, index) + 1
        if _TEMPLATE.search(text, begin, max(text.find("\n", index), begin)):
            problem = "this is a template, which is YAML only once Helm or another tool has filled in its {{ }}"
    return InputError(f"the YAML cannot be read: {problem}", remedy=remedy, location=position(text, index, file))


def unreadable(error: Exception, text: str, offset: int, file: str) -> InputError:
    """The error for what libyaml raised; `offset` is the index in `text` of the first character that it saw."""
    index, problem = _index_and_problem(error, text, offset)
    line = text[text.rfind("\n", 0, index) + 1 : index + 1]
    tab = "Indent with spaces: YAML allows no tab there."
    remedy = tab if _TAB.match(line) else "Correct the YAML at this place, or just before it."
    return refused(problem, remedy, text, index, file)


def _index_and_problem(error: Exception, text: str, offset: int) -> tuple[int, str]:
    if isinstance(error, UnicodeEncodeError):
        index = error.start + offset
        return index, f"the character U+{ord(text[index]):04X} is half of a surrogate pair"
    if isinstance(error, ReaderError):  # its position counts bytes of UTF-8
        index = offset + len(text[offset:].encode()[: error.position].decode(errors="ignore"))
        character = f"U+{ord(text[index]):04X}" if index < len(text) else "at its end"
        return index, f"the control character {character} is not allowed"
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        words = [word for word in (error.context, error.problem) if word]
        return (mark.index + offset if mark else offset), ", ".join(words) or "it is malformed"
    return offset, str(error)
