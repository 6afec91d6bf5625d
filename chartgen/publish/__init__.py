"""Charts as archives with one digest everywhere, and their way into an OCI registry."""

from __future__ import annotations

from chartgen.publish.archive import package
from chartgen.publish.publication import SETTLE_SECONDS, Terms, publish, refuse_conflict, verify
from chartgen.publish.reference import Target, target
from chartgen.publish.registry import Access, Registry

__all__ = [
    "SETTLE_SECONDS",
    "Access",
    "Registry",
    "Target",
    "Terms",
    "package",
    "publish",
    "refuse_conflict",
    "target",
    "verify",
]
