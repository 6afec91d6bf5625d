"""Charts as archives with one digest everywhere, and their way into an OCI registry."""

from __future__ import annotations

from chartgen.publish.archive import package
from chartgen.publish.errand import Errand
from chartgen.publish.publication import SETTLE_SECONDS, Terms, publish, refuse_conflict, verify
from chartgen.publish.pull import pull
from chartgen.publish.reference import Target, release, target
from chartgen.publish.registry import Access, Registry

__all__ = [
    "SETTLE_SECONDS",
    "Access",
    "Errand",
    "Registry",
    "Target",
    "Terms",
    "package",
    "publish",
    "pull",
    "refuse_conflict",
    "release",
    "target",
    "verify",
]
