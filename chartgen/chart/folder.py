"""Writing charts to disk: all of them whole or none, and never over a folder that chartgen did not make."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chartgen.chart.metadata import GENERATOR
from chartgen.errors import UsageError
from chartgen.model.chart import Chart


def write(chart: Chart, into: Path, force: bool = False) -> Path:
    """Write one chart as `write_all` does, and return its folder."""
    return write_all([chart], into, force=force)[0]


def write_all(charts: Iterable[Chart], into: Path, *, force: bool = False) -> list[Path]:
    """Write each chart as the folder `into`/<name>, and return the folders; older charts there are replaced as a whole.

    Raises UsageError, with everything left as it was, for a folder that chartgen did not make (unless `force` is set)
    and where the system refuses to write.
    """
    chosen = list(charts)
    try:
        if not force:
            for chart in chosen:
                _refuse_foreign(into / chart.name)
        into.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".chartgen.", dir=into))
        try:
            _exchange([_prepare(chart, into, scratch) for chart in chosen])
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"no chart was written to {into}: {reason}", remedy="name another folder") from error
    return [into / chart.name for chart in chosen]


@dataclass(frozen=True, slots=True)
class _Exchange:
    """`fresh` is to stand where `target` is, and what is there now goes to `aside`."""

    fresh: Path
    target: Path
    aside: Path

    def do(self) -> None:
        if os.path.lexists(self.target):
            self.target.rename(self.aside)
        self.fresh.rename(self.target)

    def undo(self) -> None:
        """Put things back, however far `do` came."""
        if not os.path.lexists(self.fresh):
            self.target.rename(self.fresh)
        if os.path.lexists(self.aside):
            self.aside.rename(self.target)


def _prepare(chart: Chart, into: Path, scratch: Path) -> _Exchange:
    """Write the files of `chart` below `scratch`, on the same file system as their place."""
    fresh = scratch / "new" / chart.name
    for path, text in chart.files.items():
        file = fresh / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    (scratch / "old").mkdir(exist_ok=True)
    return _Exchange(fresh, into / chart.name, scratch / "old" / chart.name)


def _exchange(exchanges: Sequence[_Exchange]) -> None:
    begun: list[_Exchange] = []
    try:
        for exchange in exchanges:
            begun.append(exchange)
            exchange.do()
    except BaseException:
        for exchange in reversed(begun):
            exchange.undo()
        raise


def _refuse_foreign(target: Path) -> None:
    if not os.path.lexists(target):
        return
    if target.is_dir() and not target.is_symlink() and (_is_ours(target) or not any(target.iterdir())):
        return
    raise UsageError(
        f"no chart was written: chartgen did not make {target}",
        remedy="name another folder, or replace this one with --force",
    )


def _is_ours(folder: Path) -> bool:
    metadata = folder / "Chart.yaml"
    return metadata.is_file() and GENERATOR.encode() in metadata.read_bytes()
