"""Files of a chart that no template engine of ours reads: dashboards and scripts, for Helm's `Files.Get`."""

from __future__ import annotations

from collections.abc import Mapping

from chartgen import resources

_FOLDER = "files"


def attachments(folder: str, templates: Mapping[str, str]) -> dict[str, str]:
    """The files below charts/`folder`/files that some text of `templates` names, by their path inside the chart."""
    source = resources.folder("charts") / folder / _FOLDER
    named = (
        path
        for path in sorted(source.glob("*"))
        if any(f'"{_FOLDER}/{path.name}"' in text for text in templates.values())
    )
    return {f"{_FOLDER}/{path.name}": path.read_text(encoding="utf-8") for path in named}
