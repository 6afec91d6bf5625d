"""What is wrong with the values of one file: what the schema refuses, keys without a use, names that clash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from chartgen.spec.choices import unmet
from chartgen.spec.completion import idle, is_section
from chartgen.spec.explanations import explained
from chartgen.spec.fault import Fault, reason, remedy
from chartgen.spec.layout import Path
from chartgen.spec.pod_names import pod_name_faults
from chartgen.spec.schema import Schema, composed


def faults(values: Any, made: Mapping[str, str], raw: Mapping[Path, str]) -> list[Fault]:
    """Every fault of `values`, the weightiest one for each key.

    `made` are the choices that the values make, as far as they are valid; `raw` has the text of scalars as they stand
    in the file, by path.
    """
    found: dict[Path, Fault] = {}
    candidates = [fault for error in _validator().iter_errors(values) for fault in explained(error, raw)]
    if isinstance(values, dict):
        candidates += _unused(composed(), values, made, ())
        candidates += pod_name_faults(values)
    for fault in candidates:
        earlier = found.get(fault.path)
        if earlier is None or fault.weight > earlier.weight:
            found[fault.path] = fault
    misspelt = {path for fault in found.values() for path in fault.meant}
    return [fault for path, fault in found.items() if not (fault.absent and path in misspelt)]


@cache
def _validator() -> Any:
    from jsonschema_rs import Draft202012Validator  # noqa: PLC0415 - only loading values needs it

    return Draft202012Validator(composed())


def _unused(node: Schema, values: Mapping[str, Any], made: Mapping[str, str], path: Path) -> Iterator[Fault]:
    """Keys that the choices leave without a use, unless they say no more than the default."""
    for key, value in values.items():
        child, here = node["properties"].get(key), (*path, key)
        if child is None:
            continue
        if unmet(child, made):
            if not idle(child, value):
                sentence = child["x-why-not"]
                message = f"the key has no use here: {reason(sentence)}"
                yield Fault(here, message, remedy(sentence), weight=0, hides=False)
        elif is_section(child) and isinstance(value, dict):
            yield from _unused(child, value, made, here)
