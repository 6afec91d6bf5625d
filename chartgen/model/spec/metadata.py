"""What stands in Chart.yaml."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Maintainer:
    name: str
    email: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class ChartSection:
    """What goes into Chart.yaml."""

    version: str
    app_version: str | None
    description: str | None
    home: str | None
    maintainers: tuple[Maintainer, ...]
