"""`chartgen schema`"""

from __future__ import annotations

import click


@click.command("schema")
@click.argument(
    "name",
    type=click.Choice(["values", "rule", "report", "diff", "config", "baseline"]),
    default="values",
    metavar="[values|rule|report|diff|config|baseline]",
)
def command(name: str) -> int:
    """Print a JSON Schema.

    That of the values file, unless NAME says rule (rule files), report (JSON reports), diff (what `chartgen diff`
    prints as JSON), config (the configuration) or baseline.

    \b
      chartgen schema > values.schema.json
      then as the first line of a values file, for completion in the editor:
      # yaml-language-server: $schema=values.schema.json
    """
    import json

    from chartgen.cli import configuration
    from chartgen.cli.output import emit
    from chartgen.pipeline.schemas import text

    if name == "config":
        emit(json.dumps(configuration.schema(), indent=2, ensure_ascii=False) + "\n")
    else:
        emit(text(name))
    return 0
