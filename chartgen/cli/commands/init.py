"""`chartgen init`"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from chartgen.pipeline.drafts import presets

_FLAGS = {"model": ("model", "id"), "gpu": ("gpu", "type"), "provider": ("cluster", "provider")}


@click.command("init")
@click.option(
    "--preset", type=click.Choice(presets()), metavar="NAME", help=f"Copy an example: {', '.join(presets())}."
)
@click.option("--model", metavar="ID", help="Hub id of the model, or its folder on the volume.")
@click.option("--gpu", metavar="TYPE", help="GPU type, such as nvidia-l4.")
@click.option("--provider", metavar="NAME", help="Who runs the cluster: aks, eks, gke, ack or generic.")
@click.option(
    "--set", "sets", multiple=True, metavar="KEY=VALUE", help="Any other key: --set storage.backend=azure-disk"
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default=Path("-"),
    metavar="FILE",
    help="The file to write; default: standard output.",
)
@click.option("--force/--no-force", help="Replace a file that is there already.")
def command(*, preset: str | None, sets: tuple[str, ...], output: Path, force: bool, **flags: str | None) -> int:
    """Write a first values file, with a comment at every key.

    From an example, or from a model, a GPU type and a provider. What is missing is asked for on a terminal. A file
    that chartgen would refuse is not written; what speaks against it is told instead.

    \b
      chartgen init -o vllm.yaml
      chartgen init --preset aks-spot-azure-disk -o vllm.yaml
      chartgen init --model Qwen/Qwen3-8B --gpu nvidia-l4 --provider generic -o vllm.yaml
    """
    from chartgen.errors import UsageError

    given = {name: value for name, value in flags.items() if value is not None}
    if preset and (given or sets):
        raise UsageError("an example is copied as it is", remedy="leave out --preset, or change the file afterwards")
    if output != Path("-") and output.exists() and not force:
        raise UsageError(f"{output} is there already", remedy="name another file, or replace this one with --force")
    _write(_copied(preset) if preset else _drafted(given, sets, output), output)
    return 0


def _copied(preset: str) -> str:
    from chartgen.pipeline import drafts

    return drafts.preset(preset)


def _drafted(given: dict[str, str], sets: tuple[str, ...], output: Path) -> str:
    from chartgen.cli.output import is_terminal, read_input, say, wants_colour
    from chartgen.pipeline.drafts import drafted
    from chartgen.report import problems

    values: dict[str, Any] = {}
    for name, text in given.items():
        section, key = _FLAGS[name]
        values[section] = {key: text}
    if len(given) < len(_FLAGS) and is_terminal(sys.stdin):
        from chartgen.cli.questions import ask

        ask(values, sets)
    text, warnings = drafted(values, sets, "the values file" if output == Path("-") else str(output))
    if warnings:
        say(problems.warnings(warnings, read_input, colour=wants_colour(sys.stderr)))
    return text


def _write(text: str, output: Path) -> None:
    from chartgen.cli.output import emit, say
    from chartgen.pipeline.files import write_text

    if output == Path("-"):
        emit(text)
        return
    write_text(output, text)
    say(f"wrote {output}")
    say(f"next: chartgen render {output} -o charts")
