"""`chartgen diff`"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from chartgen.cli.options import CA_FILE, FAIL_ON, HELM_ENGINE, PLAIN_HTTP, REPORT_FILE, PathOrDash
from chartgen.cli.output import emit, progress, wants_colour
from chartgen.report.diffs import names


@click.command("diff")
@click.argument("old", type=PathOrDash())
@click.argument("new", type=PathOrDash())
@click.option("--format", type=click.Choice(names()), default="text", show_default=True, help="The form of the report.")
@REPORT_FILE
@FAIL_ON
@click.option(
    "--spare-gpus",
    type=click.IntRange(min=0),
    metavar="N",
    help="GPUs that are free besides those in use: a rollout that needs more is an error.",
)
@click.option("--namespace", default="", metavar="NAME", help="Where objects without a namespace go.")
@click.option(
    "--kube-version", metavar="X.Y", help="Render charts for this Kubernetes version; default: the newest known."
)
@HELM_ENGINE
@CA_FILE
@PLAIN_HTTP
def command(
    *,
    old: str,
    new: str,
    format: str,
    output: Path | None,
    fail_on: str,
    spare_gpus: int | None,
    namespace: str,
    kube_version: str | None,
    helm_engine: str,
    ca_file: Path | None,
    plain_http: bool,
) -> int:
    """Tell what an upgrade from OLD to NEW does, and what it cannot do.

    Each side is a values file, a chart (folder, .tgz, or oci:// with its version or digest), rendered manifests (a file
    or a folder), or - for standard input. Charts are rendered with their own values. Shown are the fields that differ
    in each object, those that the API server does not let change, with its answer, objects with data that go, and the
    pods with GPUs that restart. Values of Secrets are not shown.

    \b
      chartgen diff old-values.yaml new-values.yaml
      helm get manifest vllm | chartgen diff - new-chart/ --spare-gpus 0
      chartgen diff chart-0.1.0.tgz chart-0.2.0.tgz --format markdown -o comment.md
      chartgen diff oci://ghcr.io/acme/charts/vllm:0.1.0 new-values.yaml

    Exit code 1 means that the upgrade fails or loses data (or, with --fail-on, that there is something of less weight),
    3 and 4 that a side could not be read or rendered, 6 that a registry did not give it out.
    """
    from chartgen.cli.standard_input import standard_input
    from chartgen.pipeline.diff import DiffOptions, diff, exit_code
    from chartgen.pipeline.files import write_text
    from chartgen.report.diffs import render

    stdin = standard_input((old, new))
    options = DiffOptions(namespace, kube_version, helm_engine, spare_gpus, ca_file, plain_http)
    comparison = diff(old, new, stdin, options, progress)
    progress("")
    text = render(comparison, format, colour=output is None and wants_colour(sys.stdout))
    if output:
        write_text(output, text)
    else:
        emit(text)
    return exit_code(comparison, fail_on)
