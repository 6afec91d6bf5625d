"""What autoscalers ask a metrics store: which series a query adds up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from chartgen.lint.facts.autoscalers import HPA, SCALED_OBJECT, scaling
from chartgen.lint.facts.registry import FactType, fact, iterator
from chartgen.lint.facts.selectors import describe
from chartgen.lint.kinds import kind_of
from chartgen.lint.release import Release, Subject, as_map, as_text, at_pointer, maps
from chartgen.model.manifest import Manifest

_ON = "query"
_SERIES = re.compile(r"(?<![\w:])((?:vllm|sglang)[:_]\w+|tgi_\w+)(\s*\{([^{}]*)\})?")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_JOINED = re.compile(r"\b(?:on|group_left|group_right|label_replace|and|unless)\b", re.IGNORECASE)
_MANAGED = "prometheus.googleapis.com|"


@iterator("query")
def walk_queries(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """Each query of a ScaledObject to Prometheus, and each External metric of an HPA that Google's adapter reads."""
    kind = kind_of(manifest)
    if (kind.group, kind.name) == (SCALED_OBJECT.group, SCALED_OBJECT.name):
        for index, trigger in maps(at_pointer(manifest.object, "/spec/triggers")):
            metadata = as_map(trigger.get("metadata"))
            if trigger.get("type") == "prometheus" and isinstance(metadata.get("query"), str):
                yield Subject(
                    release, manifest, "query", metadata["query"], f"/spec/triggers/{index}/metadata/query", key="keda"
                )
    elif (kind.group, kind.name) == (HPA.group, HPA.name):
        for index, metric in maps(at_pointer(manifest.object, "/spec/metrics")):
            named = as_map(as_map(metric.get("external")).get("metric"))
            if metric.get("type") == "External" and as_text(named.get("name")).startswith(_MANAGED):
                yield Subject(
                    release, manifest, "query", named, f"/spec/metrics/{index}/external/metric", key="external"
                )


@fact("query.unscoped", FactType.STRINGS, on=_ON)
def query_unscoped(subject: Subject) -> list[str] | None:
    """The metrics of inference servers that the query adds up over all servers of the store, sorted.

    Those that are read without any label matcher. Unknown for a query with variables, or with an operator that may
    narrow it down by another series, and if the trigger sends further parameters or asks a store of one tenant.
    """
    if subject.key == "external":
        named = as_map(subject.element)
        name = as_text(named.get("name")).removeprefix(_MANAGED).partition("|")[0]
        selector = as_map(named.get("selector"))
        return [name] if not selector and _SERIES.fullmatch(name) else []
    query = as_text(subject.element)
    trigger = as_map(at_pointer(subject.manifest.object, subject.pointer.removesuffix("/metadata/query")))
    if "$" in query or _JOINED.search(_QUOTED.sub(" ", query)) or _narrowed(as_map(trigger.get("metadata"))):
        return None
    return sorted({name for name, braces, inner in _SERIES.findall(_masked(query)) if not inner.strip()})


def _narrowed(metadata: dict[str, Any]) -> bool:
    return any(metadata.get(each) for each in ("namespace", "queryParameters", "customHeaders"))


def _masked(query: str) -> str:
    """The query with what stands in quotes replaced, so that names in label values are no series."""
    return _QUOTED.sub("_", query)


@fact("engine.scaledBy", FactType.STRINGS, on="container")
def engine_scaled_by(subject: Subject) -> list[str]:
    """The metrics of inference servers that autoscalers of the workload read, sorted."""
    return sorted({name for _, names in _scalers(subject) for name in names})


@fact("engine.scalers", FactType.STRINGS, on="container")
def engine_scalers(subject: Subject) -> list[str]:
    """The autoscalers of the workload that read them, sorted."""
    return sorted({describe(manifest) for manifest, names in _scalers(subject) if names})


def _scalers(subject: Subject) -> list[tuple[Manifest, list[str]]]:
    sure, _ = scaling(subject.release, subject.manifest)
    return [(each.manifest, list(_read_by(each.manifest))) for each in sure]


def _read_by(manifest: Manifest) -> Iterator[str]:
    for _, trigger in maps(at_pointer(manifest.object, "/spec/triggers")):
        yield from (
            name for name, _, _ in _SERIES.findall(_masked(as_text(as_map(trigger.get("metadata")).get("query"))))
        )
    for _, metric in maps(at_pointer(manifest.object, "/spec/metrics")):
        for kind in ("pods", "external", "object"):
            name = as_text(as_map(as_map(metric.get(kind)).get("metric")).get("name"))
            yield from (found for found, _, _ in _SERIES.findall(name))
