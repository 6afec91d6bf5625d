"""Who watches the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Everything but `kind` is None or empty where the chart has no monitor, and `kind` where there is no server."""

    kind: str | None
    interval: int | None
    labels: Mapping[str, str]
    dashboard: bool | None
    alerts: bool | None
    first_token_seconds: float | None
