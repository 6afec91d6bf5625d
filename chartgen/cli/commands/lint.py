"""`chartgen lint`"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from chartgen.cli.options import FORMAT, HELM_ENGINE, KUBE_VERSION, RULE_NAMES, PathOrDash, merged
from chartgen.cli.output import emit, progress, wants_colour


@click.command("lint")
@click.argument("paths", nargs=-1, required=True, type=PathOrDash(), metavar="PATH...")
@FORMAT
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this file.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    default="error",
    show_default=True,
    help="The lowest severity that ends with exit code 1.",
)
@click.option(
    "--select",
    multiple=True,
    type=RULE_NAMES,
    callback=merged,
    metavar="RULE,...",
    help="Apply only these rules or groups of rules.",
)
@click.option(
    "--ignore",
    multiple=True,
    type=RULE_NAMES,
    callback=merged,
    metavar="RULE,...",
    help="Do not apply these rules or groups of rules.",
)
@click.option("--closed", is_flag=True, help="Nothing exists but the input: what it does not hold is missing.")
@click.option(
    "--provider",
    default="",
    metavar="NAME",
    help="Where the cluster runs: aks, eks, gke, ack or generic; otherwise told from the input.",
)
@click.option("--namespace", default="", metavar="NAME", help="Where objects without a namespace go.")
@KUBE_VERSION
@HELM_ENGINE
@click.option("--show-unknown", is_flag=True, help="Show also what could not be decided, and why.")
def command(*, paths: tuple[str, ...], format: str, output: Path | None, fail_on: str, **options: Any) -> int:
    """Find what will go wrong in manifests, charts and values files.

    PATH is a manifest, a folder of manifests, a chart (folder or .tgz), a chartgen values file, or - for standard
    input. Charts are rendered with their own values; manifests that are given together are linted together.

    \b
      chartgen lint deploy/
      chartgen lint mychart/ --fail-on warning
      kubectl kustomize overlays/prod | chartgen lint - --provider aks
      chartgen lint vllm.yaml --format json -o report.json

    Exit code 1 means findings at or above --fail-on; 3 that something could not be read, whatever --fail-on says.
    """
    from chartgen.cli.failures import exit_code
    from chartgen.pipeline.files import write_text
    from chartgen.pipeline.lint import LintOptions, lint
    from chartgen.reader import LIMITS
    from chartgen.report import render

    stdin = sys.stdin.buffer.read(LIMITS.file_bytes + 1) if "-" in paths else None
    result = lint(paths, stdin, LintOptions(**options), progress)
    progress("")
    text = render(result.report, format, colour=output is None and wants_colour(sys.stdout))
    if output:
        write_text(output, text)
    elif format != "text" or result.report.objects or not result.failures:
        emit(text)
    for failure in result.failures:
        exit_code(failure, ())
    return result.exit_code(fail_on)
