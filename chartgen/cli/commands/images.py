"""`chartgen images`"""

from __future__ import annotations

import click

from chartgen.cli.options import HELM_ENGINE, PathOrDash
from chartgen.cli.output import emit, progress


@click.command("images")
@click.argument("paths", nargs=-1, required=True, type=PathOrDash(), metavar="VALUES|CHART...")
@HELM_ENGINE
def command(*, paths: tuple[str, ...], helm_engine: str) -> int:
    """List the images that an installation pulls, one to a line, for a mirror without access to the internet.

    Of a values file: those of every chart that it renders to, of `helm test` and of what it adds to the pod. A chart
    (folder or .tgz) is rendered with its own values. Images that operators of the cluster choose are not known here.

    \b
      chartgen images vllm.yaml
      chartgen images vllm.yaml | xargs -n 1 docker pull
    """
    from chartgen.cli.standard_input import standard_input
    from chartgen.pipeline.images import images

    stdin = standard_input(paths)
    found = images(paths, stdin, engine=helm_engine, tell=progress)
    progress("")
    emit("".join(f"{image}\n" for image in found))
    return 0
