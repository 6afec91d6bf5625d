"""Options that several commands share, and the types of their values."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chartgen.report.formats import names as format_names

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class PathOrDash(click.ParamType[str]):
    """A path that exists, or `-`; kept as it was written, since reports name it so."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


class RuleNames(click.ParamType[tuple[str, ...]]):
    """Names of rules, separated by commas."""

    name = "rules"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        return tuple(name.strip() for name in str(value).split(",") if name.strip())

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        from chartgen.pipeline.rules import known_names

        *before, last = incomplete.split(",")
        return [CompletionItem(",".join([*before, name])) for name in known_names() if name.startswith(last)]


def _merged(_context: click.Context, _option: click.Parameter, lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The names of a repeated option, each once, in the order given."""
    return tuple(dict.fromkeys(name for names in lists for name in names))


RULE_NAMES = RuleNames()
SELECT = click.option(
    "--select",
    multiple=True,
    type=RULE_NAMES,
    callback=_merged,
    metavar="RULE,...",
    help="Take only these rules or groups of rules.",
)
IGNORE = click.option(
    "--ignore",
    multiple=True,
    type=RULE_NAMES,
    callback=_merged,
    metavar="RULE,...",
    help="Leave these rules or groups of rules out.",
)

RULE_FOLDERS = click.option(
    "--rules",
    "rule_folders",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Also the rules of this folder. Rules are trusted code.",
)
FORMAT = click.option(
    "--format",
    type=click.Choice(format_names()),
    default="text",
    show_default=True,
    help="The form of the report.",
)
REPORT_FILE = click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this file."
)
FAIL_ON = click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    default="error",
    show_default=True,
    help="The lowest severity that ends with exit code 1.",
)
KUBE_VERSION = click.option(
    "--kube-version",
    metavar="X.Y",
    help="Check against the schemas of this Kubernetes version; default: the newest known.",
)
HELM_ENGINE = click.option(
    "--helm-engine",
    type=click.Choice(["auto", "embedded", "binary"]),
    default="auto",
    show_default=True,
    help="The Helm to render charts with: the one of chartgen[helm], or the one on PATH.",
)
VERSION = click.option("--version", metavar="V", help="The chart's version, in place of that of the source.")
APP_VERSION = click.option("--app-version", metavar="V", help="What the chart installs, in place of the source's word.")
PLAIN_HTTP = click.option("--plain-http/--no-plain-http", help="Speak HTTP without TLS with the registry.")
CA_FILE = click.option(
    "--ca-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Trust these certificate authorities (PEM) of the registry.",
)
NO_LINT = click.option("--no-lint/--lint", help="Do not apply the lint rules.")
