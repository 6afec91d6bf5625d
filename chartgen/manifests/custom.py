"""Schemas of custom kinds: those that generated charts use, one file each in `schemas/crds`.

They refer to the definitions of Kubernetes (metadata, pod templates, selectors) by address, so what a custom object
embeds follows the version that it is checked against. A version that has no file is not checked: it may be served.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from chartgen import resources

_API_VERSION = re.compile(r"([a-z0-9-]+(?:\.[a-z0-9-]+)+)/(v[a-z0-9]+)")
_KIND = re.compile(r"[A-Za-z]+")


@cache
def custom_schema(api_version: str, kind: str) -> dict[str, Any] | None:
    """The schema of a kind of custom object (`keda.sh/v1alpha1`, `ScaledObject`); None if there is no file for it."""
    match = _API_VERSION.fullmatch(api_version)
    if match is None or not _KIND.fullmatch(kind):
        return None
    file = resources.folder("schemas") / "crds" / f"{match[1]}_{kind}_{match[2]}.json"
    if not file.is_file():
        return None
    schema: dict[str, Any] = json.loads(file.read_bytes())
    # File systems that fold case would find a kind that is written otherwise.
    return schema if schema["properties"]["kind"] == {"const": kind} else None
