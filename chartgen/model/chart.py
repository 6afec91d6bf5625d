"""A Helm chart as text files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chart:
    """`files` maps a path inside the chart folder (`templates/workload.yaml`) to its text."""

    name: str
    version: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """What Helm made of one template. `template` is Helm's own path: `<chart>/templates/workload.yaml`."""

    template: str
    text: str
