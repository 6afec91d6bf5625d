"""The configuration file as click sees it: a section for each command, a key for each option, defaults for the rest."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from chartgen.errors import UsageError

if TYPE_CHECKING:
    from chartgen.model.settings import Settings
    from chartgen.pipeline.configuration import Configuration

_KEY = "chartgen.configuration"
_WITHOUT = "chartgen.no_config"
_COMMAND = "chartgen.command"
_TYPES = {"boolean": "boolean", "integer": "integer", "float": "number"}


def configured(command: click.Command) -> click.Command:
    """The command with --config and --no-config, if it has options that a configuration can set; made once."""
    found = [each for each in command.params if isinstance(each, click.Option)]
    if found and not isinstance(command, click.Group) and not any(each.name == "config" for each in found):
        command.params += options()
    return command


def options() -> list[click.Parameter]:
    """`--config` and `--no-config`."""
    # A callback that has not been asked for runs in this order, and `--config` looks whether it may.
    return [_no_config(), _config()]


def settings() -> Settings:
    """What the configuration of this run says beyond options."""
    from chartgen.model.settings import Settings
    from chartgen.pipeline import configuration

    given: _Given | None = click.get_current_context().meta.get(_KEY)
    return configuration.settings(given.configuration) if given else Settings()


def place(error: UsageError, context: click.Context) -> None:
    """Give an error about an option the place where its value stands, if that is not the command line."""
    command: click.Context | None = context.meta.get(_COMMAND)
    if command is None or not error.option:
        return
    where = _in_environment(command, error.option)
    if where not in error.message:  # groups stand in each other
        error.message = f"{error.message.removesuffix('.')}{where}"
    given: _Given | None = context.meta.get(_KEY)
    if (
        given is not None
        and error.location is None
        and command.get_parameter_source(error.option) is ParameterSource.DEFAULT_MAP
    ):
        pointer = "/".join(["", *_names(command), _camel(error.option)])
        error.location = given.configuration.place(pointer)


def _in_environment(context: click.Context, name: str) -> str:
    """A few words that name the variable which the option has its value from; empty if that is from elsewhere."""
    if context.get_parameter_source(name) is not ParameterSource.ENVIRONMENT:
        return ""
    own = [each.envvar for each in context.command.params if each.name == name and isinstance(each.envvar, str)]
    names = [*own, f"{context.auto_envvar_prefix}_{name.upper()}"]
    return f" (the environment sets {next((each for each in names if os.environ.get(each)), names[-1])})"


def on_command_line(name: str) -> bool:
    """Whether an option of this run was given there, and not by the environment or the configuration."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def key(option: click.Option) -> str:
    """The key of an option: `failOn` of `--fail-on`."""
    return _camel(option.name or "")


def schema() -> dict[str, Any]:
    """The schema of the configuration: schemas/config.schema.json, with every option of every command."""
    from chartgen.pipeline.schemas import text

    written = json.loads(text("config"))
    context = click.get_current_context().find_root()
    made = {name: value for name, value in written.items() if isinstance(value, str | bool)}
    return _merged(made | {"properties": _sections(context, context.command)}, written)


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """The configuration of a run, and the context of the command that it is for."""

    configuration: Configuration
    context: click.Context


def _config() -> click.Option:
    return click.Option(
        ["--config"],
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        is_eager=True,
        expose_value=False,
        callback=_load,
        envvar="CHARTGEN_CONFIG",
        metavar="FILE",
        help="The configuration; default: the nearest .chartgen.yaml or [tool.chartgen] in pyproject.toml.",
    )


def _no_config() -> click.Option:
    return click.Option(
        ["--no-config"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_leave_out,
        envvar="CHARTGEN_NO_CONFIG",
        help="Look for no configuration.",
    )


def _leave_out(context: click.Context, _: click.Parameter, given: bool) -> None:
    context.meta[_COMMAND] = context
    if given and _KEY in context.meta:
        _refuse_both(context)
        return
    context.meta[_WITHOUT] = given


def _refuse_both(context: click.Context) -> None:
    """Of the two, the one on the command line goes before the one in the environment."""
    if context.get_parameter_source("config") is context.get_parameter_source("no_config"):
        raise click.UsageError("--config and --no-config exclude each other", context)


def _load(context: click.Context, _: click.Parameter, file: Path | None) -> None:
    """Take the section of the command for its defaults, which environment and command line override."""
    if context.meta.get(_WITHOUT):
        if file is not None:
            _refuse_both(context)
        return
    if context.resilient_parsing:
        return
    from chartgen.pipeline import configuration

    file = file or configuration.find(_working_folder())
    if file is None:
        return
    found = configuration.read(_short(file), schema())
    context.meta[_KEY] = _Given(found, context)
    names = _names(context)
    section = found.section(*names)
    context.default_map = {
        option.name or "": _default(context, option, section[name], found, (*names, name))
        for name, option in _options(context.command)
        if name in section
    }


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise UsageError(
            "no configuration was looked for: the working directory is gone",
            remedy="Change to another one, or add --no-config.",
        ) from None


def _default(
    context: click.Context, option: click.Option, value: Any, found: Configuration, path: tuple[str, ...]
) -> Any:
    """The value, once click has taken it for the option. Raises UsageError with its place if click does not."""
    from chartgen.cli.options import PathOrDash

    if isinstance(option.type, click.Path | PathOrDash):
        folder = found.file.parent
        value = [_inside(folder, each) for each in value] if option.multiple else _inside(folder, value)
    try:
        option.type_cast_value(context, value)
    except click.BadParameter as error:
        raise UsageError(
            f"the configuration is not valid: {'.'.join(path)}: {error.message}",
            remedy="Correct the key, or override it on the command line.",
            location=found.place("".join(f"/{part}" for part in path)),
        ) from None
    return value


def _inside(folder: Path, path: str) -> str:
    """A path that the configuration gives; `-` and what stands in a registry (`oci://...`) are none."""
    return path if path == "-" or "://" in path else str(folder / path)


def _short(file: Path) -> Path:
    """Relative to the working directory, as a user would write it."""
    return Path(os.path.relpath(file)) if file.is_absolute() and file.is_relative_to(Path.cwd().anchor) else file


def _camel(name: str) -> str:
    return re.sub(r"_(.)", lambda match: match[1].upper(), name)


def _names(context: click.Context) -> tuple[str, ...]:
    """`rules`, `list` of `chartgen rules list`."""
    names: list[str] = []
    while context.parent is not None:
        names.insert(0, context.info_name or "")
        context = context.parent
    return tuple(names)


def _options(command: click.Command) -> Iterator[tuple[str, click.Option]]:
    for each in command.params:
        if isinstance(each, click.Option) and each.expose_value:
            yield key(each), each


def _sections(context: click.Context, group: click.Command) -> dict[str, Any]:
    """The schema of the section of each command of a group that has options."""
    assert isinstance(group, click.Group)
    sections = {}
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            properties = _sections(context, command)
        else:
            properties = {each: _described(option) for each, option in _options(command)} if command else {}
        if command is not None and properties:
            sections[name] = {
                "type": "object",
                "additionalProperties": False,
                "description": f"`chartgen {name}`: {command.get_short_help_str(200)}",
                "properties": properties,
            }
    return sections


def _described(option: click.Option) -> dict[str, Any]:
    described: dict[str, Any] = {"type": _TYPES.get(option.type.name, "string")}
    if isinstance(option.type, click.Choice):
        described["enum"] = list(option.type.choices)
    example: Any = described.get("enum", [True if option.is_flag else (option.metavar or "").lower()])[0]
    if option.multiple:
        described = {"type": "array", "items": described}
        example = [example]
    return described | {"description": option.help or "", "examples": [example]}


def _merged(made: Mapping[str, Any], written: Mapping[str, Any]) -> dict[str, Any]:
    """Both, one in the other; what is written wins."""
    merged = dict(made)
    for name, value in written.items():
        inner = made.get(name)
        merged[name] = _merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged
