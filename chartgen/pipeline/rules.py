"""The rules themselves: their names, one of them, and their examples as tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from chartgen import lint, manifests, resources, upgrade
from chartgen.errors import UsageError
from chartgen.lint import examples
from chartgen.lint.kinds import declared
from chartgen.model.manifest import Manifest
from chartgen.model.rule import Rule
from chartgen.model.settings import Settings
from chartgen.pipeline.diagnostics import ALL
from chartgen.pipeline.files import write_text
from chartgen.pipeline.ruleset import everything, refuse_unknown_kinds
from chartgen.report.pages import MADE, pages


@dataclass(frozen=True, slots=True)
class Tested:
    """`problems` are sentences; none means that the rule is sound. `examples` counts those that were run."""

    rule: Rule
    examples: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """`renamed` says which older names were used."""

    rules: tuple[Rule, ...]
    renamed: tuple[str, ...]


def known_names() -> tuple[str, ...]:
    """The names of all rules and diagnostics, read from file names alone."""
    return tuple(sorted([*(path.stem for path in resources.folder("rules").glob("*/*.yaml")), *ALL]))


def explained(asked: Iterable[str], folders: Iterable[Path] = ()) -> Explained:
    """The rules and diagnostics of these names, also older ones, in their order; those of `folders` are known, too.

    Raises UsageError with the closest name for one that there is not.
    """
    rules = {rule.name: rule for rule in everything(folders)}
    names = lint.names(rules.values())
    asked = tuple(asked)
    for name in asked:
        if name not in names.rules:
            close = get_close_matches(name, names.rules.values(), n=1)
            remedy = f"did you mean {close[0]}?" if close else "chartgen rules list shows all of them"
            raise UsageError(f"there is no rule called {name}", remedy=remedy)
    return Explained(tuple(rules[names.now(name)] for name in asked), names.renamed(asked))


def tested(folder: Path | None, settings: Settings) -> Iterator[Tested]:
    """Each rule of the folder (default: those of chartgen) tested by its own examples, in the order of their names.

    The pod templates that the settings declare are known. Raises RuleBroken for a rule file that cannot be read as a
    rule.
    """
    refuse_unknown_kinds(settings)
    with declared(settings.pod_templates):
        for rule in lint.load(folder):
            count = len(rule.examples.passing) + len(rule.examples.failing) + len(rule.examples.unknown)
            yield Tested(rule, count, tuple(examples.check(rule, _parse, upgrade.changes)))


def write_pages(folder: Path | None, out: Path) -> int:
    """Write the pages of the rules of a folder (default: those of chartgen, with the diagnostics); return their number.

    A page that an earlier run has made for a rule that is gone is removed. Raises UsageError if that cannot be done.
    """
    texts = pages(everything() if folder is None else lint.load(folder))
    for name, text in texts.items():
        write_text(out / name, text)
    for page in out.glob("*.md"):
        if page.name not in texts and page.read_text(encoding="utf-8", errors="replace").startswith(MADE):
            page.unlink()
    return len(texts)


def _parse(text: str) -> Sequence[Manifest]:
    return manifests.from_text(text, "<example>")
