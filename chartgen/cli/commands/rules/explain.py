"""`chartgen rules explain`"""

from __future__ import annotations

import sys

import click

from chartgen.cli.options import RULE_NAMES


@click.command("explain")
@click.argument("name", type=RULE_NAMES)
def command(name: tuple[str, ...]) -> int:
    """Tell why a rule exists, what to do about its findings, and what it looks for.

    \b
      chartgen rules explain gpu-toleration-missing
    """
    from chartgen.cli.output import emit, wants_colour
    from chartgen.pipeline.rules import one
    from chartgen.report.rules import page

    emit("\n".join(page(one(each), colour=wants_colour(sys.stdout)) for each in name))
    return 0
