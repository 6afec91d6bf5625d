"""What is said about charts on their way to an archive or a registry."""

from __future__ import annotations

import sys

from chartgen.cli.output import read_input, say, wants_colour
from chartgen.model.finding import Severity
from chartgen.pipeline.package import Packing
from chartgen.report import problems
from chartgen.report.formats import render


def tell(packing: Packing) -> bool:
    """Warnings and findings, on standard error; whether there is an error among the findings."""
    colour = wants_colour(sys.stderr)
    if packing.warnings:
        say(problems.warnings(packing.warnings, read_input, colour=colour))
    if packing.report is None or not packing.report.findings:
        return False
    say(render(packing.report, "text", colour=colour))
    return packing.report.worst() is Severity.error
