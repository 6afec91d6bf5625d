"""`chartgen rules list`"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from chartgen.cli.options import RULE_FOLDERS


@click.command("list")
@click.option(
    "--format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The form of the list."
)
@RULE_FOLDERS
def command(format: str, rule_folders: tuple[Path, ...]) -> int:
    """List the rules by group, with severity, profile and title."""
    from chartgen.cli.configuration import settings
    from chartgen.cli.output import emit, wants_colour
    from chartgen.pipeline.ruleset import everything
    from chartgen.report import rules

    every = everything((*rule_folders, *settings().rule_folders))
    emit(rules.listing(every) if format == "json" else rules.table(every, colour=wants_colour(sys.stdout)))
    return 0
