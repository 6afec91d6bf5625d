"""`chartgen rules list`"""

from __future__ import annotations

import sys

import click


@click.command("list")
@click.option(
    "--format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The form of the list."
)
def command(format: str) -> int:
    """List the rules by group, with severity and title."""
    from chartgen.cli.output import emit, wants_colour
    from chartgen.pipeline.rules import every
    from chartgen.report import rules

    emit(rules.listing(every()) if format == "json" else rules.table(every(), colour=wants_colour(sys.stdout)))
    return 0
