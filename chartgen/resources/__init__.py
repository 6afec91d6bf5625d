"""Where the packaged folders are: `schemas/`, `rules/`, `charts/`, `examples/`.

In a wheel they travel inside the package; in a checkout they stand beside it.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_FOLDERS = ("schemas", "rules", "charts", "examples")


def folder(name: str) -> Path:
    """The packaged folder `name`, one of schemas, rules, charts and examples."""
    if name not in _FOLDERS:
        raise ValueError(f"no packaged folder is called {name}")
    inside = _PACKAGE / "packaged" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
