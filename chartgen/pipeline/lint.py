"""`chartgen lint`: from paths to a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from chartgen.errors import EXIT_CLEAN, EXIT_FINDINGS, EXIT_INPUT, ChartgenError, InputError, UsageError
from chartgen.lint.evidence import MARKERS
from chartgen.lint.kinds import declared
from chartgen.model.finding import Finding, Severity
from chartgen.model.rule import Profile
from chartgen.model.settings import Settings
from chartgen.pipeline.checking import Policy, check, policy
from chartgen.pipeline.defining import definitions
from chartgen.pipeline.diagnostics import YAML_INVALID
from chartgen.pipeline.explaining import Explaining, merged
from chartgen.pipeline.hiding import Hiding
from chartgen.pipeline.ignoring import ignored
from chartgen.pipeline.inputs import gather
from chartgen.pipeline.kustomizing import not_built
from chartgen.pipeline.locating import ordered
from chartgen.pipeline.pulling import comparing
from chartgen.pipeline.reading import Inputs, Reading, Tell
from chartgen.pipeline.ruleset import refuse_unknown_kinds, without_templates
from chartgen.pipeline.unschemed import unschemed
from chartgen.report.content import Report

NEVER = "never"
_AS_ON_DISK: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, eq=False)
class LintOptions:
    """The options of the command; empty texts mean that nothing was said.

    `needs_chart` says that `values` without a chart are an error: they were given for this run.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    closed: bool = False
    provider: str = ""
    namespace: str = ""
    kube_version: str | None = None
    helm_engine: str = "auto"
    values: tuple[str, ...] = ()
    needs_chart: bool = True
    show_unknown: bool = False
    profile: str = Profile.default.name
    rule_folders: tuple[Path, ...] = ()
    external: tuple[str, ...] = ()
    crds: tuple[Path, ...] = ()
    against: str = ""
    ca_file: Path | None = None
    plain_http: bool = False
    baseline: Path | None = None
    write_baseline: Path | None = None
    show_suppressed: bool = False
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True, eq=False)
class LintResult:
    """`failures` say what was not linted at all; `unreadable` that some text was not.

    `notes` are sentences for standard error.
    """

    report: Report
    unreadable: bool
    failures: tuple[ChartgenError, ...]
    notes: tuple[str, ...] = ()

    def exit_code(self, fail_on: str) -> int:
        """`fail_on` is a severity or `never`. What was not linted weighs more than findings, and no option hides it."""
        if self.failures or self.unreadable:
            return max([EXIT_INPUT if self.unreadable else 0, *(error.exit_code for error in self.failures)])
        worst = self.report.worst()
        failed = fail_on != NEVER and worst is not None and worst >= Severity[fail_on]
        return EXIT_FINDINGS if failed else EXIT_CLEAN


def lint(
    paths: Sequence[str],
    stdin: bytes | None,
    options: LintOptions,
    tell: Tell = lambda _: None,
    texts: Mapping[str, str] = _AS_ON_DISK,
) -> LintResult:
    """Lint manifests, charts and values files; `-` among the paths means `stdin`. `tell` shows progress.

    `texts` stand in place of what the files of that name (`<stdin>` for standard input) hold.

    Raises InputError for a path that does not exist, UsageError for an unknown provider, rule or version, a wrong
    setting and a malformed baseline, RuleBroken for a broken rule.
    """
    refuse_unknown_kinds(options.settings)
    with declared(options.settings.pod_templates):
        return _lint(paths, stdin, options, tell, texts)


def _lint(
    paths: Sequence[str], stdin: bytes | None, options: LintOptions, tell: Tell, texts: Mapping[str, str]
) -> LintResult:
    _refuse_unknown_provider(options.provider)
    applied = policy(
        options.select,
        options.ignore,
        options.kube_version,
        profile=Profile[options.profile],
        folders=options.rule_folders,
        settings=options.settings,
        external=options.external,
    )
    reading = Reading(
        closed=options.closed,
        provider=options.provider,
        namespace=options.namespace,
        kube_version=applied.kube_version,
        engine=options.helm_engine,
        tell=tell,
        texts=texts,
        ignored=ignored(options.settings),
        value_files=options.values,
    )
    with reading.scratch:
        return _linted(paths, stdin, options, applied, reading)


def _linted(
    paths: Sequence[str], stdin: bytes | None, options: LintOptions, applied: Policy, reading: Reading
) -> LintResult:
    hiding = Hiding(applied, options.baseline, options.write_baseline)
    explaining = Explaining(reading.scratch)
    inputs = gather(paths, stdin, reading)
    if options.against:
        from chartgen.pipeline.against import compared  # noqa: PLC0415 - most runs compare nothing

        access = comparing(options.against, options.ca_file, plain_http=options.plain_http)
        compared(inputs, options.against, reading, access)
    if options.needs_chart:
        _refuse_values_without_chart(options.values, inputs)
    _refuse_baseline_over_input(options.write_baseline, inputs)
    applied = replace(applied, definitions=definitions(inputs.batches, options.crds))
    findings, untold = _unread(inputs.unreadable, applied)
    findings += unschemed(inputs.batches, applied)
    unchecked: Counter[str] = Counter()
    unsettled = 0
    for batch in inputs.batches:
        reading.tell(f"checking {len(batch.manifests)} objects")
        checked = check(batch, applied, show_unknown=options.show_unknown)
        checked = replace(checked, findings=tuple(explaining.explain(batch, checked.findings)))
        findings += hiding.sift(batch, checked, [*inputs.sources, *explaining.sources])
        unchecked.update(checked.unchecked)
        unsettled += checked.unsettled
    whole = not inputs.failures and not inputs.unreadable
    left = hiding.left(ordered(merged(findings)), inputs.batches, explaining.explain, whole=whole)
    report = Report(
        findings=ordered(left),
        rules=applied.notes(),
        sources=(*inputs.sources, *hiding.sources),
        objects=sum(len(batch.manifests) for batch in inputs.batches),
        kube_version=applied.kube_version,
        unchecked=unchecked,
        skipped=inputs.skipped,
        suppressed=ordered(merged(hiding.suppressed)),
        show_suppressed=options.show_suppressed,
        baselined=hiding.baselined,
        notes=(*inputs.notes, *explaining.notes, *_notes(inputs, unsettled, options.settings)),
        failures=tuple(" ".join(each.message.split()) for each in (*inputs.failures, *untold)),
        quoted=tuple(explaining.sources),
    )
    return LintResult(report, bool(inputs.unreadable), (*inputs.failures, *untold), hiding.notes)


def _notes(inputs: Inputs, unsettled: int, settings: Settings) -> list[str]:
    """What was not looked at for a reason that is not in the input itself."""
    objects = [each for batch in inputs.batches for each in batch.manifests] if settings.pod_templates else []
    return [*not_built(inputs.kustomized, unsettled), *without_templates(settings, objects)]


def _unread(unreadable: Sequence[Finding], applied: Policy) -> tuple[list[Finding], list[ChartgenError]]:
    """What could not be read, as findings; as errors where the diagnostic is left out, since it ends with 3 anyway."""
    chosen = applied.diagnostics.get(YAML_INVALID.name)
    if chosen is not None:
        return [replace(each, severity=chosen.severity) for each in unreadable], []
    return [], [
        InputError(
            f"{each.location.file} was not linted: {each.message}", remedy=YAML_INVALID.remedy, location=each.location
        )
        for each in unreadable
    ]


def _refuse_values_without_chart(values: Sequence[str], inputs: Inputs) -> None:
    if values and not inputs.charts:
        raise UsageError(
            "nothing was linted: --values is for charts, and there is none among the paths",
            remedy="name a chart folder or a .tgz",
            option="values",
        )


def _refuse_baseline_over_input(file: Path | None, inputs: Inputs) -> None:
    """`--write-baseline deploy.yaml` forgets the file to write, and would put the baseline in place of a manifest."""
    if (
        file is not None
        and file.exists()
        and any(Path(each.file).resolve() == file.resolve() for each in inputs.sources)
    ):
        raise UsageError(
            f"nothing was linted: {file} is to be linted, and the baseline would be written over it",
            remedy="name a file for the baseline: --write-baseline .chartgen-baseline.json",
            option="write_baseline",
        )


def _refuse_unknown_provider(name: str) -> None:
    known = sorted([*MARKERS, "generic"])
    if name and name not in known:
        raise UsageError(
            f"nothing was linted: there is no provider {name}",
            remedy=f"choose one of {', '.join(known)}",
            option="provider",
        )
