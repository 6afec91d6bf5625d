"""What both engines agree on about a rendered release."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from chartgen.model.chart import RenderedFile

DEFAULT_KUBE_VERSION = "v1.36.0"
"""The cluster version that Helm 4.2 assumes without a cluster; named here so that every engine renders the same."""


_WORDS = 1500
_GLUED = re.compile(r"^---(?=[^\s-])", re.MULTILINE)


def words(message: str) -> str:
    """Helm's message without its prefix; one that a recursion blew up is cut in the middle."""
    text = message.strip().removeprefix("Error: ")
    return text if len(text) <= _WORDS else f"{text[: _WORDS // 2]} ... {text[-_WORDS // 2 :]}"


def manifests(rendered: Mapping[str, str]) -> list[RenderedFile]:
    """The files of a render that hold objects, sorted by path: without notes, partials and empty texts.

    Helm takes `---apiVersion: v1`, which a template with `{{-` behind its separator makes, for the end of a document
    and the beginning of the next one; YAML does not. So the separator gets a line of its own.
    """
    return [
        RenderedFile(path, _GLUED.sub("---\n", text))
        for path, text in sorted(rendered.items())
        if _holds_objects(path, text)
    ]


def _holds_objects(path: str, text: str) -> bool:
    name = PurePosixPath(path).name
    return name != "NOTES.txt" and not name.startswith("_") and bool(text.strip())
