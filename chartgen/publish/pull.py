"""One version of a chart out of a registry."""

from __future__ import annotations

from chartgen.errors import PublishError
from chartgen.publish.manifest import CHART
from chartgen.publish.reference import SCHEME, Release
from chartgen.publish.registry import Access, Registry, Tell


def pull(release: Release, access: Access, tell: Tell) -> bytes:
    """The archive of a chart, checked against the digests of its manifest and of what was asked for.

    Raises PublishError, which says by `access.errand` what did not happen.
    """
    undone, name = access.errand.value, f"{SCHEME}{release.target.host}/{release.target.repository(release.name)}"
    with Registry(release.target, release.name, access, tell) as registry:
        held = registry.resolve(release.alias)
        if held is None:
            raise PublishError(
                f"{undone}: {name} has no {release.alias}",
                remedy="check the path, the chart's name and the version, which is written as it was published",
            )
        if release.alias.startswith("sha256:") and held.digest != release.alias:
            raise PublishError(
                f"{undone}: {release.target.host} gives out {held.digest} for {name}@{release.alias}",
                remedy="ask who runs the registry, or a proxy before it: what a digest names does not change",
            )
        if not held.layer:
            raise PublishError(
                f"{undone}: {release.alias} of {name} is no chart (it has no layer of {CHART})",
                remedy="check the path and the version: an image and a chart may have the same name",
            )
        return registry.blob(held.layer)
