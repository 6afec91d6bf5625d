"""Groups of commands that are found by listing a folder."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Any

import click

from chartgen.cli.configuration import configured, place
from chartgen.cli.output import silence_stdout
from chartgen.errors import UsageError


class Commands(click.Group):
    """A group whose commands are the modules of `package`; a module is imported when its command is asked for.

    Each module holds a click command called `command`; its options may be set in a configuration file, too.
    """

    def __init__(self, *arguments: Any, package: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._package = package

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(module.name for module in pkgutil.iter_modules(import_module(self._package).__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"{self._package}.{cmd_name}").command
        return configured(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            # Click suggests from the commands that are loaded, and none is.
            names = self.list_commands(ctx)
            raise click.exceptions.NoSuchCommand(error.command_name, possibilities=names, ctx=ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UsageError as error:
            place(error, ctx)
            raise
        except BrokenPipeError:
            # The reader has seen enough (`| head`). Click would end with 1, as if there were findings.
            silence_stdout()
            return 0
