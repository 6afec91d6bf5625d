"""The forms of a comparison: each module of this folder is one, and has `render(comparison, *, colour) -> str`."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for a help text the names are enough
    from chartgen.report.comparison import Comparison


def names() -> tuple[str, ...]:
    """The forms that there are, in alphabetical order."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def render(comparison: Comparison, format: str, *, colour: bool = False) -> str:
    """The whole comparison as text that ends with a newline. Forms for machines never use colour."""
    text: str = import_module(f"{__name__}.{format}").render(comparison, colour=colour)
    return text
