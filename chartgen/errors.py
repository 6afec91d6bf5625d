"""Every error that chartgen raises on purpose, and the exit code that each one ends with.

ChartgenError
├── UsageError        2   a wrong option or configuration
├── InputError        3   an input that cannot be read: file, archive, YAML
│   └── ValuesInvalid 3   a values file that breaks the schema or a cross-field check
├── RenderError       4   the chart could not be rendered
│   └── HelmMissing   4   there is no Helm engine on this machine
├── RuleBroken        5   a rule file is malformed, or its expression failed on valid input
└── PublishError      6   a chart did not get into its registry, or out of it

Everything else that escapes is a bug and ends with 70; an interrupt ends with 130. Exit code 1 is no error:
it means findings at or above `--fail-on`.
"""

from __future__ import annotations

from chartgen.model.location import Location
from chartgen.model.problem import Problem

EXIT_CLEAN = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_INPUT = 3
EXIT_RENDER = 4
EXIT_RULE = 5
EXIT_PUBLISH = 6
EXIT_BUG = 70
EXIT_INTERRUPTED = 130


class ChartgenError(Exception):
    """What did not happen (`message`), and what to do about it (`remedy`, may be empty)."""

    exit_code = EXIT_BUG

    def __init__(self, message: str, *, remedy: str = "", location: Location | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.location = location


class UsageError(ChartgenError):
    """An option or a configuration value is wrong.

    `option` names the one whose value it is (`kube_version`): it may come from a configuration file, whose line is then
    shown.
    """

    exit_code = EXIT_USAGE

    def __init__(self, message: str, *, remedy: str = "", location: Location | None = None, option: str = "") -> None:
        super().__init__(message, remedy=remedy, location=location)
        self.option = option


class InputError(ChartgenError):
    """An input cannot be read or parsed."""

    exit_code = EXIT_INPUT


class ValuesInvalid(InputError):
    """A values file is refused; `problems` holds every reason, in file order."""

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{file}: no chart was rendered, the values file is not valid")
        self.file = file
        self.problems = problems


class RenderError(ChartgenError):
    """Helm refused the chart, or the chart's output is not what Kubernetes accepts."""

    exit_code = EXIT_RENDER


class HelmMissing(RenderError):
    """Neither the embedded Helm nor a `helm` binary was found."""


class RuleBroken(ChartgenError):
    """A rule file is malformed or its expression fails on a schema-valid object."""

    exit_code = EXIT_RULE


class PublishError(ChartgenError):
    """A registry cannot be reached, refuses or lacks a chart, or holds another one under the same version."""

    exit_code = EXIT_PUBLISH
