"""`chartgen publish`"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chartgen.cli.options import APP_VERSION, CA_FILE, HELM_ENGINE, KUBE_VERSION, NO_LINT, PLAIN_HTTP, VERSION
from chartgen.cli.output import emit, progress, say
from chartgen.cli.signing import signing, signing_options

if TYPE_CHECKING:  # nothing of it is needed to show the help
    from chartgen.model.package import Published
    from chartgen.publish.credentials import Credentials


@click.command("publish")
@click.argument("source", type=click.Path(path_type=Path), metavar="VALUES|CHART|TGZ")
@click.argument("registry", metavar="oci://HOST/PATH")
@VERSION
@APP_VERSION
@click.option(
    "--username", metavar="NAME", help="The user; default: what Docker's credential store holds, else Helm's."
)
@click.option("--password-stdin/--no-password-stdin", help="Read the password from standard input.")
@CA_FILE
@PLAIN_HTTP
@click.option("--force/--no-force", help="Replace other content under the same version.")
@click.option("--verify/--no-verify", help="Pull every chart back and compare.")
@click.option(
    "--retries",
    type=click.IntRange(0, 10),
    default=4,
    show_default=True,
    help="Further tries where the registry answers 429 or 5xx.",
)
@click.option(
    "--settle",
    type=click.FloatRange(0, 600),
    default=2,
    show_default=True,
    metavar="SECONDS",
    help="How long to look out for somebody who publishes the same version at the same time.",
)
@signing_options
@NO_LINT
@click.option("--format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The output.")
@KUBE_VERSION
@HELM_ENGINE
def command(
    *,
    source: Path,
    registry: str,
    version: str | None,
    app_version: str | None,
    username: str | None,
    password_stdin: bool,
    ca_file: Path | None,
    plain_http: bool,
    force: bool,
    verify: bool,
    retries: int,
    settle: float,
    no_lint: bool,
    format: str,
    kube_version: str | None,
    helm_engine: str,
    **signature: Any,
) -> int:
    """Render, lint, pack and push a chart to an OCI registry.

    A values file may make several charts; all are published. An archive is pushed as it is, with the .prov beside it.
    Error findings stop it, unless --no-lint is given.

    \b
      chartgen publish vllm.yaml oci://ghcr.io/acme/charts
      chartgen publish mychart/ oci://ghcr.io/acme/charts --version 1.2.0 --format json
      chartgen publish vllm-1.2.0.tgz oci://ghcr.io/acme/charts --username ci --password-stdin < token
      chartgen publish vllm.yaml oci://127.0.0.1:5000/charts --plain-http
      chartgen publish vllm.yaml oci://ghcr.io/acme/charts --sign --key 'Ada' --keyring secring.gpg

    Without --username, the login is the one that `docker login` or a credential helper holds for the registry
    (passwords and identity tokens), else the one of `helm registry login`.

    The same version with the same content is a success that pushes nothing; with other content it is refused. That
    and all that goes wrong with the registry ends with exit code 6. Exit code 1 means error findings; nothing was
    published then.
    """
    from chartgen.cli.configuration import settings
    from chartgen.cli.packed import tell
    from chartgen.errors import EXIT_CLEAN, EXIT_FINDINGS
    from chartgen.pipeline.package import Options, packing, signed
    from chartgen.pipeline.publish import Plan, install_line, publish_all
    from chartgen.publish import Access, Terms, target

    to = target(registry)
    signer = signing("nothing was published", **signature)
    access = Access(plain_http, ca_file, _credentials(username, password_stdin=password_stdin), retries)
    progress(f"packing {source}")
    options = Options(version, app_version, kube_version, not no_lint, helm_engine, settings())
    packed = packing(source, options)
    progress("")
    if tell(packed):
        say("nothing was published: the chart has error findings; --no-lint publishes it all the same")
        return EXIT_FINDINGS
    done = []
    packages = signed(packed.packages, signer, helm_engine)
    for each in publish_all(packages, to, Plan(access, Terms(force, settle), verify), say):
        done.append(each)
        if format == "text":
            emit(_text(each, install_line(each, to, access)))
    if format == "json":
        emit(_json(done, [install_line(each, to, access) for each in done]))
    return EXIT_CLEAN


def _credentials(username: str | None, *, password_stdin: bool) -> Credentials | None:
    from chartgen.errors import UsageError
    from chartgen.publish.credentials import Credentials

    if (username is not None) != password_stdin:
        raise UsageError("nothing was published: --username and --password-stdin go together", remedy="give both")
    if username is None:
        return None
    try:
        password = sys.stdin.readline().rstrip("\r\n") if sys.stdin else ""
        password.encode()
    except UnicodeError:
        raise UsageError("nothing was published: the password is not UTF-8", remedy="pipe it in as UTF-8") from None
    if not password:
        raise UsageError("nothing was published: there is no password on standard input", remedy="pipe it in")
    return Credentials(username, password)


def _text(published: Published, install: str) -> str:
    name = published.reference.removeprefix("oci://").rpartition(":")[0]
    did = "published" if published.pushed else "nothing to push, the same chart is there already:"
    return (
        f"{did} {published.reference}\n"
        f"digest: {published.digest}\n"
        f"to install: {install}\n"
        f"to sign with cosign: cosign sign {name}@{published.digest}\n"
    )


def _json(done: list[Published], installs: list[str]) -> str:
    import json

    charts = [
        {
            "name": each.package.name,
            "version": each.package.version,
            "reference": each.reference,
            "digest": each.digest,
            "archive": each.package.digest,
            "pushed": each.pushed,
            "install": install,
        }
        for each, install in zip(done, installs, strict=True)
    ]
    return json.dumps({"charts": charts}, indent=2) + "\n"
