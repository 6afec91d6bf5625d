"""`chartgen render`"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from chartgen.cli.options import HELM_ENGINE, KUBE_VERSION


@click.command("render")
@click.argument("values", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="VALUES...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder to write <name>/ into; default: the current one.",
)
@click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="KEY=VALUE",
    help="Set one key of the values file: --set workload.replicas=3",
)
@click.option(
    "--manifests",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write what the chart renders to as well; - for standard output.",
)
@click.option("--no-lint/--lint", help="Do not apply the lint rules.")
@click.option("--force/--no-force", help="Replace a folder even if chartgen did not make it.")
@KUBE_VERSION
@HELM_ENGINE
def command(
    *,
    values: tuple[Path, ...],
    output: Path,
    sets: tuple[str, ...],
    manifests: Path | None,
    no_lint: bool,
    force: bool,
    kube_version: str | None,
    helm_engine: str,
) -> int:
    """Turn values files into Helm charts.

    Each chart is rendered with Helm, checked against the Kubernetes schemas and linted before DIR/<name>/ is written;
    if anything fails nothing is written. The chart's own values.yaml renders to the same chart again.

    \b
      chartgen render vllm.yaml -o out
      chartgen render vllm.yaml --set spot.policy=require --manifests -
      helm install vicuna out/vicuna

    Exit code 1 means that the charts were written but have error findings. If one of several values files fails, the
    others are rendered all the same; the manifests are then not written.
    """
    from chartgen.cli.configuration import settings
    from chartgen.cli.rendered import render_all
    from chartgen.pipeline.render import render

    one = partial(
        render,
        sets=sets,
        force=force,
        kube_version=kube_version,
        lint=not no_lint,
        engine=helm_engine,
        settings=settings(),
    )
    return render_all(one, values, output, manifests)
