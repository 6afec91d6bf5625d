"""`chartgen schema`"""

from __future__ import annotations

import click


@click.command("schema")
@click.argument(
    "name", type=click.Choice(["values", "rule", "report"]), default="values", metavar="[values|rule|report]"
)
def command(name: str) -> int:
    """Print a JSON Schema.

    That of the values file, unless NAME says rule (rule files) or report (JSON reports).

    \b
      chartgen schema > values.schema.json
      then as the first line of a values file, for completion in the editor:
      # yaml-language-server: $schema=values.schema.json
    """
    from chartgen.cli.output import emit
    from chartgen.pipeline.schemas import text

    emit(text(name))
    return 0
