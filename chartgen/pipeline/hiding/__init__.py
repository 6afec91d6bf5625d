"""Which findings of a run are not shown: those that somebody suppressed, and those that stand in the baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from chartgen import reader
from chartgen.errors import ChartgenError
from chartgen.model.finding import Finding, ObjectRef
from chartgen.model.manifest import Source
from chartgen.pipeline.checking import Batch, Checked, Policy
from chartgen.pipeline.diagnostics import BASELINE_OUTDATED, SUPPRESSION_UNUSED, YAML_INVALID
from chartgen.pipeline.hiding.suppressing import Suppressing
from chartgen.pipeline.locating import reference

if TYPE_CHECKING:  # most runs have no baseline
    from chartgen.pipeline.hiding.baseline import Baseline

Explain = Callable[[Batch, Sequence[Finding]], Sequence[Finding]]


def _as_it_is(_: Batch, findings: Sequence[Finding]) -> Sequence[Finding]:
    return findings


class Hiding:
    """One run: `sift` takes each batch, `left` what remains of all of them.

    A baseline that is to be written takes the place of one that is to be read. Raises UsageError for a baseline that
    cannot be read.
    """

    def __init__(self, policy: Policy, read: Path | None = None, write: Path | None = None) -> None:
        self.baselined = 0
        self._policy = policy
        self._suppressing = Suppressing(policy)
        self._write = write
        self._baseline = _baseline(read, policy) if read and not write else None
        self._notes: list[str] = [*policy.renamed, *(self._baseline.renamed if self._baseline else ())]

    @property
    def suppressed(self) -> Sequence[Finding]:
        return self._suppressing.suppressed

    @property
    def sources(self) -> tuple[Source, ...]:
        """The text of the baseline, which a finding may be about."""
        return (self._baseline.source,) if self._baseline else ()

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self._notes, *self._suppressing.renamed]))

    def sift(self, batch: Batch, checked: Checked, sources: Iterable[Source] = ()) -> list[Finding]:
        """The findings of a batch that no annotation and no comment suppresses; `sources` are the texts of the run."""
        removed = batch.changes.removed() if batch.changes else ()
        return self._suppressing.sift(
            (*batch.manifests, *removed),
            checked.findings,
            sources=_values_files(checked.findings, sources),
            undecided=checked.undecided,
            closed=batch.closed,
        )

    def left(
        self, findings: Sequence[Finding], batches: Sequence[Batch], explain: Explain = _as_it_is, *, whole: bool = True
    ) -> list[Finding]:
        """What is shown: not what the baseline holds, but what is wrong with suppressions and the baseline.

        `batches` are those that were sifted, in that order; `explain` finds the template lines of what is wrong in one.
        The baseline is written if that was asked for and the run is `whole`: everything could be read.
        """
        unreadable = [finding for finding in findings if finding.rule == YAML_INVALID.name]
        decided = [finding for finding in findings if finding.rule != YAML_INVALID.name]
        for batch, problem in self._suppressing.problems():
            if problem.rule == SUPPRESSION_UNUSED.name and not whole:
                continue  # what it hides may be in what could not be read
            # A suppression is there with whatever values.
            decided += [replace(each, value_sets=None) for each in explain(batches[batch], [problem])]
        if self._write is not None:
            return unreadable + self._written(self._write, decided, whole=whole)
        if self._baseline is None:
            return unreadable + decided
        seen = (reference(manifest) for batch in batches for manifest in batch.manifests)
        return unreadable + self._without_baseline(self._baseline, decided, seen)

    def _written(self, file: Path, findings: list[Finding], *, whole: bool) -> list[Finding]:
        if not whole:
            self._notes.append(
                f"{file} was not written, since not everything was linted: correct what could not be read, or leave it "
                "out by ignorePaths of the configuration"
            )
            return findings
        from chartgen.pipeline.hiding import baseline  # noqa: PLC0415 - most runs have no baseline

        self.baselined = baseline.write(file, (finding for finding in findings if not finding.unknown))
        self._notes.append(f"wrote {file}: {self.baselined} finding{'' if self.baselined == 1 else 's'}")
        return [finding for finding in findings if finding.unknown]

    def _without_baseline(
        self, given: Baseline, findings: Sequence[Finding], seen: Iterable[ObjectRef]
    ) -> list[Finding]:
        from chartgen.pipeline.hiding import baseline  # noqa: PLC0415 - as above

        applied = {*(rule.name for rule in self._policy.rules), *self._policy.diagnostics}
        sifted = baseline.sift(given, findings, applied, seen)
        self.baselined = sifted.hidden
        chosen = self._policy.diagnostics.get(BASELINE_OUTDATED.name)
        if chosen is None or not sifted.gone:
            return sifted.kept
        first, *rest = sifted.gone
        are = f"{len(sifted.gone)} findings of the baseline are gone" if rest else "a finding of the baseline is gone"
        message = f"{are}, such as {first.rule} on {first.object}"
        pointer = given.pointers[first]
        location = reader.locate(given.source.text, 0, [pointer], given.source.file)[pointer]
        return [*sifted.kept, Finding(chosen.name, chosen.severity, message, ObjectRef("", "", "", ""), "", location)]


def _baseline(file: Path, policy: Policy) -> Baseline:
    from chartgen.pipeline.hiding import baseline  # noqa: PLC0415 - as above

    return baseline.read(file, policy.names)


def _values_files(findings: Iterable[Finding], sources: Iterable[Source]) -> list[Source]:
    """The texts of the values files that these findings come from, as far as they can be had."""
    wanted = {key.location.file for finding in findings for key in finding.values if key.location is not None}
    known = {source.file: source for source in sources if source.file in wanted and not source.rendered}
    for file in sorted(wanted - known.keys()):
        if Path(file).is_file():
            try:
                known[file] = Source(file, reader.read(Path(file)))
            except ChartgenError:  # Helm has read it, so it is not this one
                continue
    return [known[file] for file in sorted(known)]
