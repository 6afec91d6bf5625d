"""The rules themselves: their names, one of them, and their examples as tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from chartgen import lint, manifests, resources
from chartgen.errors import UsageError
from chartgen.lint import examples
from chartgen.model.manifest import Manifest
from chartgen.model.rule import Rule
from chartgen.pipeline.diagnostics import ALL
from chartgen.pipeline.files import write_text
from chartgen.report.pages import MADE, pages


@dataclass(frozen=True, slots=True)
class Tested:
    """`problems` are sentences; none means that the rule is sound. `examples` counts those that were run."""

    rule: Rule
    examples: int
    problems: tuple[str, ...]


def known_names() -> tuple[str, ...]:
    """The names of all rules and diagnostics, read from file names alone."""
    return tuple(sorted([*(path.stem for path in resources.folder("rules").glob("*/*.yaml")), *ALL]))


def every() -> tuple[Rule, ...]:
    """All rules, and the diagnostics in the shape of rules."""
    return (*lint.load(), *(diagnostic.as_rule() for diagnostic in ALL.values()))


def one(name: str) -> Rule:
    """The rule or diagnostic of that name; UsageError with the closest name if there is none."""
    if name in ALL:
        return ALL[name].as_rule()
    if name not in known_names():
        close = get_close_matches(name, known_names(), n=1)
        remedy = f"did you mean {close[0]}?" if close else "chartgen rules list shows all of them"
        raise UsageError(f"there is no rule called {name}", remedy=remedy)
    (rule,) = lint.load(select=[name])
    return rule


def tested(folder: Path | None) -> Iterator[Tested]:
    """Each rule of the folder (default: those of chartgen) tested by its own examples, in the order of their names.

    Raises RuleBroken for a rule file that cannot be read as a rule.
    """
    for rule in lint.load(folder):
        count = len(rule.examples.passing) + len(rule.examples.failing) + len(rule.examples.unknown)
        yield Tested(rule, count, tuple(examples.check(rule, _parse)))


def write_pages(folder: Path | None, out: Path) -> int:
    """Write the pages of the rules of a folder (default: those of chartgen, with the diagnostics); return their number.

    A page that an earlier run has made for a rule that is gone is removed. Raises UsageError if that cannot be done.
    """
    texts = pages(every() if folder is None else lint.load(folder))
    for name, text in texts.items():
        write_text(out / name, text)
    for page in out.glob("*.md"):
        if page.name not in texts and page.read_text(encoding="utf-8", errors="replace").startswith(MADE):
            page.unlink()
    return len(texts)


def _parse(text: str) -> Sequence[Manifest]:
    return manifests.from_text(text, "<example>")
