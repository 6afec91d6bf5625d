"""Charts in registries, where a path may be the address of one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # most runs ask no registry
    from chartgen.publish import Access

REGISTRY = "oci://"


def comparing(path: str, ca_file: Path | None, *, plain_http: bool) -> Access | None:
    """How to reach the registry of a side of a comparison; None for a path of another kind."""
    if not path.startswith(REGISTRY):
        return None
    from chartgen.publish import Access, Errand  # noqa: PLC0415 - as above

    return Access(plain_http, ca_file, errand=Errand.COMPARE)


def pulled(reference: str, access: Access, folder: Path, tell: Callable[[str], None]) -> Path:
    """The archive of a chart, written into `folder`.

    Raises UsageError for a reference without a version, PublishError for what the registry does not give out.
    """
    from chartgen.publish import pull, release  # noqa: PLC0415 - as above

    asked = release(reference, access.errand)
    tell(f"pulling {reference}")
    archive = folder / "chart.tgz"
    archive.write_bytes(pull(asked, access, tell))
    return archive
