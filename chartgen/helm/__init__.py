"""Helm behind one door: the embedded SDK, else the `helm` binary, else a clear error."""

from __future__ import annotations

from chartgen.helm.confined import RenderRequest, render_each_untrusted, render_untrusted
from chartgen.helm.engine import ENGINES, HelmEngine, engine

__all__ = ["ENGINES", "HelmEngine", "RenderRequest", "engine", "render_each_untrusted", "render_untrusted"]
