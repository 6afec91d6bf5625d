"""Several values files rendered one after the other, and what is said about each."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from chartgen.cli.failures import exit_code
from chartgen.cli.output import emit, progress, read_input, say, wants_colour
from chartgen.errors import EXIT_CLEAN, EXIT_FINDINGS, ChartgenError
from chartgen.model.finding import Severity
from chartgen.pipeline.files import write_text
from chartgen.pipeline.render import RenderResult
from chartgen.report import problems
from chartgen.report.formats import render
from chartgen.report.formats.text import counted


class RenderOne(Protocol):
    """`pipeline.render.render` with its options filled in."""

    def __call__(self, values: Path, out: Path, *, taken: frozenset[Path]) -> RenderResult: ...


def render_all(one: RenderOne, values: Sequence[Path], out: Path, manifests: Path | None) -> int:
    """Render each values file; one that fails does not stop the others. Returns the highest exit code.

    `manifests` gets what all of them render to, unless one failed; `-` is standard output.
    """
    codes, stream, written = [EXIT_CLEAN], "", frozenset[Path]()
    for file in values:
        progress(f"rendering {file}")
        try:
            result = one(file, out, taken=written)
        except ChartgenError as error:
            codes.append(exit_code(error, ()))
            continue
        _tell(file, result)
        codes.append(EXIT_FINDINGS if result.report.worst() is Severity.error else EXIT_CLEAN)
        stream += result.manifests
        written |= {*result.folders}
    if manifests and max(codes) <= EXIT_FINDINGS:
        if manifests == Path("-"):
            emit(stream)
        else:
            write_text(manifests, stream)
    return max(codes)


def _tell(values: Path, result: RenderResult) -> None:
    """A few lines on standard error: warnings and findings in full, then what was written and how to install it."""
    colour = wants_colour(sys.stderr)
    if result.warnings:
        say(problems.warnings(result.warnings, read_input, colour=colour))
    report = result.report
    if report.findings:
        say(render(report, "text", colour=colour))
    say(f"rendered {values} to {' and '.join(map(str, result.folders))}")
    checks = f"Helm {result.helm}, the schemas of Kubernetes {report.kube_version}"
    rules, found = counted(len(report.rules), "rule"), counted(len(report.findings), "finding")
    say(f"checked {counted(result.objects, 'object')} with {checks} and {rules}{f': {found}' if report.rules else ''}")
    for demand in result.totals:
        say(f"takes of quotas{f', {demand.when}' if demand.when else ''}: {demand.words()}")
    if result.needed:
        say(f"to have beforehand: {', '.join(result.needed)}")
    for folder in reversed(result.folders):
        # Helm takes a bare name for a chart of a repository. Only the model's chart takes long, and it is the first.
        place = folder if len(folder.parts) > 1 else f"./{folder}"
        patience = f" --timeout {result.ready_seconds}s" if folder == result.folders[0] else ""
        say(f"to install: helm install {folder.name} {place}{patience}")
