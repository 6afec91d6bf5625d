"""Paths that the configuration leaves out."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from chartgen.errors import UsageError
from chartgen.model.settings import Settings

Ignored = Callable[[Path], bool]


def ignored(settings: Settings) -> Ignored:
    """Whether a file or folder is left out; patterns mean what they mean in .gitignore.

    They count for paths that were named, too: pre-commit names every file that has changed. Raises UsageError, with its
    place, for what is no pattern.
    """
    if not settings.ignore_paths:
        return lambda _: False
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - most runs have no patterns

    for index, pattern in enumerate(settings.ignore_paths):
        try:
            GitIgnoreSpec.from_lines([pattern])
        except ValueError:
            raise UsageError(
                f"the configuration is not valid: lint.ignorePaths.{index} is no pattern: {pattern}",
                remedy="Write it as in .gitignore, or remove it.",
                location=settings.place(f"/lint/ignorePaths/{index}"),
            ) from None
    spec = GitIgnoreSpec.from_lines(settings.ignore_paths)
    root = settings.folder.resolve()

    def is_ignored(path: Path) -> bool:
        inner = os.path.relpath(path.resolve(), root)
        # A pattern for folders ends with a slash, and so must a folder's path to match it.
        return not inner.startswith("..") and spec.match_file(f"{inner}/" if path.is_dir() else inner)

    return is_ignored
