"""What a shell makes of a script: its simple commands and the variables that each of them sees.

What only running the script can tell (`$(...)`, unset variables, sourced files) makes a word unknown, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from chartgen.lint.facts.expansion import CLOSERS, DECLARES, INNER, OPENERS
from chartgen.lint.facts.lexer import Lexer
from chartgen.lint.facts.words import UNKNOWN, Scope, Variables, Word

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\+?=")
_FILLS = frozenset({"read", "unset", "mapfile", "readarray", "getopts", "let", "printf"})
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
    exported = {name for name, value in variables.values.items() if value.known or value.place}
    return _Run(Scope(variables, tuple(parameters), place), exported).read(script[:_LONGEST])


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
    """Walks over a script, keeping what the variables hold at each command.

    Programs see the variables that are `exported`, not those that are the shell's `own` (an unknown word each, for the
    image may have exported them). `listed` are those that the
    list of commands up to here sets, which in a pipe or in the background is for a shell of its own.
    """

    scope: Scope
    exported: set[str]
    exporting: bool = False
    own: dict[str, Word] = field(default_factory=dict)
    nested: int = 0
    chain: list[str] = field(default_factory=list)
    chained: bool = False
    listed: list[str] = field(default_factory=list)
    piped: bool = False
    found: list[Command] = field(default_factory=list)

    def read(self, script: str) -> list[Command]:
        lexer = Lexer(script, self.scope)
        while True:
            words, operator = lexer.command()
            self._run(words)
            if words and operator == "(":
                self._enter_function()
            self._operate(operator)
            if operator == "":
                break
        if lexer.cut:
            self.found.append(Command((UNKNOWN,), Variables({}, closed=False)))
        return self.found

    def _enter_function(self) -> None:
        """Whatever follows may be the body of a function, with parameters and a time of its own."""
        self.scope.depth += 1

    def _run(self, words: list[Word]) -> None:
        if words and words[0].text == "function":
            self._enter_function()
            words = words[2:]
        while words and words[0].literal and words[0].text in OPENERS | CLOSERS | INNER:
            self.scope.depth += (words[0].text in OPENERS) - (words[0].text in CLOSERS)
            if words[0].text in ("for", "case", "select"):
                self._assign({words[1].text: UNKNOWN} if len(words) > 1 else {})
                return
            words = words[1:]
        settings: dict[str, Word] = {}
        at = 0
        while at < len(words) and (pair := assignment(words[at])):
            settings[pair[0]] = pair[1]
            at += 1
        words = words[at:]
        if not words:
            self._assign(settings)
        elif words[0].text in DECLARES:
            self._assign(dict.fromkeys(settings, UNKNOWN) | self._declared(words))
        else:
            self._command(words, settings)

    def _command(self, words: list[Word], settings: Mapping[str, Word]) -> None:
        if words[0].text in (".", "source", "eval", "alias"):
            if words[0].text != "alias":
                self.scope.variables = Variables({}, closed=False)
            self.found.append(Command(tuple(words), self.scope.variables))
        elif words[0].text in _FILLS:
            self._assign({re.split(r"\W", word.text)[0]: UNKNOWN for word in words[1:]})
        elif words[0].text in ("set", "shift"):
            self._set(words)
        else:
            self.found.append(Command(tuple(words), self.scope.variables.set({**self.own, **settings})))

    def _declared(self, words: list[Word]) -> dict[str, Word]:
        """What `export` and the like set; `declare` is unknown to some shells, and may change a value (`-i`, `-u`)."""
        options = {letter for word in words[1:] if word.text.startswith("-") for letter in word.text[1:]}
        found = dict(filter(None, map(assignment, words[1:])))
        if words[0].text == "export" or "x" in options:
            names = {*found, *(word.text for word in words[1:])}
            self._export(names, "n" not in options)
        sure = words[0].text in ("export", "readonly") and options <= set("npx")
        return found if sure else dict.fromkeys(found, UNKNOWN)

    def _export(self, names: Iterable[str], exported: bool) -> None:
        for name in names:
            if exported:
                self.exported.add(name)
                self.own.pop(name, None)
            else:
                self.exported.discard(name)
                self.own[name] = UNKNOWN

    def _set(self, words: list[Word]) -> None:
        """`set -a` exports what follows; `shift`, and words that are no options, change the parameters."""
        at = 1
        while at < len(words) and words[at].known and words[at].text[:1] in ("-", "+") and words[at].text != "--":
            self.exporting = self.exporting or "a" in words[at].text
            at += 2 if words[at].text.endswith("o") else 1
        if words[0].text == "shift" or at < len(words):
            self.scope.parameters = (UNKNOWN, replace(UNKNOWN, many=True))

    def _assign(self, settings: Mapping[str, Word]) -> None:
        unsure = self.scope.depth > 0 or self.piped
        self.scope.variables = self.scope.variables.set(
            {name: UNKNOWN if unsure else value for name, value in settings.items()}
        )
        if self.exporting:
            self._export(settings, True)
        self.own.update({name: UNKNOWN for name in settings if name not in self.exported})
        self.listed.extend(settings)
        if self.chained:
            self.chain.extend(settings)

    def _operate(self, operator: str) -> None:
        """After `a && X=1` the value holds for the rest of the chain; after its end nobody knows."""
        if operator in ("|", "|&", "&"):
            self.scope.variables = self.scope.variables.set(dict.fromkeys(self.listed, UNKNOWN))
        self.piped = operator in ("|", "|&")
        if operator not in ("&&", "||"):
            self.listed = []
        if operator == "(" or (operator == ")" and self.nested):  # a lone `)` ends a pattern of `case`
            step = 1 if operator == "(" else -1
            self.nested += step
            self.scope.depth += step
        if operator == "&&":
            self.chained = True
        else:
            self.scope.variables = self.scope.variables.set(dict.fromkeys(self.chain, UNKNOWN))
            self.chain, self.chained = [], operator == "||"
