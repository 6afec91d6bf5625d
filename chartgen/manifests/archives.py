"""Packed charts: unpacked without trust."""

from __future__ import annotations

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from chartgen.errors import InputError

FILES = 10_000
FILE_BYTES = 5 * 1024 * 1024
TOTAL_BYTES = 100 * 1024 * 1024
"""Helm's own limits for a chart: 5 MiB a file, 100 MiB in all; the number of files is ours."""


class _RefusedError(Exception):
    """Why an archive is not unpacked."""


class _Bounded(gzip.GzipFile):
    """The decompressed bytes of an archive, up to a limit. No header can ask for a gigabyte either."""

    def __init__(self, archive: Path, limit: int) -> None:
        super().__init__(archive, "rb")
        self._left = limit

    def read(self, size: int | None = -1) -> bytes:
        ask = self._left + 1 if size is None or size < 0 else min(size, self._left + 1)
        data = super().read(ask)
        self._left -= len(data)
        if self._left < 0:
            raise _RefusedError(f"it unpacks to more than {TOTAL_BYTES // 2**20} MiB")
        return data


def holds_chart(archive: Path) -> bool:
    """Whether an archive begins with `<folder>/Chart.yaml`, as every archive that Helm makes does."""
    try:
        with _Bounded(archive, FILE_BYTES) as packed, _open(packed) as tar:
            first = tar.next()
            while first is not None and first.isdir():
                first = tar.next()
            return first is not None and PurePosixPath(first.name).match("*/Chart.yaml")
    except (OSError, EOFError, ValueError, zlib.error, tarfile.TarError, _RefusedError):
        return False


def unpack(archive: Path, into: Path, shown: str = "") -> Path:
    """Unpack a chart below the folder `into` (which should be new) and return the chart's folder.

    Only plain files are written, each below `into`. InputError, and no further writing, for a name that leads outside,
    a link or device, a file above 5 MiB, more than 100 MiB or 10,000 files in all, more than one top folder, an archive
    without a chart, and damage. `shown` is what the error calls the archive, where that is not its path.
    """
    called = shown or str(archive)
    try:
        with _Bounded(archive, TOTAL_BYTES) as packed, _open(packed) as tar:
            tops = {_write(tar, member, into) for member in _members(tar)}
    except _RefusedError as error:
        raise _refused(called, str(error)) from error
    except (EOFError, ValueError, zlib.error, tarfile.TarError) as error:
        raise _refused(called, f"the archive is damaged ({error})") from error
    except OSError as error:
        raise _refused(called, error.strerror or str(error)) from error
    charts = [top for top in tops if (into / top / "Chart.yaml").is_file()]
    if len(tops) != 1 or not charts:
        raise _refused(called, "it does not hold one folder with a Chart.yaml")
    return into / charts[0]


def _refused(archive: str, why: str) -> InputError:
    return InputError(f"{archive} was not unpacked: {why}", remedy="Pack the chart again with `helm package`.")


def _open(packed: _Bounded) -> tarfile.TarFile:
    return tarfile.open(fileobj=packed, mode="r|", errorlevel=2)


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for count, member in enumerate(tar):
        if count >= FILES:
            raise _RefusedError(f"it holds more than {FILES} files")
        yield member


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> str:
    """Write one member; the top folder that it lies in."""
    parts = _safe_parts(member.name)
    if member.isdir():
        return parts[0]
    if not member.isreg() or member.issparse():
        raise _RefusedError(f"{member.name!r} is a link or a device")
    if member.size > FILE_BYTES:
        raise _RefusedError(f"{member.name!r} has more than {FILE_BYTES // 2**20} MiB")
    content = tar.extractfile(member)
    target = into.joinpath(*parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content.read() if content else b"")
    return parts[0]


def _safe_parts(name: str) -> tuple[str, ...]:
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or not parts or ".." in parts or any(set(part) & set("\\:\0") for part in parts):
        raise _RefusedError(f"{name!r} leads outside the archive")
    return parts
