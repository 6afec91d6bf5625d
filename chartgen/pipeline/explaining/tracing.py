"""From lines of rendered text to lines of templates: verified, or not said.

The chart is rendered a second time from a copy whose templates mark what they write. Where both renders are the same
but for the marks, the marks say which line wrote what. A helper whose marks change something (it is compared, cut or
parsed) is left unmarked in the next round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chartgen.errors import RenderError
from chartgen.helm.marking import Marks, Run, unboxed
from chartgen.helm.origins import Origins, origins
from chartgen.model.chart import RenderedFile
from chartgen.model.finding import Precision, TemplatePlace
from chartgen.model.location import Location
from chartgen.pipeline.explaining.marked_charts import ChartCopy, by_template
from chartgen.pipeline.origin import ChartOrigin

_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Trace:
    """What the marks of one chart say.

    `found` are Helm's paths of the templates that were laid beside their marked output. `hidden` are helpers that write
    YAML and could not be marked, `why` is what Helm said of the last render.
    """

    origin: ChartOrigin
    marks: Marks
    found: Mapping[str, Origins]
    hidden: frozenset[str]
    why: str = ""

    def template(self, location: Location) -> str:
        """Helm's path of the template that a place of the rendered text is from, without the chart's name."""
        return location.file.removeprefix(f"{self.origin.shown}/")

    def runs(self, location: Location) -> tuple[Run, ...]:
        """The runs that wrote what stands at a place of the rendered text, the innermost first."""
        found = self.found.get(self.template(location))
        numbers = found.at(location.line, location.column) if found else ()
        return tuple(self.marks.runs[number] for number in reversed(numbers))

    def along(self, location: Location) -> tuple[Run, ...]:
        """The runs that wrote a part of the line of a place in the rendered text."""
        found = self.found.get(self.template(location))
        return tuple(self.marks.runs[number] for number in found.along(location.line)) if found else ()

    def place(self, location: Location, around: Iterable[Location]) -> TemplatePlace:
        """The template line of a place in rendered text; `around` are the places of the nodes around, nearest first."""
        for precision, each in ((Precision.exact, location), *((Precision.ancestor, each) for each in around)):
            runs = self.runs(each)
            if not runs:
                continue
            # A helper that could not be marked may have written it: then the line that includes it is only near.
            hidden = any(name in self.hidden for name in runs[0].called)
            lines = list(dict.fromkeys(self._location(run) for run in runs))
            return TemplatePlace(lines[0], Precision.ancestor if hidden else precision, tuple(lines[1:]))
        return TemplatePlace(Location(location.file, 1, 1), Precision.file)

    def _location(self, run: Run) -> Location:
        return Location(f"{self.origin.shown}/{run.file}", run.line, run.column)


def trace(origin: ChartOrigin, chart: ChartCopy) -> Trace:
    """Render the copy with marks until it renders to the same, at most four times."""
    writing = chart.writers()
    helpers = frozenset(writing)
    attempt = 0
    while True:
        marks = chart.mark(helpers)
        [answer] = origin.again(chart.folder, [origin.request.values])
        found = {} if isinstance(answer, RenderError) else _laid_out(origin, answer, marks)
        blamed = frozenset(marks.runs[number].definition for each in found.values() for number in each.blamed) & helpers
        if not blamed and (not found or not all(each.whole for each in found.values())):
            # No mark shows: first to go are the helpers that somebody does more with than indent, then all.
            blamed = helpers & {name for name, indented in writing.items() if not indented} or helpers
        attempt += 1
        if not blamed or attempt == _ROUNDS:
            break
        helpers -= blamed
    why = f"with marks in its templates {answer.message}" if isinstance(answer, RenderError) else ""
    return Trace(origin, marks, found, frozenset(writing) - helpers, why)


def _laid_out(origin: ChartOrigin, marked: Sequence[RenderedFile], marks: Marks) -> dict[str, Origins]:
    texts = {name: unboxed(text, marks.word) for name, text in by_template(marked).items()}
    return {name: origins(text, texts.get(name, ""), marks.word) for name, text in by_template(origin.files).items()}
