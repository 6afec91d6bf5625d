"""What a configuration file says beyond the options of commands: about single rules, and about kinds of objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chartgen.model.finding import Severity
from chartgen.model.location import Location


@dataclass(frozen=True, slots=True, eq=False)
class RuleSetting:
    """`severity` is None where the rule keeps its own; `off` leaves the rule out; `parameters` are by name."""

    severity: Severity | None = None
    off: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)
    locked: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """`rules` are by the name that the user wrote, which may be an alias.

    `pod_templates` are (`group/Kind`, pointer pattern). `rule_folders` hold the user's rules. `ignore_paths` are globs
    as in .gitignore, relative to `folder`, which is that of the file. `named` are the (name, JSON pointer) of every
    rule or group that the file mentions, `place` says where a pointer stands in it.
    """

    rules: Mapping[str, RuleSetting] = field(default_factory=dict)
    pod_templates: tuple[tuple[str, str], ...] = ()
    rule_folders: tuple[Path, ...] = ()
    ignore_paths: tuple[str, ...] = ()
    folder: Path = Path()
    named: tuple[tuple[str, str], ...] = ()
    place: Callable[[str], Location | None] = lambda _: None
