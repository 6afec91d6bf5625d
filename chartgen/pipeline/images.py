"""What `chartgen images` lists."""

from __future__ import annotations

from collections.abc import Sequence

from chartgen import manifests
from chartgen.errors import InputError
from chartgen.manifests.schema import versions
from chartgen.pipeline.inputs import gather
from chartgen.pipeline.reading import Reading, Tell


def images(paths: Sequence[str], stdin: bytes | None, *, engine: str, tell: Tell) -> tuple[str, ...]:
    """The images of values files, charts and manifests: of every container, `helm test` and hooks included.

    Each once, sorted. Nothing is left out silently: raises the first error of an input that cannot be read or rendered.
    """
    reading = Reading(closed=True, provider="", namespace="", kube_version=versions()[-1], engine=engine, tell=tell)
    with reading.scratch:
        inputs = gather(paths, stdin, reading)
    for failure in inputs.failures:
        raise failure
    for finding in inputs.unreadable:
        raise InputError(finding.message, location=finding.location)
    return manifests.images(item for batch in inputs.batches for item in batch.manifests)
