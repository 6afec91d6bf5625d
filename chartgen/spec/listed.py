"""The values of a choice that are found by listing: one template each, in a folder below charts/vllm."""

from __future__ import annotations

from functools import cache

from chartgen import resources

_SUFFIX = ".yaml.j2"


@cache
def listed(folder: str) -> tuple[str, ...]:
    """The names of the templates in charts/vllm/`folder`, sorted."""
    found = (resources.folder("charts") / "vllm" / folder).glob(f"*{_SUFFIX}")
    return tuple(sorted(path.name.removesuffix(_SUFFIX) for path in found))
