"""Charts as text files: assembled from values and choices, and written to disk."""

from __future__ import annotations

from chartgen.chart.assembly import assemble
from chartgen.chart.device_plugin import device_plugin
from chartgen.chart.folder import write, write_all
from chartgen.chart.narrow import narrow

__all__ = ["assemble", "device_plugin", "narrow", "write", "write_all"]
