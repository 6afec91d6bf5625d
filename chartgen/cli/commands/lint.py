"""`chartgen lint`"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chartgen.cli.options import (
    CA_FILE,
    FAIL_ON,
    FORMAT,
    HELM_ENGINE,
    IGNORE,
    KUBE_VERSION,
    PLAIN_HTTP,
    REPORT_FILE,
    RULE_FOLDERS,
    SELECT,
    PathOrDash,
)
from chartgen.cli.output import emit, progress, say, wants_colour
from chartgen.errors import UsageError

if TYPE_CHECKING:
    from chartgen.cli.fixing import Linted


@click.command("lint")
@click.argument("paths", nargs=-1, required=True, type=PathOrDash(), metavar="PATH...")
@FORMAT
@REPORT_FILE
@FAIL_ON
@SELECT
@IGNORE
@click.option(
    "--values",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Render charts with this file too, as a set of its own; repeatable. Default: the chart's ci/*-values.yaml.",
)
@click.option(
    "--profile",
    type=click.Choice(["min", "default", "strict"]),
    default="default",
    show_default=True,
    help="How much is asked: min is what breaks an installation, strict everything.",
)
@RULE_FOLDERS
@click.option("--closed/--no-closed", help="Nothing exists but the input: what it does not hold is missing.")
@click.option(
    "--provider",
    default="",
    metavar="NAME",
    help="Where the cluster runs: aks, eks, gke, ack or generic; otherwise told from the input.",
)
@click.option("--namespace", default="", metavar="NAME", help="Where objects without a namespace go.")
@KUBE_VERSION
@HELM_ENGINE
@click.option("--fix/--no-fix", help="Apply the fixes that are safe to the files, and report what is left.")
@click.option("--unsafe-fixes/--no-unsafe-fixes", help="With --fix or --diff: also the fixes that ask for a review.")
@click.option("--diff/--no-diff", help="Print what --fix would change as a unified diff, and change nothing.")
@click.option(
    "--external",
    multiple=True,
    metavar="KIND/NAME",
    help="An object that exists although the input lacks it: PersistentVolumeClaim/models; repeatable.",
)
@click.option(
    "--crds",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="CustomResourceDefinitions, a file or a folder, that say what objects of their kinds may hold. Those of the "
    "input and in a chart's crds/ count without being named.",
)
@click.option(
    "--against",
    default="",
    type=PathOrDash(),
    metavar="OLD",
    help="The version before, or oci://...: say also what the upgrade from it cannot do, loses and restarts.",
)
@CA_FILE
@PLAIN_HTTP
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Do not show the findings that stand in this file.",
)
@click.option(
    "--write-baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write what is found to this file, for --baseline, instead of showing it.",
)
@click.option("--show-suppressed/--no-show-suppressed", help="Show also what annotations and comments hide, and why.")
@click.option("--show-unknown/--no-show-unknown", help="Show also what could not be decided, and why.")
def command(
    *,
    paths: tuple[str, ...],
    format: str,
    output: Path | None,
    fail_on: str,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    **options: Any,
) -> int:
    """Find what will go wrong in manifests, charts and values files.

    PATH is a manifest, a folder of manifests, a chart (folder or .tgz), a chartgen values file, or - for standard
    input. Charts are rendered with their own values; manifests that are given together are linted together.

    \b
      chartgen lint deploy/
      chartgen lint mychart/ --fail-on warning
      chartgen lint deploy/ --crds kuberay/helm-chart/kuberay-operator/crds
      chartgen lint mychart/ --values prod.yaml --values staging.yaml
      kubectl kustomize overlays/prod | chartgen lint - --provider aks
      chartgen lint vllm.yaml --format json -o report.json
      chartgen lint deploy/ --diff --unsafe-fixes
      chartgen lint deploy/ --fix
      chartgen lint new-chart/ --against old-chart.tgz
      chartgen lint new-chart/ --against oci://ghcr.io/acme/charts/vllm:1.2.0
      chartgen lint deploy/ --write-baseline .chartgen-baseline.json
      chartgen lint deploy/ --baseline .chartgen-baseline.json

    Fixes keep comments, order and quotes. They are not applied to charts, whose templates they cannot know, nor to
    standard input. What a fix that is not safe asks for beforehand stands in the help of its finding.

    Exit code 1 means findings at or above --fail-on that are left, or that --diff has something to show; 3 that
    something could not be read, whatever --fail-on says.
    """
    from chartgen.cli.configuration import on_command_line, settings
    from chartgen.cli.failures import exit_code
    from chartgen.cli.fixing import FixOptions, run
    from chartgen.cli.standard_input import standard_input
    from chartgen.pipeline.lint import LintOptions
    from chartgen.report.printable import printable

    if options["write_baseline"] and (fix or diff):
        raise UsageError(
            "nothing was linted: --write-baseline shows nothing, so that --fix and --diff have nothing to do",
            remedy="leave them out, or add --no-fix and --no-diff where the configuration has them",
        )
    stdin = standard_input(paths)
    output = None if output == Path("-") else output
    colour = output is None and wants_colour(sys.stdout)
    lint_options = LintOptions(**options, settings=settings(), needs_chart=on_command_line("values"))
    linted = run(paths, stdin, lint_options, FixOptions(fix, unsafe_fixes, diff), colour=colour)
    progress("")
    result = linted.result
    text = _text(linted, format, colour=colour)
    for note in result.notes:
        say(f"note: {printable(note)}")
    if output:
        from chartgen.pipeline.files import write_text

        _refuse_over_input(output, linted)
        write_text(output, text)
    elif format != "text" or result.report.objects or not result.failures:
        emit(text)
    for failure in result.failures:
        exit_code(failure, ())
    return linted.exit_code(fail_on)


def _refuse_over_input(output: Path, linted: Linted) -> None:
    """`-o deploy.yaml` forgets the file to write, and would put the report in place of a manifest."""
    if output.is_file() and any(Path(each.file).resolve() == output.resolve() for each in linted.result.report.sources):
        raise UsageError(
            f"the report was not written: {output} is what was linted",
            remedy="name another file: -o report.txt",
            option="output",
        )


def _text(linted: Linted, format: str, *, colour: bool) -> str:
    """What is printed: the diff if one was asked for, else the report."""
    from chartgen.report.formats import render

    if linted.diff is not None:
        return linted.diff
    report = linted.result.report
    if format == "sarif":
        from chartgen.pipeline.fixing import placed

        report = placed(report)
    return render(report, format, colour=colour)
