"""What keeps pods together or apart: affinity terms between pods, and constraints that name a node or a zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chartgen.lint.facts.selectors import either, every, matches, namespace_of
from chartgen.lint.release import PodTemplate, Release, as_list, as_map, as_text, at_pointer
from chartgen.model.manifest import Manifest

HOSTNAME = "kubernetes.io/hostname"
ZONES = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def term_matches(release: Release, origin: Manifest, term: Mapping[str, Any], other: PodTemplate) -> bool | None:
    """Whether a pod affinity term in `origin` speaks of the pods of `other`."""
    labels = other.labels
    return every((matches(term.get("labelSelector"), labels), _in_namespaces(release, origin, term, other.manifest)))


def terms(template: PodTemplate, kind: str) -> Iterator[tuple[str, bool, dict[str, Any]]]:
    """(pointer, required, term) of each term of `podAffinity` or `podAntiAffinity`."""
    base = f"/affinity/{kind}"
    found = as_map(at_pointer(template.spec, base))
    for index, term in enumerate(as_list(found.get(_REQUIRED))):
        yield f"{template.spec_pointer}{base}/{_REQUIRED}/{index}", True, as_map(term)
    for index, weighted in enumerate(as_list(found.get(_PREFERRED))):
        term = as_map(as_map(weighted).get("podAffinityTerm"))
        yield f"{template.spec_pointer}{base}/{_PREFERRED}/{index}", False, term


def kept_on_one_node(release: Release, one: PodTemplate, other: PodTemplate) -> bool | None:
    """Whether a required pod affinity by hostname puts the pods of `one` where those of `other` run."""
    return either(
        term_matches(release, one.manifest, term, other)
        for _, required, term in terms(one, "podAffinity")
        if required and term.get("topologyKey") == HOSTNAME
    )


def pinned_node(template: PodTemplate) -> str:
    """The one node that the pods can run on, as the manifest names it; empty if there may be several."""
    spec = template.spec
    named = as_text(spec.get("nodeName")) or as_text(as_map(spec.get("nodeSelector")).get(HOSTNAME))
    if named:
        return named
    nodes = [_nodes_of_term(term) for term in required_node_terms(template)]
    found = {node for each in nodes for node in each}
    return next(iter(found)) if len(found) == 1 and all(nodes) else ""


def required_node_terms(template: PodTemplate) -> list[dict[str, Any]]:
    """The node selector terms of the required node affinity; a node has to meet one of them.

    A term that says nothing is left out, for no node meets it.
    """
    pointer = f"/affinity/nodeAffinity/{_REQUIRED}/nodeSelectorTerms"
    found = [as_map(term) for term in as_list(at_pointer(template.spec, pointer))]
    return [term for term in found if any(term.get(field) for field in ("matchExpressions", "matchFields"))]


def node_values(term: Mapping[str, Any], key: str) -> list[str]:
    """The values that a node selector term allows for a label (operator In); [] if it does not speak of it."""
    return _allowed(term.get("matchExpressions"), key)


def _nodes_of_term(term: Mapping[str, Any]) -> list[str]:
    return _allowed(term.get("matchFields"), "metadata.name") or node_values(term, HOSTNAME)


def _allowed(expressions: Any, key: str) -> list[str]:
    """What all expressions of the operator In allow for a key, sorted."""
    values = [
        {value for value in as_list(each.get("values")) if isinstance(value, str)}
        for each in map(as_map, as_list(expressions))
        if each.get("key") == key and each.get("operator") == "In"
    ]
    return sorted(set.intersection(*values)) if values else []


def _in_namespaces(release: Release, origin: Manifest, term: Mapping[str, Any], other: Manifest) -> bool | None:
    """A term speaks of its own namespace, unless it lists namespaces or selects them by label."""
    listed, chosen = as_list(term.get("namespaces")), term.get("namespaceSelector")
    here, there = namespace_of(release, origin), namespace_of(release, other)
    if not listed and chosen is None:
        return True if here == there else False if here and there else None
    if there and there in listed:
        return True
    if isinstance(chosen, dict) and not any(chosen.values()):
        return True
    return None if isinstance(chosen, dict) or not there else False
