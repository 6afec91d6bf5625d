"""A chart as a .tgz with the same bytes on every machine, file system and day.

Nothing of the machine goes in: entries in a fixed order, with a fixed owner, mode and time, and a gzip header without
name and time. The data are stored, not compressed: zlib and its replacements (zlib-ng, as in Fedora's Python) make
different bytes of the same input, so a compressed archive has one digest only among machines with one zlib.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import struct
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from chartgen import reader
from chartgen.errors import InputError, UsageError
from chartgen.model.package import Package
from chartgen.publish.reference import COMPONENT, TAG_CHARACTERS

EPOCH = "SOURCE_DATE_EPOCH"
_LONG_AGO = 315532800
"""1980-01-01, the oldest time that every archiver takes without a warning."""

_LATEST = 0o77777777777
"""The largest time that a ustar header holds (POSIX.1-1988: eleven octal digits)."""

_BLOCK = 0xFFFF
"""A stored block of DEFLATE holds at most 65,535 bytes (RFC 1951, 3.2.4)."""

_NUMBER = r"(0|[1-9]\d*)"
_BEFORE = rf"({_NUMBER}|\d*[A-Za-z-][0-9A-Za-z-]*)"
_SEMVER = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_BEFORE}(\.{_BEFORE})*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?", re.ASCII
)


def package(
    files: Mapping[str, bytes],
    shown: str,
    *,
    metadata: Mapping[str, Any] | None = None,
    time_to_ready: int | None = None,
) -> Package:
    """Pack the files of a chart, by their paths inside of it; `shown` is what to call the chart in an error.

    `metadata` is what Helm reads in its Chart.yaml, where that may be another thing than what it says: Helm takes a
    number for a text.

    Raises InputError for a Chart.yaml without a name and a version that a registry takes, UsageError for a
    SOURCE_DATE_EPOCH that is no time.
    """
    if metadata is None:
        metadata = chart_metadata(files.get("Chart.yaml", b""), shown)
    data = _gzip(_tar(metadata["name"], files))
    return packed(data, metadata, time_to_ready=time_to_ready)


def packed(
    data: bytes, metadata: Mapping[str, Any], *, provenance: bytes | None = None, time_to_ready: int | None = None
) -> Package:
    """The package of an archive that there is already, with the Chart.yaml inside of it."""
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return Package(metadata["name"], metadata["version"], metadata, data, digest, provenance, time_to_ready)


def chart_metadata(text: bytes, shown: str) -> dict[str, Any]:
    """What Chart.yaml says. Raises InputError where its name or version cannot be that of a chart in a registry."""
    documents = reader.parse(reader.decode(text, f"{shown}: Chart.yaml"), f"{shown}: Chart.yaml", single=True)
    metadata = documents[0].value if documents else None
    if not isinstance(metadata, dict):
        raise InputError(f"{shown} was not packed: its Chart.yaml is not a map of keys")
    name, version = metadata.get("name"), metadata.get("version")
    if not isinstance(name, str) or not COMPONENT.fullmatch(name):
        raise InputError(
            f"{shown} was not packed: a registry takes no chart called {name!r}",
            remedy="write `name` in Chart.yaml with lower case letters, digits, and single . _ - between them",
        )
    if not isinstance(version, str) or not is_semver(version.removeprefix("v")):
        raise InputError(
            f"{shown} was not packed: its version {version!r} is not SemVer",
            remedy="write `version` in Chart.yaml as three numbers, such as '1.2.0'",
        )
    if len(version) > TAG_CHARACTERS:
        raise InputError(
            f"{shown} was not packed: its version has {len(version)} characters, and a tag of a registry holds "
            f"{TAG_CHARACTERS}",
            remedy="give it a shorter version",
        )
    return metadata


def is_semver(version: str) -> bool:
    """Whether `version` is one of SemVer 2.0.0."""
    return _SEMVER.fullmatch(version) is not None


def _tar(name: str, files: Mapping[str, bytes]) -> bytes:
    given = epoch()
    modified = _LONG_AGO if given is None else given
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        # Chart.yaml leads, as in Helm's own archives: who looks for a chart need not read further.
        for path in sorted(files, key=lambda path: (path != "Chart.yaml", path)):
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size, entry.mtime, entry.mode = len(files[path]), modified, 0o644
            archive.addfile(entry, io.BytesIO(files[path]))
    return buffer.getvalue()


def epoch() -> int | None:
    """SOURCE_DATE_EPOCH, if it is set. Raises UsageError if it is no time."""
    given = os.environ.get(EPOCH)
    if not given:
        return None
    if not given.isascii() or not given.isdigit() or int(given) > _LATEST:
        raise UsageError(f"{EPOCH}={given} is no time", remedy="set it to whole seconds since 1970, or unset it")
    return int(given)


def _gzip(data: bytes) -> bytes:
    """RFC 1952: no name, no time, an unknown system; one member of stored blocks."""
    header = b"\x1f\x8b\x08\x00" + struct.pack("<I", 0) + b"\x00\xff"
    return header + b"".join(_stored(data)) + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def _stored(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _BLOCK):
        block = data[start : start + _BLOCK]
        last = start + _BLOCK >= len(data)
        yield struct.pack("<BHH", last, len(block), len(block) ^ 0xFFFF) + block
