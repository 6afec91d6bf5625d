"""`chartgen rules pages`"""

from __future__ import annotations

from pathlib import Path

import click


@click.command("pages")
@click.argument(
    "folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False)
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder for the pages.",
)
def command(folder: Path | None, output: Path) -> int:
    """Write a Markdown page for each rule, and an index by group.

    Without DIR the rules are those of chartgen. Pages of an earlier run whose rules are gone are removed; nothing else
    in the folder is touched.

    \b
      chartgen rules pages -o docs/rules
      chartgen rules pages my-rules/ -o docs/my-rules
    """
    from chartgen.cli.output import say
    from chartgen.pipeline.rules import write_pages

    say(f"wrote {write_pages(folder, output)} pages to {output}")
    return 0
