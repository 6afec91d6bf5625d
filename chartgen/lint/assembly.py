"""Manifests become a release: what the options say, and what the manifests themselves give away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chartgen.errors import UsageError
from chartgen.lint import evidence
from chartgen.lint.release import Release
from chartgen.model.manifest import Manifest

if TYPE_CHECKING:  # most runs compare nothing
    from chartgen.model.change import Upgrade

_VERSION = re.compile(r"v?(\d{1,4})\.(\d{1,4})(?:\.\d+)?(?:[-+].*)?")


def releases(
    manifests: Sequence[Manifest],
    *,
    closed: bool = False,
    provider: str = "",
    namespace: str = "",
    kube_version: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    external: Iterable[tuple[str, str]] = (),
    changes: Upgrade | None = None,
) -> Release:
    """The release that the manifests make up together.

    Without `provider` it is read from the manifests. `kube_version` is `1.33`, `v1.33.2` or the like (default: the
    newest that chartgen knows). `parameters` holds values for parameters of rules, `external` (kind, name) of
    objects that exist although the input lacks them. `changes` is what differs from another version. Raises
    UsageError for a version that is none.
    """
    release = Release(
        manifests=tuple(manifests),
        closed=closed,
        provider=provider or evidence.provider(manifests),
        namespace=namespace,
        parameters=dict(parameters or {}),
        external=frozenset(external),
        changes=changes,
    )
    if kube_version is None:
        return release
    match = _VERSION.fullmatch(kube_version)
    if match is None:
        raise UsageError(f"{kube_version!r} is not a Kubernetes version", remedy="Write it as 1.33 or v1.33.2.")
    version = (int(match.group(1)), int(match.group(2)))
    return replace(release, kube_version=version, memo={})
