"""Publishing one version of a chart, so that of several publishers with different content one alone succeeds.

A registry has no "put this tag if it is absent": of two that write a tag the last one wins, and both are told that all
went well. So the tag is put as the very last step, and read back after a pause:

1. blobs are uploaded, without a tag: who stops here leaves nothing that anybody can pull;
2. the tag is looked up: other content under it is refused;
3. the tag is put, and the time from the look-up to the answer is measured;
4. after a pause of `settle` seconds, or four times the measured time if that is longer, the tag is read back: where
   it holds other content now, that publisher has won, and this one failed.

Everybody who writes the tag looked it up before the first of them had written it, so all writes are done within the
longest time of step 3; who reads after that sees the last one. What cannot be guaranteed: where another publisher's
step 3 takes longer than this one's pause (a registry that is slow to one of them only), both may take themselves for
the winner. A registry with immutable tags decides by itself, and refuses the second one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

from chartgen.errors import PublishError
from chartgen.model.package import Package, Published
from chartgen.publish import answers
from chartgen.publish.errand import Errand
from chartgen.publish.manifest import CHART, Upload, upload
from chartgen.publish.reference import tag
from chartgen.publish.registry import Held, Registry

SETTLE_SECONDS = 2.0
"""Ours: many times what a look-up and a small write take, and short beside a CI job."""

_MARGIN = 4
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Terms:
    """`force` replaces other content under the same version; `settle` is in seconds."""

    force: bool = False
    settle: float = SETTLE_SECONDS


def refuse_conflict(registry: Registry, package: Package, terms: Terms) -> None:
    """Raise PublishError if the registry holds other content under the package's version, unless `terms.force`."""
    held = registry.resolve(tag(package.version))
    if held is not None and not terms.force:
        _refuse_unless_same(held, package, registry)


def publish(registry: Registry, package: Package, terms: Terms) -> Published:
    """Publish a package. Nothing is sent where the registry holds the same chart under this version already.

    Raises PublishError, with no tag of this package's left or changed, if that fails. Only where the registry stops
    answering after the tag was put is that not known, and the error says so.
    """
    held = registry.resolve(tag(package.version))
    if held is not None and _complete(held, package):
        return _published(registry, package, held.digest, pushed=False)
    if held is not None and not terms.force:
        _refuse_unless_same(held, package, registry)
    sent = upload(package)
    for blob in sent.blobs:
        registry.put_blob(blob)
    return _tagged(registry, package, sent, terms)


def verify(registry: Registry, package: Package) -> None:
    """Pull a package back and compare. Raises PublishError if the registry gives out anything else."""

    def pulled() -> bytes | None:
        held = registry.resolve(tag(package.version))
        return registry.blob(held.layer) if held is not None and held.layer else None

    if _after_push(package, pulled) != package.data:
        raise PublishError(
            f"{package.name} {package.version} was pushed, and {registry.target.host} gives out something else",
            remedy="publish it again with --force, and look for others who publish this version",
        )


def _tagged(registry: Registry, package: Package, sent: Upload, terms: Terms) -> Published:
    """Steps 2 to 4."""
    took = 0.0

    def claim() -> Held | None:
        """Each try looks first: a try that failed may have put the tag all the same."""
        nonlocal took
        begun = monotonic()
        held = None if terms.force else registry.resolve_once(tag(package.version))
        if held is not None and (held.layer != package.digest or _complete(held, package)):
            return held
        try:
            with _told_if_interrupted(package, registry):
                registry.put_manifest_once(tag(package.version), sent.manifest)
        finally:
            took = max(took, monotonic() - begun)
        return None

    held = registry.patiently(claim)
    if held is not None and held.digest != sent.digest:
        _refuse_unless_same(held, package, registry)
        return _published(registry, package, held.digest, pushed=False)
    with _told_if_interrupted(package, registry):
        if terms.settle and not terms.force:
            answers.sleep(max(terms.settle, _MARGIN * took))
        held = _after_push(package, lambda: registry.resolve(tag(package.version)))
    if held is None or held.layer != package.digest:
        raise PublishError(
            f"{package.name} {package.version} was not published: somebody else published other content under this "
            f"version at the same time",
            remedy="give one of the two another version",
        )
    return _published(registry, package, held.digest, pushed=True)


def _complete(held: Held, package: Package) -> bool:
    """Whether the registry holds the same chart; a provenance may still be added to one that is not signed."""
    return held.layer == package.digest and (held.signed or package.provenance is None)


@contextmanager
def _told_if_interrupted(package: Package, registry: Registry) -> Iterator[None]:
    """Around all that happens once the tag may be there."""
    try:
        yield
    except KeyboardInterrupt:
        registry.tell(f"{package.name} {package.version} may have been published; publishing it again is no conflict")
        raise


def _after_push(package: Package, look: Callable[[], _Result]) -> _Result:
    """What `look` finds; where it cannot look, the error does not say that nothing was published."""
    try:
        return look()
    except PublishError as error:
        raise PublishError(
            f"{package.name} {package.version} was pushed, and whether it stands is not known: "
            f"{error.message.removeprefix(f'{Errand.PUSH.value}: ')}",
            remedy="publish it again: the same content is no conflict",
        ) from error


def _refuse_unless_same(held: Held, package: Package, registry: Registry) -> None:
    """Raise PublishError unless the registry holds the same chart."""
    if held.layer == package.digest:
        return
    what = "other content" if held.layer else f"something that is no chart (it has no layer of {CHART})"
    raise PublishError(
        f"{package.name} {package.version} was not published: {registry.target.chart(package.name)} holds {what} "
        f"under this version ({held.digest})",
        remedy="give the chart a new version; --force replaces the old one, for those who pull it by its version too",
    )


def _published(registry: Registry, package: Package, digest: str, *, pushed: bool) -> Published:
    return Published(package, f"{registry.target.chart(package.name)}:{tag(package.version)}", digest, pushed)
