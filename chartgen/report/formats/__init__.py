"""The output formats: each module of this folder is one, and has `render(report, *, colour) -> str`.

A new format is a new module; the command line finds it by its file name.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for a help text the names are enough
    from chartgen.report.content import Report


def names() -> tuple[str, ...]:
    """The formats that there are, in alphabetical order."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def render(report: Report, format: str, *, colour: bool = False) -> str:
    """The whole report as text that ends with a newline. Formats for machines never use colour."""
    module = import_module(f"{__name__}.{format}")
    text: str = module.render(report, colour=colour)
    return text
