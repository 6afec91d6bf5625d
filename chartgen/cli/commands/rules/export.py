"""`chartgen rules export`"""

from __future__ import annotations

from pathlib import Path

import click

from chartgen.cli.options import IGNORE, RULE_FOLDERS, SELECT


def _labels(_context: click.Context, _option: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    if any(not (key and equals) for key, equals, _ in pairs):
        raise click.BadParameter("write it as KEY=VALUE")
    return {key: value for key, _, value in pairs}


@click.command("export")
@click.option(
    "--as",
    "form",
    required=True,
    type=click.Choice(["validating-admission-policy"]),
    help="What to make of the rules: ValidatingAdmissionPolicy with bindings, for Kubernetes 1.30 and later.",
)
@SELECT
@IGNORE
@click.option(
    "--action",
    "actions",
    multiple=True,
    type=click.Choice(["Deny", "Warn", "Audit"]),
    help="What every policy does; repeatable. Default: Deny for errors, Warn and Audit for the rest.",
)
@click.option(
    "--namespace-selector",
    "namespaces",
    multiple=True,
    metavar="KEY=VALUE",
    callback=_labels,
    help="Apply the policies only in namespaces with this label; repeatable.",
)
@click.option("--provider", default="", metavar="NAME", help="The cluster's: aks, eks, gke, ack or generic.")
@RULE_FOLDERS
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE|DIR",
    help="Write to this file, or to a file for each rule in this folder.",
)
def command(
    *,
    form: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    actions: tuple[str, ...],
    namespaces: dict[str, str],
    provider: str,
    rule_folders: tuple[Path, ...],
    output: Path | None,
) -> int:
    """Turn rules into policies that the API server itself enforces.

    Exported is what the object alone decides; the others are listed with the reason. A policy lets through what it
    cannot evaluate, what a controller made (its controller was judged), and objects with the annotation
    chartgen.dev/ignore.RULE.

    \b
      chartgen rules export --as validating-admission-policy | kubectl apply -f -
      chartgen rules export --as validating-admission-policy --action Warn --namespace-selector team=llm -o policies/
      chartgen rules export --as validating-admission-policy --select gpu-quantity-invalid -o policy.yaml
      kubectl apply -f policies/
    """
    from chartgen.cli.configuration import settings
    from chartgen.cli.output import emit, say
    from chartgen.pipeline.exporting import exports
    from chartgen.pipeline.files import write_text
    from chartgen.report.policies import stream

    made = exports(
        select,
        ignore,
        folders=rule_folders,
        settings=settings(),
        provider=provider,
        actions=actions,
        namespaces=namespaces,
    )
    left = [f"{name} is not exported: {reason}" for name, reason in made.left]
    if output is not None and (output.is_dir() or not output.suffix):
        for each in made.exported:
            file = output / f"{each.policy['metadata']['name']}.yaml"
            write_text(file, stream([each.policy, each.binding], _head(each.kubernetes)))
    else:
        objects = [each for one in made.exported for each in (one.policy, one.binding)]
        text = stream(objects, [*_head(max(each.kubernetes for each in made.exported)), *left])
        if output is None:
            emit(text)
        else:
            write_text(output, text)
    for line in left:
        say(line)
    return 0


def _head(kubernetes: str) -> list[str]:
    return [f"Rules of chartgen for the API server of Kubernetes {kubernetes} and later: kubectl apply -f"]
