"""Charts that render to something else each time: random passwords, certificates, the hour.

A second render is made only for charts whose templates use such a function. What a template makes with `lookup` is left
out: that is how charts keep a random value, and without a cluster it finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from chartgen.errors import ChartgenError, RenderError
from chartgen.model.finding import Place, Severity, Violation
from chartgen.model.manifest import Manifest
from chartgen.model.pointer import escape
from chartgen.pipeline import charts
from chartgen.pipeline.diagnostics import RENDER_NONDETERMINISTIC
from chartgen.pipeline.origin import ChartOrigin

_CHANCE = re.compile(
    rb"\b(rand(?:Alpha|AlphaNum|Ascii|Bytes|Int|Numeric)|shuffle|uuidv4|now|ago|bcrypt|htpasswd|encryptAES"
    rb"|gen(?:CA|PrivateKey|SelfSignedCert|SignedCert)(?:WithKey)?)\b"
)
_LOOKUP = re.compile(rb"\blookup\b")
_HOOK = "helm.sh/hook"

Key = tuple[str, str, str, str]


def unsteady(manifests: Sequence[Manifest], origins: Sequence[ChartOrigin]) -> list[Violation]:
    """One violation for each object of a chart that differs between two renders, at the first difference."""
    return [found for origin in origins if not origin.made_here for found in _differences(manifests, origin)]


def _differences(manifests: Sequence[Manifest], origin: ChartOrigin) -> Iterator[Violation]:
    functions, looks_up = _used(origin.request.chart_dir)
    if not functions or looks_up:
        return
    try:
        (answer,) = origin.again(origin.request.chart_dir, [origin.request.values])
        second = [] if isinstance(answer, RenderError) else charts.objects(answer, origin.shown, origin.value_set)
    except ChartgenError:
        return
    others = {_key(each): each for each in second}
    for manifest in manifests:
        other = others.get(_key(manifest))
        if not others or _is_hook(manifest):
            continue
        pointer = "/metadata/name" if other is None else _first(manifest.object, other.object)
        if pointer is not None:
            yield _violation(manifest, pointer, functions)


def _violation(manifest: Manifest, pointer: str, functions: list[str]) -> Violation:
    restarts = "/template/" in pointer
    message = (
        f"two renders with the same values differ here ({', '.join(functions)} in the templates): "
        f"{'every upgrade starts the pods anew' if restarts else 'every upgrade changes the object'}"
    )
    return Violation(RENDER_NONDETERMINISTIC.name, Severity.warning, message, Place(manifest, pointer))


def _used(chart: Path) -> tuple[list[str], bool]:
    """The functions of chance that the templates of a chart and its subcharts use, sorted, and whether they look up."""
    found: set[str] = set()
    looks_up = False
    for file in sorted(chart.rglob("templates/**/*")):
        if file.is_file():
            text = file.read_bytes()
            found |= {match.decode() for match in _CHANCE.findall(text)}
            looks_up = looks_up or _LOOKUP.search(text) is not None
    return sorted(found), looks_up


def _key(manifest: Manifest) -> Key:
    return manifest.api_version, manifest.kind, manifest.namespace, manifest.name


def _is_hook(manifest: Manifest) -> bool:
    metadata = manifest.object.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return isinstance(annotations, dict) and _HOOK in annotations


def _first(one: Any, other: Any, pointer: str = "") -> str | None:
    """The pointer of the first difference, None if there is none."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in [*one, *(key for key in other if key not in one)]:
            below = _first(one.get(key), other.get(key), f"{pointer}/{escape(key)}")
            if below is not None:
                return below
        return None
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        found = (
            _first(mine, its, f"{pointer}/{index}") for index, (mine, its) in enumerate(zip(one, other, strict=True))
        )
        return next((each for each in found if each is not None), None)
    return None if one == other else pointer
