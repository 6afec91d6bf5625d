"""`chartgen publish`: packages into an OCI registry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from shlex import join

from chartgen.model.package import Package, Published
from chartgen.publish import Access, Registry, Target, Terms, publish, refuse_conflict, verify
from chartgen.publish.registry import Tell


@dataclass(frozen=True, slots=True)
class Plan:
    """`verify` pulls every chart back after its push and compares."""

    access: Access
    terms: Terms
    verify: bool = False


def publish_all(packages: tuple[Package, ...], target: Target, plan: Plan, tell: Tell) -> Iterator[Published]:
    """Publish packages one after the other; a conflict of any of them is found before the first is sent.

    What others hang on goes first: the model's chart is the last. Raises PublishError.
    """
    with ExitStack() as open_registries:
        registries = [
            (each, open_registries.enter_context(Registry(target, each.name, plan.access, tell)))
            for each in reversed(packages)
        ]
        for each, registry in registries if len(registries) > 1 else ():
            refuse_conflict(registry, each, plan.terms)
        for each, registry in registries:
            done = publish(registry, each, plan.terms)
            if plan.verify:
                verify(registry, each)
            yield done


def install_line(published: Published, target: Target, access: Access) -> str:
    """The command that installs what was published; the time-out is in whole minutes, from the chart's timeToReady."""
    package = published.package
    words = ["helm", "install", package.name, target.chart(package.name), "--version", package.version]
    if package.time_to_ready is not None:
        words += ["--timeout", f"{-(-package.time_to_ready // 60)}m"]
    if access.ca_file is not None:
        words += ["--ca-file", str(access.ca_file)]
    if access.plain_http:
        words.append("--plain-http")
    return join(words)
