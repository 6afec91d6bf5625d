"""The entry point. Nothing but click is imported before a command runs."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Sequence

import click

from chartgen.cli import versions
from chartgen.cli.failures import exit_code
from chartgen.cli.group import Commands

ENVIRONMENT_PREFIX = "CHARTGEN"
_NEW_OBJECTS = 100_000
"""Between two looks of the garbage collector."""
_EPILOG = """\b
Exit codes: 0 clean, 1 findings, 2 wrong usage, 3 invalid or unreadable input, 4 not rendered,
5 a rule is broken, 6 not published or not pulled, 70 a bug in chartgen, 130 interrupted.

Every option can be set in the environment, by its key of the configuration (`chartgen schema config`):
CHARTGEN_LINT_FAIL_ON=warning is failOn, and `chartgen lint --fail-on warning`."""


@click.group(
    cls=Commands,
    package="chartgen.cli.commands",
    context_settings={
        "help_option_names": ["-h", "--help"],
        "auto_envvar_prefix": ENVIRONMENT_PREFIX,
        "max_content_width": 100,
    },
    epilog=_EPILOG,
)
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=versions.tell,
    help="Show the versions of chartgen, Helm and the Kubernetes schemas, and exit.",
)
def cli() -> None:
    """Helm charts for LLM inference from a short values file, and a linter for Kubernetes manifests and charts.

    \b
      chartgen render examples/aks-spot-azure-disk.yaml -o out
      chartgen lint deploy/
    """


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; errors have been told on standard error."""
    try:
        code = cli.main(args=list(arguments), prog_name="chartgen", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except SystemExit:  # shell completion ends the process by itself
        raise
    except BaseException as error:
        return exit_code(error, arguments)
    return code if isinstance(code, int) else 0


def main() -> None:
    # As Ctrl+C: what is temporary is cleaned up, and the exit code is that of an interrupt.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Nearly all that a run makes lives until its end. Looking for garbage in it as often as by default takes a tenth of
    # the time of a long run, and once more at its end a tenth of a short one. Looking seldom takes 2 % more memory.
    gc.set_threshold(_NEW_OBJECTS)
    code = run(sys.argv[1:])
    gc.freeze()
    sys.exit(code)
