"""Objects that tell Prometheus what to collect: what they select, and whether an inference server is among it.

PodMonitor and ServiceMonitor of the Prometheus operator and of Azure's managed service, PodMonitoring and
ClusterPodMonitoring of Google's, VMPodScrape and VMServiceScrape of VictoriaMetrics.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chartgen.lint.facts.engine import engine_at, port_of
from chartgen.lint.facts.listening import selecting
from chartgen.lint.facts.lookup import of_kind
from chartgen.lint.facts.references import holds_operator_work
from chartgen.lint.facts.registry import FactType, fact, iterator, related
from chartgen.lint.facts.selectors import Labelled, added_by_controller, describe, matches, namespace_of, same_namespace
from chartgen.lint.facts.services import selected_by
from chartgen.lint.kinds import kind_of, workloads
from chartgen.lint.release import PodTemplate, Release, Subject, as_list, as_map, as_text, at_pointer, maps
from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest

_ON = "scrape"


@dataclass(frozen=True, slots=True)
class Kind:
    """`endpoints` is the field with the endpoints; `services` says that Services are selected, not pods."""

    endpoints: str
    services: bool = False
    everywhere: bool = False


_KINDS = {
    ("azmonitoring.coreos.com", "PodMonitor"): Kind("podMetricsEndpoints"),
    ("azmonitoring.coreos.com", "ServiceMonitor"): Kind("endpoints", services=True),
    ("monitoring.coreos.com", "PodMonitor"): Kind("podMetricsEndpoints"),
    ("monitoring.coreos.com", "ServiceMonitor"): Kind("endpoints", services=True),
    ("monitoring.googleapis.com", "ClusterPodMonitoring"): Kind("endpoints", everywhere=True),
    ("monitoring.googleapis.com", "PodMonitoring"): Kind("endpoints"),
    ("operator.victoriametrics.com", "VMPodScrape"): Kind("podMetricsEndpoints"),
    ("operator.victoriametrics.com", "VMServiceScrape"): Kind("endpoints", services=True),
}
_HINTS = ("prometheus.io/", "k8s.grafana.com/", "ad.datadoghq.com/", "metrics.k8s.io/", "instrumentation.")
"""How annotations begin by which a pod or Service asks to be scraped, or brings a collector along."""

_COLLECTORS = ("scrape_configs", "kubernetes_sd_configs")
"""What a ConfigMap with the configuration of a collector holds."""


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What a monitor selects for certain, and whether it may select more. A Service brings the pods behind it along."""

    templates: tuple[PodTemplate, ...]
    services: tuple[Manifest, ...]
    maybe: bool


@iterator("scrape")
def walk_scrapes(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """The selector of a monitor that selects nothing for certain, else the port of each of its endpoints."""
    kind = _kind(manifest)
    if kind is None:
        return
    selects = _selects(release, manifest)
    if not selects:
        selector = at_pointer(manifest.object, "/spec/selector")
        yield Subject(release, manifest, "scrape", selector, "/spec/selector", key="")
        return
    for index, endpoint in maps(at_pointer(manifest.object, f"/spec/{kind.endpoints}")):
        if "port" in endpoint:
            pointer = f"/spec/{kind.endpoints}/{index}/port"
            yield Subject(release, manifest, "scrape", endpoint["port"], pointer, key=str(endpoint["port"]))


@fact("scrape.selects", FactType.STRINGS, on=_ON)
def scrape_selects(subject: Subject) -> list[str] | None:
    """The workloads or Services that the monitor selects, sorted; empty if there are none for certain.

    Unknown if they may stand in another file (open world), or come from an operator.
    """
    return _selects(subject.release, subject.manifest)


@fact("scrape.port", FactType.STRING, on=_ON)
def scrape_port(subject: Subject) -> str:
    """The port of the endpoint: a name or a number; empty if the monitor selects nothing."""
    return as_text(subject.key)


@fact("scrape.ports", FactType.STRINGS, on=_ON)
def scrape_ports(subject: Subject) -> list[str] | None:
    """The names of the ports that what is selected has, sorted; with PodMonitoring and its like numbers as well.

    Unknown if the monitor may select more than the input holds.
    """
    targets = _targets(subject.release, subject.manifest)
    kind = _kind(subject.manifest)
    if kind is None or targets.maybe or _selects(subject.release, subject.manifest) is None:
        return None
    return sorted(_ports(targets, kind) - {""})


@related("scraped")
def scraped_places(subject: Subject) -> Iterator[Place]:
    """The ports of what the monitor selects."""
    targets = _targets(subject.release, subject.manifest)
    for service in targets.services:
        yield Place(service, "/spec/ports", f"ports of {describe(service)}")
    kind = _kind(subject.manifest)
    for template in targets.templates if kind and not kind.services else ():
        yield Place(
            template.manifest, f"{template.spec_pointer}/containers/0/ports", f"pods of {describe(template.manifest)}"
        )


@fact("engine.scraped", FactType.BOOL, on="container")
def engine_scraped(subject: Subject) -> bool | None:
    """Whether a monitor, or an annotation of the pod or of its Service, has the metrics of the server collected.

    Unknown if that is not in the input and may stand elsewhere: in another file (open world), in the configuration of a
    collector, in a custom resource.
    """
    engine = engine_at(subject)[1]
    if engine is None or subject.template is None:
        return None
    if _hinted(subject):
        return True
    release = subject.release
    scraped, maybe = release.once(("monitors", "scraped"), lambda: _scraped(release))
    if id(subject.template) in scraped:
        return True
    doubt = maybe or not release.closed or holds_operator_work(release, subject.manifest)
    return None if doubt or _collects(release) else False


@fact("engine.answersMetricsOn", FactType.INT, on="container")
def answers_metrics_on(subject: Subject) -> int | None:
    """The port on which the server answers /metrics."""
    engine = engine_at(subject)[1]
    return port_of(engine) if engine else None


def _kind(manifest: Manifest) -> Kind | None:
    kind = kind_of(manifest)
    return _KINDS.get((kind.group, kind.name))


def _scraped(release: Release) -> tuple[frozenset[int], bool]:
    """The pod templates that monitors select, by their identity, and whether they may select others."""
    found = [_targets(release, each) for each in release.manifests if _kind(each)]
    return frozenset(id(one) for each in found for one in each.templates), any(each.maybe for each in found)


def _selects(release: Release, manifest: Manifest) -> list[str] | None:
    targets = _targets(release, manifest)
    kind = _kind(manifest)
    if targets.services or (targets.templates and kind and not kind.services):
        found = targets.services if kind and kind.services else tuple(each.manifest for each in targets.templates)
        return sorted({describe(each) for each in found})
    if targets.maybe or not release.closed or holds_operator_work(release, manifest):
        return None
    return []


def _targets(release: Release, manifest: Manifest) -> Targets:
    return release.once(("monitors", "targets", id(manifest)), lambda: _find(release, manifest))


def _find(release: Release, manifest: Manifest) -> Targets:
    kind = _kind(manifest)
    selector = at_pointer(manifest.object, "/spec/selector")
    if kind is None or not isinstance(selector, dict):
        return Targets((), (), maybe=True)
    templates: list[PodTemplate] = []
    services: list[Manifest] = []
    maybe = any(added_by_controller(key, value) for key, value in as_map(selector.get("matchLabels")).items())
    for labels, each in _candidates(release, selector, services=kind.services):
        origin = each if isinstance(each, Manifest) else each.manifest
        verdict = matches(selector, labels)
        near = _near(release, manifest, origin, kind)
        if verdict is True and near is True:
            if isinstance(each, Manifest):
                services.append(each)
                templates += [pods.template for pods in selected_by(release, each).sure]
            else:
                templates.append(each)
        maybe = maybe or (verdict is not False and near is not False and (verdict is None or near is None))
    return Targets(tuple(templates), tuple(services), maybe)


_Labels = dict[str, Any]


def _candidates(
    release: Release, selector: Mapping[str, Any], *, services: bool
) -> Sequence[tuple[_Labels, Manifest | PodTemplate]]:
    """The Services, or else the pods, that the selector may match, with their labels."""
    known = release.once(("monitors", "labelled", services), lambda: _labelled(release, services=services))
    readable = isinstance(selector.get("matchExpressions"), list | None)
    return known.candidates(selector) if readable else known.members


def _labelled(release: Release, *, services: bool) -> Labelled[tuple[_Labels, Manifest | PodTemplate]]:
    found: Labelled[tuple[_Labels, Manifest | PodTemplate]] = Labelled()
    for each in of_kind(release, "", "Service") if services else ():
        labels = as_map(at_pointer(each.object, "/metadata/labels"))
        found.add(labels, (labels, each))
    for workload in () if services else workloads(release):
        for template in workload.templates:
            found.add(template.labels, (template.labels, template))
    return found


def _near(release: Release, monitor: Manifest, other: Manifest, kind: Kind) -> bool | None:
    """Whether the monitor looks into the namespace of the other object."""
    wanted = as_map(at_pointer(monitor.object, "/spec/namespaceSelector"))
    if kind.everywhere or wanted.get("any") is True:
        return True
    names = [each for each in as_list(wanted.get("matchNames")) if isinstance(each, str)]
    if names:
        home = namespace_of(release, other)
        return home in names if home else None
    return same_namespace(release, monitor, other)


def _ports(targets: Targets, kind: Kind) -> set[str]:
    found: set[str] = set()
    for service in targets.services:
        for _, port in maps(at_pointer(service.object, "/spec/ports")):
            found.add(as_text(port.get("name")))
    for template in targets.templates if not kind.services else ():
        for _, container in (*template.containers, *template.init_containers):
            for _, port in maps(container.get("ports")):
                found |= {as_text(port.get("name")), str(port.get("containerPort", ""))}
    return found


def _hinted(subject: Subject) -> bool:
    own = as_map(subject.template.metadata.get("annotations")) if subject.template else ()
    return any(key.startswith(_HINTS) for key in (*own, *selecting(subject).annotations))


def _collects(release: Release) -> bool:
    """Whether the input holds the configuration of a collector, which may reach any pod."""

    def search() -> bool:
        data = (as_map(each.object.get("data")) for each in release.manifests if each.kind == "ConfigMap")
        return any(word in as_text(text) for entries in data for text in entries.values() for word in _COLLECTORS)

    return release.once(("monitors", "collects"), search)
