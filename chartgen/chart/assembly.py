"""A chart from values and choices: templates by Jinja, everything that holds a user's text as data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from chartgen import resources
from chartgen.catalogue import workloads
from chartgen.chart.attachments import attachments
from chartgen.chart.metadata import KUBE_VERSION, chart_yaml
from chartgen.chart.narrow import narrow
from chartgen.chart.readme import demands, introduction, readme
from chartgen.chart.templates import templates
from chartgen.model.chart import Chart
from chartgen.model.spec import Choices, Demand

_FOLDER = "vllm"
_KEYWORDS = ("gpu", "inference", "llm", "vllm")


def assemble(
    values: Mapping[str, Any],
    choices: Choices,
    values_text: str,
    schema: Mapping[str, Any],
    totals: Sequence[Demand],
) -> Chart:
    """The chart for one values file.

    `values` is what `values_text`, the canonical values.yaml, says: defaults filled in, `derived` included. `schema`
    is the composed input schema, `totals` what the release takes of quotas. The chart holds the same bytes for the
    same arguments.
    """
    about, derived = values["chart"], values["derived"]
    description = about.get("description") or _description(values["model"]["id"], workloads.workload(choices.kind))
    metadata = chart_yaml(
        name=derived["name"],
        version=about["version"],
        app_version=about.get("appVersion") or derived["appVersion"],
        description=description,
        keywords=_KEYWORDS,
        kube_version=f">={derived['kubernetesSince']}.0-0" if "kubernetesSince" in derived else KUBE_VERSION,
        home=about.get("home"),
        maintainers=about.get("maintainers", ()),
        images={name: values[name]["image"] for name in ("engine", "test") if name in values},
    )
    made = templates(_FOLDER, choices)
    serves = workloads.workload(choices.kind).serves
    opening = introduction(derived["name"], description, derived["timeToReady"], serves=serves)
    files = {
        "Chart.yaml": metadata,
        "values.yaml": values_text,
        "values.schema.json": json.dumps(narrow(schema, values, choices), indent=2, ensure_ascii=False) + "\n",
        "README.md": readme(opening + demands(totals), schema, values, choices),
        ".helmignore": (resources.folder("charts") / _FOLDER / ".helmignore").read_text(encoding="utf-8"),
        **made,
        **attachments(_FOLDER, made),
    }
    return Chart(derived["name"], about["version"], files)


def _description(model: str, kind: workloads.WorkloadKind) -> str:
    return f"vLLM {'serving' if kind.serves else 'working off a batch with'} {model} as {kind.indefinite}"
