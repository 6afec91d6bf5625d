"""What a shell makes of a script: its simple commands and the variables that each of them sees.

What only running the script can tell (`$(...)`, unset variables, sourced files) makes a word unknown, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from chartgen.lint.facts.words import UNKNOWN, Lexer, Scope, Variables, Word

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\+?=")
_OPENERS = frozenset({"if", "for", "while", "until", "case", "select", "{"})
_CLOSERS = frozenset({"fi", "done", "esac", "}"})
_INNER = frozenset({"then", "else", "elif", "do", "!"})
_DECLARES = frozenset({"export", "declare", "typeset", "local", "readonly"})
_FILLS = frozenset({"read", "unset", "mapfile", "readarray", "getopts"})
_LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command: its words, and the variables (unknown ones as unknown words) that are set when it runs."""

    words: tuple[Word, ...]
    variables: Variables


def commands(script: str, variables: Variables, parameters: Sequence[Word] = (), place: str = "") -> list[Command]:
    """The simple commands of a script in the order of the text, whether or not a condition lets them run.

    `parameters` are `$0`, `$1` and so on. A script that ends inside a quote yields what stands before it.
    """
    return _Run(Scope(variables, tuple(parameters), place)).read(script[:_LONGEST])


def assignment(word: Word) -> tuple[str, Word] | None:
    """(name, value) if the word has the form `NAME=value`."""
    match = _ASSIGNMENT.match(word.text)
    if match is None:
        return None
    name = match.group(1)
    appended = match.group().endswith("+=")
    return name, UNKNOWN if appended else replace(word, text=word.text[match.end() :], many=False)


@dataclass(slots=True)
class _Run:
    """Walks over a script, keeping what the variables hold at each command."""

    scope: Scope
    nested: int = 0
    chain: list[str] = field(default_factory=list)
    chained: bool = False
    found: list[Command] = field(default_factory=list)

    def read(self, script: str) -> list[Command]:
        lexer = Lexer(script, self.scope)
        while True:
            words, operator = lexer.command()
            self._run(words)
            if words and (operator == "(" or words[0].text == "function"):
                # Whatever follows may be the body of a function, with parameters and a time of its own.
                self.scope.depth += 1
            self._operate(operator)
            if operator == "":
                break
        if lexer.cut:
            self.found.append(Command((UNKNOWN,), Variables({}, closed=False)))
        return self.found

    def _run(self, words: list[Word]) -> None:
        while words and words[0].literal and words[0].text in _OPENERS | _CLOSERS | _INNER:
            self.scope.depth += (words[0].text in _OPENERS) - (words[0].text in _CLOSERS)
            if words[0].text in ("for", "case", "select"):
                self._assign({words[1].text: UNKNOWN} if len(words) > 1 else {})
                return
            words = words[1:]
        settings: dict[str, Word] = {}
        while words and (pair := assignment(words[0])):
            settings[pair[0]] = pair[1]
            words = words[1:]
        if words and words[0].text in _DECLARES:
            settings |= dict(filter(None, map(assignment, words[1:])))
            words = []
        if not words:
            self._assign(settings)
        elif words[0].text in (".", "source", "eval"):
            self.scope.variables = Variables({}, closed=False)
        elif words[0].text in _FILLS:
            self._assign({word.text: UNKNOWN for word in words[1:]})
        elif words[0].text in ("set", "shift"):
            if words[0].text == "shift" or any(word.text == "--" for word in words):
                self.scope.parameters = (UNKNOWN, replace(UNKNOWN, many=True))
        else:
            self.found.append(Command(tuple(words), self.scope.variables.set(settings)))

    def _assign(self, settings: Mapping[str, Word]) -> None:
        unsure = self.scope.depth > 0
        self.scope.variables = self.scope.variables.set(
            {name: UNKNOWN if unsure else value for name, value in settings.items()}
        )
        if self.chained:
            self.chain.extend(settings)

    def _operate(self, operator: str) -> None:
        """After `a && X=1` the value holds for the rest of the chain; after its end nobody knows."""
        if operator == "(" or (operator == ")" and self.nested):  # a lone `)` ends a pattern of `case`
            step = 1 if operator == "(" else -1
            self.nested += step
            self.scope.depth += step
        if operator == "&&":
            self.chained = True
        else:
            self.scope.variables = self.scope.variables.set(dict.fromkeys(self.chain, UNKNOWN))
            self.chain, self.chained = [], operator == "||"
