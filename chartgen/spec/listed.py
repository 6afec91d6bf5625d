"""The values of a choice that are found by listing: one template each, in a folder below charts/vllm."""

from __future__ import annotations

import re
from functools import cache

from chartgen import resources

_SUFFIX = ".yaml.j2"


@cache
def listed(folder: str) -> tuple[str, ...]:
    """The names of the templates in charts/vllm/`folder`, sorted."""
    found = (resources.folder("charts") / "vllm" / folder).glob(f"*{_SUFFIX}")
    return tuple(sorted(path.name.removesuffix(_SUFFIX) for path in found))


@cache
def has_macro(template: str, name: str) -> bool:
    """Whether the template charts/vllm/`template` has the macro `name`."""
    text = (resources.folder("charts") / "vllm" / f"{template}{_SUFFIX}").read_text(encoding="utf-8")
    return re.search(rf"\[% (macro|set) {name}\b", text) is not None
