"""The rules as text: a table by group, and a page for one rule."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Sequence
from itertools import groupby

from chartgen.model.rule import Example, Rule
from chartgen.report.formats.text import WIDTH, counted, listed
from chartgen.report.palette import Palette

_INDENT = "    "


def table(rules: Iterable[Rule], *, colour: bool = False) -> str:
    """One line for each rule, by group and name."""
    shown = ordered(rules)
    palette = Palette(colour)
    column = max((len(rule.name) for rule in shown), default=0)
    lines: list[str] = []
    for group, members in groupby(shown, key=lambda rule: rule.group):
        lines += [palette.strong(group)]
        for rule in members:
            severity = palette.severity(rule.severity, f"{rule.severity.name:<7}")
            lines.append(f"  {rule.name:<{column}}  {severity}  {rule.profile.name:<7}  {rule.title}")
        lines.append("")
    return "\n".join([*lines, f"{counted(len(shown), 'rule')}; for one of them: chartgen rules explain NAME", ""])


def listing(rules: Iterable[Rule]) -> str:
    """The same as JSON: name, group, title, severity, profile, older names, scope and since of each rule."""
    rows = [
        {
            "name": rule.name,
            "group": rule.group,
            "title": rule.title,
            "severity": rule.severity.name,
            "profile": rule.profile.name,
            "aliases": list(rule.aliases),
            "scope": rule.scope,
            "since": rule.since,
        }
        for rule in ordered(rules)
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def standing(rule: Rule) -> list[str]:
    """The profile of a rule, whether it is locked or confidential, and its older names, as clauses."""
    clauses = [f"profile {rule.profile.name}"]
    clauses += ["cannot be suppressed"] if rule.locked else []
    clauses += ["quotes no line"] if rule.confidential else []
    return clauses + ([f"formerly {listed(rule.aliases)}"] if rule.aliases else [])


def page(rule: Rule, *, colour: bool = False) -> str:
    """Everything that the rule file says, for reading."""
    palette = Palette(colour)
    head = f"{palette.severity(rule.severity, f'{rule.severity.name}[{rule.name}]')}{palette.strong(f': {rule.title}')}"
    facts = ", ".join([rule.group, f"since {rule.since}", SCOPES.get(rule.scope, rule.scope), *standing(rule)])
    sections = [
        ("Why", _prose(rule.why)),
        ("What to do", _prose(rule.remedy)),
        ("Known problems", _prose(rule.known_problems)),
        ("Other linters", _prose(rule.peers_say)),
        ("Condition", condition(rule)),
        ("Parameters", "\n".join(f"{name}: {json.dumps(value)}" for name, value in rule.parameters)),
        *_examples("Found in", rule.examples.failing),
        *_examples("Not found in", rule.examples.passing),
        ("References", "\n".join(rule.references)),
    ]
    texts = [f"{palette.strong(name)}\n{textwrap.indent(text, _INDENT)}\n" for name, text in sections if text]
    return "\n".join([head, facts, "", *texts])


SCOPES = {"object": "looks at one object at a time", "release": "looks at all objects together"}


def ordered(rules: Iterable[Rule]) -> list[Rule]:
    """By group, then by name."""
    return sorted(rules, key=lambda rule: (rule.group, rule.name))


def _prose(text: str) -> str:
    paragraphs = (" ".join(part.split()) for part in text.strip().split("\n\n"))
    return "\n\n".join(textwrap.fill(part, WIDTH - len(_INDENT), break_on_hyphens=False) for part in paragraphs)


def condition(rule: Rule) -> str:
    """The CEL text as the rule file has it; true means fine."""
    if not rule.expression:
        return ""
    where = [f"# {', '.join(rule.kinds) or rule.match_group}; for each {rule.for_each}"]
    variables = [f"variables.{item.name} = {item.expression.strip()}" for item in rule.variables]
    when = [f"when {item.expression.strip()}  # {item.name}" for item in rule.match_conditions]
    severity = [f"severity {rule.severity_expression.strip()}"] if rule.severity_expression else []
    return "\n".join([*where, *variables, *when, f"require {rule.expression.strip()}", *severity])


def _examples(title: str, examples: tuple[Example, ...]) -> list[tuple[str, str]]:
    """The first example of its sort: the others are for tests."""
    return [(f"{title}: {example.name}", example.shown) for example in examples[:1]]


def tally(results: Sequence[tuple[Rule, int, Sequence[str]]]) -> str:
    """What the examples of each rule showed: (rule, number of examples, problems); a sound rule is only counted."""
    lines = []
    for rule, _, problems in results:
        # What is about a line of the file begins with its place.
        lines += [each if each.startswith(f"{rule.file}:") else f"{rule.file}: {each}" for each in problems]
    broken = sum(bool(problems) for _, _, problems in results)
    examples = sum(number for _, number, _ in results)
    verdict = (
        f"{broken} of {counted(len(results), 'rule')} broken" if broken else f"{counted(len(results), 'rule')} sound"
    )
    return "\n".join([*lines, f"{verdict}, {counted(examples, 'example')} run", ""])
