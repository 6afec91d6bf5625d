"""Shell words: how a script falls into words and operators, each word expanded as far as the text allows.

The standard library's shlex drops the quotes, so that `'$X'` and `$X` look alike; what is one value and what may be
several arguments hangs on just that. Hence a lexer of our own, for the POSIX grammar as far as start scripts use it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

_OPERATORS = ("&&", "||", ";;", "|&", "&>>", "&>", ";", "&", "|", "(", ")", "\n")
_REDIRECTION = re.compile(r"\d*(?:<<<|<<-?|<&|>&|<>|>>|>\||<|>)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BRACED = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?-)([^{}$`\"'\\]*))?\}")


@dataclass(frozen=True, slots=True)
class Word:
    """One argument of a command.

    If `known` is false, `text` is the part before the first thing that cannot be known, and with `many` the word may
    turn out to be none or several. `literal` says that no variable took part. `place` is the JSON pointer, in the
    container, of the text that the word stands in.
    """

    text: str
    known: bool = True
    literal: bool = True
    many: bool = False
    place: str = ""


UNKNOWN = Word("", known=False, literal=False)


@dataclass(frozen=True, slots=True)
class Variables:
    """Variables of a shell or a container.

    `closed` says that a name which is not listed can only come from the image: good enough to believe in the default
    of `${PORT:-8000}`, not to take `$PORT` for empty.
    """

    values: Mapping[str, Word] = field(default_factory=dict)
    closed: bool = True

    def get(self, name: str, default: Word = UNKNOWN) -> Word:
        """The value; of a name that is not listed the default, if the variables are closed, else an unknown word."""
        return self.values.get(name) or (default if self.closed else UNKNOWN)

    def set(self, values: Mapping[str, Word]) -> Variables:
        return replace(self, values={**self.values, **values}) if values else self


@dataclass(slots=True)
class Scope:
    """What a script sees where the lexer stands: variables, `$0` `$1` ..., and the place of its text.

    Inside braces, loops and functions (`depth` above 0) the numbered parameters may be another list.
    """

    variables: Variables
    parameters: tuple[Word, ...] = ()
    place: str = ""
    depth: int = 0

    def parameter(self, index: int) -> Word | None:
        if self.depth > 0:
            return UNKNOWN
        return self.parameters[index] if index < len(self.parameters) else None


@dataclass(slots=True)
class Lexer:
    """Reads a script command by command; the scope may change between two commands."""

    text: str
    scope: Scope
    at: int = 0
    words: list[Word] = field(default_factory=list)
    current: Word | None = None
    cut: bool = False

    def command(self) -> tuple[list[Word], str]:
        """The words up to the next operator, and that operator; empty at the end."""
        self.words = []
        while self.at < len(self.text):
            character = self.text[self.at]
            redirection = _REDIRECTION.match(self.text, self.at) if self.current is None else None
            operator = next((each for each in _OPERATORS if self.text.startswith(each, self.at)), "")
            if redirection or operator in ("&>", "&>>") or (self.current is not None and character in "<>"):
                self._redirect(redirection.group() if redirection else operator or character)
            elif operator:
                self._close()
                self.at += len(operator)
                return self.words, operator
            elif character.isspace():
                self._close()
                self.at += 1
            elif character == "#" and self.current is None:
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                self._word(character)
        self._close()
        return self.words, ""

    def _redirect(self, operator: str) -> None:
        """Leave a redirection and its target out; after a here-document nothing can be told from the text."""
        self._close()
        self.at += len(operator)
        if operator.startswith("<<") and operator != "<<<":
            self.at, self.cut = len(self.text), True
            return
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1
        before = len(self.words)
        while self.at < len(self.text) and self.text[self.at] not in " \t\n;&|<>()":
            self._word(self.text[self.at])
        self._close()
        del self.words[before:]

    def _word(self, character: str) -> None:
        if character == "\\":
            if self.text[self.at + 1 : self.at + 2] != "\n":
                self._add(self.text[self.at + 1 : self.at + 2])
            self.at += 2
        elif character == "'":
            end = self.text.find("'", self.at + 1)
            end = len(self.text) if end < 0 else end
            self._add(self.text[self.at + 1 : end])
            self.at = end + 1
        elif self.text.startswith('"$@"', self.at):
            self.at += 4
            self._parameters(quoted=True)
        elif character == '"':
            self._quoted()
        elif character in "$`":
            self._expand(quoted=False)
        else:
            self._add(character)
            self.at += 1

    def _quoted(self) -> None:
        self.at += 1
        self._add("")
        while self.at < len(self.text) and self.text[self.at] != '"':
            character = self.text[self.at]
            if character == "\\" and self.text[self.at + 1 : self.at + 2] in ("$", "`", '"', "\\", "\n"):
                self._add(self.text[self.at + 1].replace("\n", ""))
                self.at += 2
            elif character in "$`":
                self._expand(quoted=True)
            else:
                self._add(character)
                self.at += 1
        self.at += 1

    def _expand(self, quoted: bool) -> None:
        text, start = self.text, self.at
        self.at += 1
        if text[start] == "`":
            end = text.find("`", self.at)
            self.at = len(text) if end < 0 else end + 1
            self._unknown(quoted)
        elif text.startswith("$(", start):
            self.at = _balanced(text, start + 1, "(", ")")
            self._unknown(quoted)
        elif braced := _BRACED.match(text, self.at):
            self.at = braced.end()
            self._variable(braced.group(1), quoted, braced.group(2) or "", braced.group(3) or "")
        elif text.startswith("${", start):
            self.at = _balanced(text, start + 1, "{", "}")
            self._unknown(quoted)
        elif name := _NAME.match(text, self.at):
            self.at = name.end()
            self._variable(name.group(), quoted, "", "")
        elif text[self.at : self.at + 1] in ("@", "*"):
            self.at += 1
            self._parameters(quoted)
        elif text[self.at : self.at + 1].isdecimal():
            self.at += 1
            self._value(self.scope.parameter(int(text[self.at - 1])), quoted)
        elif text[self.at : self.at + 1] in tuple("#?$!-"):
            self.at += 1
            self._unknown(quoted)
        elif not quoted and text[self.at : self.at + 1] in ("'", '"'):
            self._unknown(quoted=True)
        else:
            self._add("$")

    def _variable(self, name: str, quoted: bool, operator: str, default: str) -> None:
        value = self.scope.variables.get(name, Word(default) if operator else UNKNOWN)
        if operator == ":-" and value.known and not value.text:
            value = Word(default)
        self._value(value, quoted)

    def _parameters(self, quoted: bool) -> None:
        if self.scope.depth > 0:
            self._unknown(quoted=False)
            return
        for index, parameter in enumerate(self.scope.parameters[1:]):
            if index:
                self._close()
            if quoted and parameter.known:
                self._add(parameter.text, literal=parameter.literal, place=parameter.place)
            else:
                self._value(parameter, quoted)

    def _value(self, value: Word | None, quoted: bool) -> None:
        if value is None:
            return
        if not value.known:
            self._unknown(quoted)
        elif quoted:
            self._add(value.text, literal=False)
        else:
            self._split(value.text)

    def _split(self, text: str) -> None:
        fields = text.split()
        if text[:1].isspace():
            self._close()
        for index, part in enumerate(fields):
            if index:
                self._close()
            self._add(part, literal=False)
        if text and text[-1].isspace():
            self._close()

    def _add(self, text: str, *, literal: bool = True, place: str = "") -> None:
        word = self.current or Word("", place=place or self.scope.place)
        added = word.text + text if word.known else word.text
        self.current = replace(word, text=added, literal=word.literal and literal, many=False)

    def _unknown(self, quoted: bool) -> None:
        alone = self.current is None and not quoted
        word = self.current or Word("", place=self.scope.place)
        self.current = replace(word, known=False, literal=False, many=alone)

    def _close(self) -> None:
        if self.current is not None:
            self.words.append(self.current)
            self.current = None


def _balanced(text: str, start: int, opening: str, closing: str) -> int:
    """The index after the bracket that closes the one at `start`; quotes hide brackets."""
    depth, at, quote = 0, start, ""
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 1
        elif quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in opening + closing:
            depth += 1 if character == opening else -1
            if depth == 0:
                return at + 1
        at += 1
    return len(text)
