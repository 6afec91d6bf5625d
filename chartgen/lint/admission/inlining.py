"""Expressions without anything that only exists here: variables, parameters and facts are written out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chartgen.lint.environment import facts_on
from chartgen.lint.expressions import literal, mask
from chartgen.lint.facts.registry import Fact
from chartgen.model.rule import Rule

_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_UNKNOWN = re.compile(r"unknown\('[^'\n]*'\)\s*==\s*true")
_BREAK = re.compile(r"[ \t]*\n\s*")


class NotExportable(Exception):
    """The rule cannot be a policy; the text says why, as a clause."""


class Inliner:
    """Writes out the expressions of one rule. `provider` is empty if it was not named."""

    def __init__(self, rule: Rule, provider: str) -> None:
        self._variables = {each.name: each.expression for each in rule.variables}
        self._parameters: Mapping[str, Any] = dict(rule.parameters)
        self._facts = facts_on(rule.for_each)
        self._element = {"pod": "pod", "object": "object", "env": "env", "volume": "volume"}.get(
            rule.for_each, "container"
        )
        self._provider = provider
        self.guards: dict[str, None] = {}
        """Conditions under which the facts in what has been written out are known."""
        self.bound: dict[str, str] = {}
        """The facts in what has been written out: the CEL of each by the name that stands for it."""

    def decisive(self, text: str) -> str:
        """The rule's expression: where it says that something cannot be known, there is nothing to find."""
        return self.plain(_UNKNOWN.sub("true", text) if _positive(text) else text)

    def plain(self, text: str) -> str:
        """An expression, on one line. NotExportable if it uses what the API server cannot know."""
        text = _spelt_labels(text)
        masked = mask(text)
        pieces, index = [], 0
        for match in _NAME.finditer(masked):
            written = self._written(match.group())
            if written is not None:
                value, used = written
                pieces += [text[index : match.start()], value]
                index = match.start() + used
        return _on_one_line("".join([*pieces, text[index:]]))

    def _written(self, name: str) -> tuple[str, int] | None:
        """(what is to be written for a dotted name, how much of the name it stands for); None to leave it."""
        parts = name.split(".")
        if parts[0] in ("variables", "params") and len(parts) > 1:
            whole = ".".join(parts[:2])
            return self._value(parts[0], parts[1]), len(whole)
        fact = next((self._facts[name] for name in _prefixes(parts) if name in self._facts), None)
        if fact is not None:
            return self._fact(fact), len(fact.name)
        if parts[0] == "provider":
            if not self._provider:
                raise NotExportable("it asks for the provider of the cluster: name it with --provider")
            return literal(self._provider), len("provider")
        return (self._element, len("element")) if parts[0] == "element" else None

    def _value(self, kind: str, name: str) -> str:
        if kind == "params":
            return literal(self._parameters[name])
        return f"({self.plain(self._variables[name])})"

    def _fact(self, fact: Fact) -> str:
        if not fact.cel:
            raise NotExportable(f"the fact {fact.name} cannot be told from the object by CEL")
        name = fact.name.replace(".", "_")
        if name not in self.bound:
            self.bound[name] = _on_one_line(fact.cel)
            if fact.known:
                self.guards[self.plain(fact.known)] = None
        return name


def _spelt_labels(text: str) -> str:
    """`labels(map)`, which only exists here, as `k=v` of each entry. Here they are sorted, there in any order."""
    start = mask(text).find("labels(")
    while start >= 0 and (start == 0 or not (text[start - 1].isalnum() or text[start - 1] in "._")):
        masked = mask(text)
        depth, end = 1, start + len("labels(")
        while depth:
            depth += {"(": 1, ")": -1}.get(masked[end], 0)
            end += 1
        entries = text[start + len("labels(") : end - 1]
        spelt = f"({entries}).map(label, label + '=' + string(({entries})[label])).join(',')"
        text = text[:start] + spelt + text[end:]
        start = mask(text).find("labels(", start + len(spelt))
    return text


def _positive(text: str) -> bool:
    """Whether no `unknown(...)` of the text stands below a negation."""
    masked = mask(text)
    negated: list[bool] = []
    for index, character in enumerate(masked):
        if character == "(":
            negated.append(masked[:index].rstrip().endswith("!"))
        elif character == ")" and negated:
            negated.pop()
        if masked.startswith("unknown(", index) and any(negated):
            return False
    return True


def _prefixes(parts: list[str]) -> list[str]:
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _on_one_line(text: str) -> str:
    """Line ends and indentation outside of string literals become one space."""
    masked = mask(text)
    pieces, index = [], 0
    for match in _BREAK.finditer(masked):
        if text[match.start() : match.end()].isspace():  # a literal is blank in the mask, but not in the text
            pieces += [text[index : match.start()], " "]
            index = match.end()
    return "".join([*pieces, text[index:]]).strip()
