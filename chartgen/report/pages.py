"""The rules as Markdown files: a page for each, and an index by group."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from chartgen.model.rule import Example, Rule
from chartgen.report.rules import SCOPES, condition, ordered, standing

INDEX = "README.md"
MADE = "<!-- made from the rule files by `chartgen rules pages`; changes belong there -->"

_CODE = re.compile(r"(`[^`]+`|https?://\S+)")
_MARKUP = re.compile(r"([\\*<>\[\]|]|(?<!\w)_|_(?!\w))")


def pages(rules: Iterable[Rule]) -> Mapping[str, str]:
    """The files by their names: `README.md`, and `<rule>.md` for each rule."""
    shown = ordered(rules)
    return {INDEX: _index(shown), **{f"{rule.name}.md": _page(rule) for rule in shown}}


def _index(rules: list[Rule]) -> str:
    lines = [MADE, "", "# Rules", "", "Each is named after the bad pattern that it finds.", ""]
    for group, members in groupby(rules, key=lambda rule: rule.group):
        lines += [f"## {group}", "", "| rule | severity | what it finds |", "| --- | --- | --- |"]
        lines += [f"| [{rule.name}]({rule.name}.md) | {_severity(rule)} | {_plain(rule.title)} |" for rule in members]
        lines += [""]
    return "\n".join(lines)


def _page(rule: Rule) -> str:
    facts = [f"**{_severity(rule)}**", f"group [{rule.group}]({INDEX}#{rule.group})", f"since {rule.since}"]
    sections = [
        ("Why", _prose(rule.why)),
        ("What to do", _prose(rule.remedy)),
        ("Known problems", _prose(rule.known_problems)),
        ("What other linters say", _prose(rule.peers_say)),
        ("Parameters", _parameters(rule)),
        ("Condition", f"```cel\n{condition(rule)}\n```" if rule.expression else ""),
        ("Examples", "\n\n".join(_examples(rule))),
        ("References", "\n".join(f"- <{reference}>" for reference in rule.references)),
    ]
    facts += [SCOPES[rule.scope], *standing(rule)]
    head = [MADE, "", f"# {rule.name}", "", f"{_plain(rule.title)}.", "", ", ".join(facts), ""]
    return "\n".join([*head, *(f"## {title}\n\n{text}\n" for title, text in sections if text)])


def _severity(rule: Rule) -> str:
    """`error or info` where the rule tells one case from another; each severity has an example."""
    seen = {rule.severity, *(each.severity for each in rule.examples.failing if each.severity)}
    return " or ".join(severity.name for severity in sorted(seen, reverse=True))


def _parameters(rule: Rule) -> str:
    if not rule.parameters:
        return ""
    rows = [f"| `{name}` | `{json.dumps(value)}` |" for name, value in rule.parameters]
    return "\n".join(["| parameter | default |", "| --- | --- |", *rows])


def _examples(rule: Rule) -> Iterator[str]:
    """All of them: they are what the rule is tested by."""
    for verdict, examples in (
        ("Found", rule.examples.failing),
        ("Not found", rule.examples.passing),
        ("Not decided", rule.examples.unknown),
    ):
        yield from (_example(verdict, example) for example in examples)


def _example(verdict: str, example: Example) -> str:
    at = f", at `{example.at}`" if example.at else ""
    return f"{verdict}: {_plain(example.name)}{at}\n\n```yaml\n{example.shown}\n```"


def _prose(text: str) -> str:
    return "\n\n".join(_plain(" ".join(part.split())) for part in text.strip().split("\n\n"))


def _plain(text: str) -> str:
    """Words that Markdown would take for markup are shown as they are; code in backticks and links stay."""
    parts = _CODE.split(text)
    return "".join(part if index % 2 else _MARKUP.sub(r"\\\1", part) for index, part in enumerate(parts))
