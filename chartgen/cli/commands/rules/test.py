"""`chartgen rules test`"""

from __future__ import annotations

from pathlib import Path

import click

from chartgen.cli.configuration import options


@click.command("test", params=options())
@click.argument(
    "folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False)
)
def command(folder: Path | None) -> int:
    """Test rules by the examples in their files; without DIR, those of chartgen.

    DIR holds one folder for each group, and in it one file for each rule. A rule is trusted code: test only rules that
    you would run. The pod templates that the configuration declares are known. Ends with 5 if a rule is broken.

    \b
      chartgen rules test my-rules/
    """
    from chartgen.cli.configuration import settings
    from chartgen.cli.output import emit
    from chartgen.errors import EXIT_CLEAN, EXIT_RULE
    from chartgen.pipeline.rules import tested
    from chartgen.report.rules import tally

    results = [(each.rule, each.examples, each.problems) for each in tested(folder, settings())]
    emit(tally(results))
    return EXIT_RULE if any(problems for _, _, problems in results) else EXIT_CLEAN
