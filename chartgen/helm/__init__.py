"""Helm behind one door: the embedded SDK, else the `helm` binary, else a clear error."""

from __future__ import annotations

from chartgen.helm.confined import render_untrusted
from chartgen.helm.engine import ENGINES, HelmEngine, engine

__all__ = ["ENGINES", "HelmEngine", "engine", "render_untrusted"]
