"""What rules may know beyond the manifest itself: every module of this folder declares facts, iterators and places."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules


@cache
def discover() -> None:
    """Import each module of this folder once, in name order, so that all that it declares stands in the registry."""
    for module in sorted(module.name for module in iter_modules(__path__)):
        import_module(f"{__name__}.{module}")
