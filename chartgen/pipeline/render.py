"""`chartgen render`: from a values file to charts that have been rendered, validated and linted."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from chartgen import chart, spec
from chartgen.errors import RenderError, UsageError
from chartgen.manifests import needed, schema
from chartgen.model.manifest import Manifest
from chartgen.model.problem import Problem
from chartgen.model.settings import Settings
from chartgen.model.spec import Demand
from chartgen.pipeline import charts
from chartgen.pipeline.checking import Batch, Checked, Policy, check, policy, schema_version
from chartgen.pipeline.hiding import Hiding
from chartgen.pipeline.locating import ordered, reference
from chartgen.pipeline.rendering import Rendering, rendering
from chartgen.report.content import Report

_NO_SETTINGS = Settings()


@dataclass(frozen=True, slots=True)
class RenderResult:
    """`folders` are the charts that were written; `manifests` is what they render to, as one YAML stream.

    `totals` is what the release of the first takes of quotas, `ready_seconds` the time until its pods answer, and
    `needed` what has to be in the cluster beforehand.
    """

    folders: tuple[Path, ...]
    manifests: str
    objects: int
    warnings: tuple[Problem, ...]
    report: Report
    helm: str
    totals: tuple[Demand, ...]
    ready_seconds: int
    needed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Examined:
    """The charts of a values file that Helm and the Kubernetes schemas accept, and what the rules say of them."""

    made: Rendering
    report: Report


def render(
    values: Path,
    out: Path,
    *,
    sets: Sequence[str] = (),
    force: bool = False,
    kube_version: str | None = None,
    lint: bool = True,
    engine: str = "auto",
    taken: Collection[Path] = (),
    settings: Settings = _NO_SETTINGS,
) -> RenderResult:
    """Render the charts of a values file into `out`, once everything about them has been checked.

    Raises ValuesInvalid or InputError for the file, RenderError if Helm or a Kubernetes schema refuses the result,
    UsageError for a folder that chartgen did not make (unless `force`) or that is among `taken`. Nothing is written
    then. Findings are reported, not raised; `settings` say what is different about rules.
    """
    found = examined(values, out, sets=sets, kube_version=kube_version, lint=lint, engine=engine, settings=settings)
    made, report = found.made, found.report
    _refuse_taken(values, [out / each.chart.name for each in made.built], taken)
    written = chart.write_all([each.chart for each in made.built], out, force=force)
    text = "".join(charts.as_stream(each.files) for each in made.built)
    return RenderResult(
        folders=tuple(written),
        manifests=text,
        objects=len(made.objects),
        warnings=made.loaded.warnings,
        report=report,
        helm=made.helm.version(),
        totals=made.loaded.totals,
        ready_seconds=made.loaded.ready_seconds,
        needed=needed(made.objects),
    )


def examined(
    values: Path,
    shown: Path,
    *,
    sets: Sequence[str],
    kube_version: str | None,
    lint: bool,
    engine: str,
    settings: Settings,
) -> Examined:
    """Render the charts of a values file and check them, without writing them anywhere.

    `shown` is the folder that locations name. Raises what `render` does, but for the folders.
    """
    if kube_version is not None:
        schema_version(kube_version)
    with tempfile.TemporaryDirectory(prefix="chartgen-") as scratch:
        made = rendering(spec.load(values, sets), Path(scratch), shown, kube_version=kube_version, engine=engine)
    version = _checked_version(kube_version, made)
    applied = policy(kube_version=version, settings=settings) if lint else _no_rules(version)
    _refuse_invalid(made.objects, applied.kube_version)
    return Examined(made, _report(made, applied))


def _refuse_taken(values: Path, folders: Sequence[Path], taken: Collection[Path]) -> None:
    for folder in folders:
        if folder in taken:
            raise UsageError(
                f"{values} was not rendered: {folder} has just been written from another values file",
                remedy="give one of the two another name, or another folder with -o",
            )


def _checked_version(wanted: str | None, made: Rendering) -> str | None:
    """The version asked for, else that of the cluster if there are schemas of it; None means the newest."""
    own = made.loaded.spec.cluster.kubernetes_version
    if wanted is None and own and _minor(own) in schema.versions():
        return own
    return wanted


def _minor(version: str) -> str:
    """`1.31` for `v1.31.2`."""
    return ".".join(version.removeprefix("v").split(".")[:2])


def _no_rules(kube_version: str | None) -> Policy:
    return Policy((), {}, schema_version(kube_version))


def _refuse_invalid(objects: Sequence[Manifest], kube_version: str) -> None:
    problems = schema.check(objects, kube_version)
    if problems:
        told = [f"{reference(each.manifest)} at {each.pointer or '/'}: {each.message}" for each in problems]
        raise RenderError(
            "\n".join([f"no chart was written: Kubernetes {kube_version} would refuse what it renders to", *told]),
            remedy="Look at what the values file adds by itself: pod, engine.args and engine.env, cluster.tolerations.",
        )


def _report(made: Rendering, applied: Policy) -> Report:
    """The findings of all charts together: they make up one installation."""
    batch = Batch(made.objects, closed=True, provider=made.loaded.choices.provider, namespace="default")
    checked = check(batch, applied) if applied.rules else Checked(())
    hiding = Hiding(applied)
    left = hiding.left(hiding.sift(batch, checked), [batch])
    return Report(
        findings=ordered(left),
        rules=applied.notes(),
        sources=tuple({item.source: None for item in made.objects}),
        objects=len(made.objects),
        kube_version=applied.kube_version,
        unchecked=checked.unchecked,
        suppressed=ordered(hiding.suppressed),
    )
