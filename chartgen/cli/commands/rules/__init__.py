"""`chartgen rules`: its commands are the modules of this folder."""

from __future__ import annotations

import click

from chartgen.cli.group import Commands


@click.group("rules", cls=Commands, package=__name__)
def command() -> None:
    """Show the rules, explain one, test a folder of them, or export them to a cluster.

    \b
      chartgen rules list
      chartgen rules explain rwo-shared-replicas
    """
