"""How a script falls into commands: words, and the operators between them.

The standard library's shlex drops the quotes, so that `'$X'` and `$X` look alike; what is one value and what may be
several arguments hangs on just that. Hence a lexer of our own, for the POSIX grammar as far as start scripts use it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from chartgen.lint.facts.expansion import BLANKS, INNER, OPENERS, Expansion, balanced
from chartgen.lint.facts.words import Word

_OPERATORS = ("&&", "||", ";;", "|&", "&>>", "&>", ";", "&", "|", "(", ")", "\n")
_REDIRECTION = re.compile(r"\d*(?:<<<|<<-?|<&|>&|<>|>>|>\||<|>)")
_SUBSTITUTES = ("<(", ">(")
_LONGEST_COUNT = 500


@dataclass(slots=True)
class Lexer(Expansion):
    """Reads a script command by command; the scope may change between two commands.

    `documents` are the ends of the here-documents that begin on the next line, each with whether tabs before it do not
    count; `cut` says that nothing can be told after them.
    """

    documents: list[tuple[str, bool]] = field(default_factory=list)
    cut: bool = False

    def command(self) -> tuple[list[Word], str]:
        """The words up to the next operator, and that operator; empty at the end."""
        self.words, self.leading = [], True
        self.given = set()
        while self.at < len(self.text):
            character = self.text[self.at]
            opening = self.current is None or character in "<>"
            redirection = _REDIRECTION.match(self.text, self.at) if opening else None
            operator = next((each for each in _OPERATORS if self.text.startswith(each, self.at)), "")
            if self.current is None and self.text.startswith("((", self.at) and self._counts():
                continue
            if self.text.startswith(_SUBSTITUTES, self.at) or (operator == "(" and self._assigning(last=True)):
                self.at = balanced(self.text, self.text.index("(", self.at), "(", ")")
                self._unknown(quoted=True)
            elif redirection or operator in ("&>", "&>>"):
                self._redirect(redirection.group() if redirection else operator)
            elif operator:
                self._close()
                self.at += len(operator)
                if operator == "\n":
                    self._skip_documents()
                return self.words, operator
            elif character in BLANKS:
                self._close()
                self.at += 1
            elif character == "#" and self.current is None:
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                self._word(character)
        self._close()
        return self.words, ""

    def _counts(self) -> bool:
        """Whether `((` begins arithmetic where a command may stand; it is passed over, and what it sets is unknown."""
        if self.text.find("))", self.at, self.at + _LONGEST_COUNT) < 0:
            return False
        end = self.at + balanced(self.text[self.at : self.at + _LONGEST_COUNT], 0, "(", ")")
        counts = self.text.endswith("))", 0, end) and all(each.text in OPENERS | INNER for each in self.words)
        if counts:
            self._set_by_counting(self.text[self.at : end])
            self.at = end
            self._add(":")
        return counts

    def _redirect(self, operator: str) -> None:
        """Leave a redirection and its target out, and later the text of a here-document."""
        self._close()
        self.at += len(operator)
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1
        if self.text.startswith(_SUBSTITUTES, self.at):
            self.at = balanced(self.text, self.at + 1, "(", ")")
        before = len(self.words)
        while self.at < len(self.text) and self.text[self.at] not in " \t\n;&|<>()":
            self._word(self.text[self.at])
        self._close()
        if operator.lstrip("0123456789") in ("<<", "<<-"):
            ends = [word.text for word in self.words[before:] if word.literal]
            self.documents += [(end, operator.endswith("-")) for end in ends[:1]]
            self.cut = self.cut or not ends
        del self.words[before:]

    def _skip_documents(self) -> None:
        for end, indented in self.documents:
            line = ""
            while self.at < len(self.text) and line != end:
                stop = self.text.find("\n", self.at)
                stop = len(self.text) if stop < 0 else stop
                line = self.text[self.at : stop].lstrip("\t" if indented else "")
                self.at = min(stop + 1, len(self.text))
        self.documents = []
        if self.cut:
            self.at = len(self.text)
