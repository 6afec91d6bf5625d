"""The kustomizations around files that were named one by one, as a hook does: linting their folder would meet them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from chartgen.manifests.discovery import SKIPPED
from chartgen.manifests.kustomizations import NAMES, Kustomized, kustomized

_FOLDERS = 1000
"""As many are looked into for overlays of what the files belong to; a repository may hold many more."""


def around(files: Iterable[Path]) -> Kustomized:
    """What the kustomizations above the files say, and those in the folders beside the outermost of these.

    Looked for in the repository that a file is in, or in the working directory; a file in neither has its own folder.
    """
    below: dict[Path, list[Path]] = {}
    for file in files:
        if (top := _top(file.resolve().parent)) is not None:
            below.setdefault(top, []).append(file)
    found = Kustomized()
    for top, inside in sorted(below.items()):
        found += kustomized(top, [*inside, *_kustomizations(top)])
    return found


def _top(folder: Path) -> Path | None:
    """The folder around the outermost one above with a kustomization; None if there is none."""
    above = _within([folder, *folder.parents])
    found = [each for each in above if any((each / name).is_file() for name in NAMES)]
    if not found:
        return None
    return found[-1] if found[-1] == above[-1] else found[-1].parent


def _within(above: list[Path]) -> list[Path]:
    """Those of the folders above a file that lie in its repository, else in the working directory, else the first."""
    for index, each in enumerate(above, 1):
        if (each / ".git").exists():
            return above[:index]
    with suppress(OSError, ValueError):  # the working directory may be gone, or not among them
        return above[: above.index(Path.cwd()) + 1]
    return above[:1]


def _kustomizations(top: Path) -> Iterator[Path]:
    waiting = [top]
    for _ in range(_FOLDERS):
        if not waiting:
            return
        folder = waiting.pop(0)
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.name in NAMES:
                yield Path(entry.path)
            elif entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".") and entry.name not in SKIPPED:
                waiting.append(Path(entry.path))
