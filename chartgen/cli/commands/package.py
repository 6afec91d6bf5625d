"""`chartgen package`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from chartgen.cli.options import APP_VERSION, HELM_ENGINE, KUBE_VERSION, NO_LINT, VERSION
from chartgen.cli.output import emit, progress
from chartgen.cli.signing import signing, signing_options


@click.command("package")
@click.argument("source", type=click.Path(path_type=Path), metavar="VALUES|CHART")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder to write <name>-<version>.tgz into; default: the current one.",
)
@VERSION
@APP_VERSION
@signing_options
@NO_LINT
@KUBE_VERSION
@HELM_ENGINE
def command(
    *,
    source: Path,
    output: Path,
    version: str | None,
    app_version: str | None,
    no_lint: bool,
    kube_version: str | None,
    helm_engine: str,
    **signature: Any,
) -> int:
    """Pack a chart into an archive that has the same digest wherever and whenever it is made.

    A values file is rendered and checked first, as `chartgen render` does; all of its charts are packed. A chart folder
    is packed as Helm does it: .helmignore is honoured, and dependencies have to be in charts/. The time of the files in
    the archive is 1980, or SOURCE_DATE_EPOCH.

    \b
      chartgen package vllm.yaml -o dist
      chartgen package mychart/ --version 1.2.0
      gpg --export-secret-keys > secring.gpg
      chartgen package vllm.yaml --sign --key 'Ada' --keyring secring.gpg --passphrase-file pass.txt

    Prints path and digest of each archive. Exit code 1 means that they were written but have error findings.
    """
    from shlex import join

    from chartgen.cli.configuration import settings
    from chartgen.cli.packed import tell
    from chartgen.errors import EXIT_CLEAN, EXIT_FINDINGS
    from chartgen.pipeline.package import Options, packing, signed, write

    signer = signing("nothing was packed", **signature)
    progress(f"packing {source}")
    options = Options(version, app_version, kube_version, not no_lint, helm_engine, settings())
    packed = packing(source, options)
    written = write(signed(packed.packages, signer, helm_engine), output)
    progress("")
    has_errors = tell(packed)
    for package, path in zip(packed.packages, written, strict=True):
        emit(f"packed {path}\n")
        emit(f"digest: {package.digest}\n")
        emit(f"to sign with cosign: {join(['cosign', 'sign-blob', '--bundle', f'{path}.sigstore.json', str(path)])}\n")
    return EXIT_FINDINGS if has_errors else EXIT_CLEAN
