"""The word of a script that is being read: quotes taken off, variables put in as far as the text tells them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from chartgen.lint.facts.words import UNKNOWN, Scope, Word

OPENERS = frozenset({"if", "for", "while", "until", "case", "select", "{"})
CLOSERS = frozenset({"fi", "done", "esac", "}"})
INNER = frozenset({"then", "else", "elif", "do", "!"})
DECLARES = frozenset({"export", "declare", "typeset", "local", "readonly"})
BLANKS = " \t\n"

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BRACED = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?-)([^{}$`\"'\\~]*))?\}")
_DEFAULTED = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*):?=")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\+?=")
_HOME = re.compile(r"^(?:[A-Za-z_][A-Za-z0-9_]*\+?=(?:.*:)?)?~", re.DOTALL)
_COUNTED = re.compile(
    r"(?:\+\+|--)\s*([A-Za-z_]\w*+)|\b([A-Za-z_]\w*+)\s*+(?:\+\+|--|(?:[-+*/%&|^]|<<|>>)?=(?!=))", re.ASCII
)
_SET = re.compile(
    r"(?<![\w$])(?<!\$\{)[A-Za-z_]\w*+|(?<=\$\{)[A-Za-z_]\w*+(?=:?=)|(?:(?<=[\s;&|])|^)\.(?=\s)", re.ASCII
)
"""A name that is not read, and so may be set (`X=`, `read X`, `for X`), and what may set any: `eval`, `source`, `.`."""

_ORDINARY = re.compile(r"[\w./:=,@%+-]+", re.ASCII)
"""Characters that stand for themselves in a word, taken together: scripts are long."""

_PLAIN = re.compile(r'[^"\\$`]+')
"""The same between double quotes."""

_QUOTED = "\0"


@dataclass(slots=True)
class Expansion:
    """Reads a text word by word.

    `bare` is what of the current word stands without quotes, `settings` where each variable is set last. `leading` says
    that no command has begun, and `given` are the variables set before it.
    """

    text: str
    scope: Scope
    at: int = 0
    words: list[Word] = field(default_factory=list)
    current: Word | None = None
    bare: str = ""
    settings: dict[str, int] = field(default_factory=dict)
    leading: bool = True
    given: set[str] = field(default_factory=set)
    splits_oddly: bool = field(init=False)

    def __post_init__(self) -> None:
        self.splits_oddly = "IFS" in self.text

    def _word(self, character: str) -> None:
        if character in "\\'\"" and not self.text.startswith("\\\n", self.at):
            self.bare += _QUOTED
        if character == "\\":
            if self.text[self.at + 1 : self.at + 2] != "\n":
                self._add(self.text[self.at + 1 : self.at + 2] or "\\")
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
            run = _ORDINARY.match(self.text, self.at)
            text = run.group() if run else character
            self._add(text)
            self.bare += text
            self.at += len(text)

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
            elif run := _PLAIN.match(self.text, self.at):
                self._add(run.group())
                self.at = run.end()
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
            self.at = balanced(text, start + 1, "(", ")")
            if text.startswith("$((", start):
                self._set_by_counting(text[start : self.at])
            self._unknown(quoted)
        elif braced := _BRACED.match(text, self.at):
            self.at = braced.end()
            self._variable(braced.group(1), quoted, braced.group(2) or "", braced.group(3) or "")
        elif text.startswith("${", start):
            if filled := _DEFAULTED.match(text, self.at):
                self.scope.variables = self.scope.variables.set({filled.group(1): UNKNOWN})
            self.at = balanced(text, start + 1, "{", "}")
            self._unknown(quoted)
        elif name := _NAME.match(text, self.at):
            self.at = name.end()
            self._variable(name.group(), quoted, "", "")
        elif text[self.at : self.at + 1] in tuple("@*0123456789#?$!-"):
            self.at += 1
            self._special(text[self.at - 1], quoted)
        elif not quoted and text[self.at : self.at + 1] in ("'", '"'):
            self._unknown(quoted=True)
        else:
            self._add("$")

    def _special(self, name: str, quoted: bool) -> None:
        if name.isdecimal():
            self._value(self.scope.parameter(int(name)), quoted)
        elif name == "@" or (name == "*" and not quoted):
            self._parameters(quoted)
        else:
            self._unknown(quoted)

    def _variable(self, name: str, quoted: bool, operator: str, default: str) -> None:
        value = self.scope.variables.get(name, Word(default) if operator else UNKNOWN)
        if operator == ":-" and value.known and not value.text:
            value = Word(default)
        beside = self._assigning() and name in self.given
        self._value(UNKNOWN if beside or (self.scope.depth > 0 and self._set_later(name)) else value, quoted)

    def _set_later(self, name: str) -> bool:
        """Whether the rest of the text may give the variable a value: a loop or a function may come by here again."""
        if not self.settings:
            self.settings = {"": -1, **{each.group(): each.start() for each in _SET.finditer(self.text)}}
        return any(self.settings.get(each, -1) >= self.at for each in (name, "eval", "source", "."))

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
        elif quoted or self._assigning():
            self._add(value.text, literal=False)
        elif self._oddly_split(value.text):
            self._unknown(quoted)
        else:
            self._split(value.text)

    def _split(self, text: str) -> None:
        if text[:1] and text[0] in BLANKS:
            self._close()
        for index, part in enumerate(re.split(f"[{BLANKS}]+", text.strip(BLANKS)) if text.strip(BLANKS) else ()):
            if index:
                self._close()
            self._add(part, literal=False)
        if text and text[-1] in BLANKS:
            self._close()

    def _oddly_split(self, text: str) -> bool:
        """Whether names of files take its place, the script says where words end, or shells differ (`export A=$B`)."""
        if _stands_for_files(text) or (self.splits_oddly and re.search(r"\W", text)):
            return True
        return any(blank in text for blank in BLANKS) and bool(self.words) and self.words[0].text in DECLARES

    def _assigning(self, last: bool = False) -> bool:
        """Whether the word is `NAME=value` before any command, where one value stays one; `last`: just `NAME=`."""
        name = _ASSIGNMENT.match(self.bare)
        if name is None or self.current is None:
            return False
        if last:
            return name.end() == len(self.bare) and self.current.text == self.bare
        return self.leading

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
            word = self._expanded(self.current)
            name = _ASSIGNMENT.match(word.text)
            self.given |= {name.group(1)} if name else set()
            self.words.append(word)
            named = self.words[0].text == "function" and len(self.words) < 3
            self.leading = self.leading and (named or name is not None or word.text in OPENERS | INNER)
        self.current, self.bare = None, ""

    def _expanded(self, word: Word) -> Word:
        """Unknown where the shell puts something else: a home folder, names of files, and bash `a b` for `{a,b}`."""
        for found, signs in (
            (_HOME.match(self.bare) is not None, "~"),
            (_stands_for_files(self.bare), r"*?\["),
            (_stands_for_several(self.bare), "{"),
        ):
            if found:
                text = re.split(f"[{signs}]", word.text, maxsplit=1)[0]
                word = replace(word, text=text, known=False, literal=False, many=signs != "~")
        return word

    def _set_by_counting(self, text: str) -> None:
        names = {name for found in _COUNTED.findall(text) for name in found if name}
        self.scope.variables = self.scope.variables.set(dict.fromkeys(names, UNKNOWN))


def _stands_for_files(text: str) -> bool:
    opening = text.find("[")
    return "*" in text or "?" in text or ("/" in text and 0 <= opening < text.rfind("]") - 1)


def _stands_for_several(text: str) -> bool:
    inside = text[text.find("{") + 1 : max(text.rfind("}"), 0)] if "{" in text else ""
    return "," in inside or ".." in inside


def balanced(text: str, start: int, opening: str, closing: str) -> int:
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
