"""Reading the TOML tables of `data/`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_DATA = Path(__file__).resolve().parent / "data"


def table(name: str) -> dict[str, Any]:
    """The content of `data/<name>.toml`."""
    return tomllib.loads((_DATA / f"{name}.toml").read_text(encoding="utf-8"))


def pair(text: str) -> tuple[int, int]:
    """`8.6` as (8, 6): how tables write compute capabilities and minor versions of Kubernetes."""
    major, minor = text.split(".")
    return int(major), int(minor)


def names(folder: str) -> tuple[str, ...]:
    """The files of `data/<folder>/`, without their endings, sorted."""
    return tuple(sorted(path.stem for path in (_DATA / folder).glob("*.toml")))
