"""`chartgen rules explain`"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from chartgen.cli.options import RULE_FOLDERS, RULE_NAMES


@click.command("explain")
@click.argument("name", type=RULE_NAMES)
@RULE_FOLDERS
def command(name: tuple[str, ...], rule_folders: tuple[Path, ...]) -> int:
    """Tell why a rule exists, what to do about its findings, and what it looks for.

    \b
      chartgen rules explain gpu-toleration-missing
    """
    from chartgen.cli.configuration import settings
    from chartgen.cli.output import emit, say, wants_colour
    from chartgen.pipeline.rules import explained
    from chartgen.report.rules import page

    found = explained(name, (*rule_folders, *settings().rule_folders))
    for note in found.renamed:
        say(f"note: {note}")
    emit("\n".join(page(rule, colour=wants_colour(sys.stdout)) for rule in found.rules))
    return 0
