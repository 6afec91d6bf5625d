"""Charts that do not say which values they take."""

from __future__ import annotations

from collections.abc import Iterable

from chartgen.model.finding import Finding, ObjectRef
from chartgen.model.location import Location
from chartgen.pipeline.checking import Batch, Policy
from chartgen.pipeline.diagnostics import VALUES_SCHEMA_MISSING

_NO_OBJECT = ObjectRef("", "", "", "")


def unschemed(batches: Iterable[Batch], policy: Policy) -> list[Finding]:
    """A finding for each chart, whatever sets of values it was rendered with, that has values and no schema of them."""
    diagnostic = policy.diagnostics.get(VALUES_SCHEMA_MISSING.name)
    if diagnostic is None:
        return []
    charts = {origin.shown: origin for batch in batches for origin in batch.origins if not origin.made_here}
    message = "the chart has no values.schema.json: a misspelt key of its values changes nothing, and nobody says so"
    return [
        Finding(diagnostic.name, diagnostic.severity, message, _NO_OBJECT, "", Location(f"{shown}/values.yaml", 1, 1))
        for shown, origin in sorted(charts.items())
        if (origin.request.chart_dir / "values.yaml").is_file()
        and not (origin.request.chart_dir / "values.schema.json").is_file()
    ]
