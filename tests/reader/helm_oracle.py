"""Helm as the judge of how YAML is read: one chart that prints `fromYaml | toJson` of many texts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

REFUSED = "Helm refuses this text"

_TEMPLATE = """\
{{- range $path, $_ := .Files.Glob "texts/*" }}
{{ base $path }} {{ $.Files.Get $path | fromYaml | toJson }}
{{- end }}
"""


def ask(folder: Path, texts: Sequence[str]) -> list[Any]:
    """What Helm reads from each text, with all numbers as floats, or REFUSED."""
    import helm_python

    (folder / "texts").mkdir()
    (folder / "templates").mkdir()
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: oracle\nversion: 0.1.0\n")
    (folder / "templates" / "all.yaml").write_text(_TEMPLATE)
    for number, text in enumerate(texts):
        (folder / "texts" / f"{number:06}").write_text(text)
    with helm_python.Chart.load(folder) as chart:
        rendered = chart.render()
    lines = (line.partition(" ") for output in rendered.values() for line in output.splitlines() if line)
    answers = {int(number): floats(json.loads(answer)) for number, _, answer in lines}
    return [REFUSED if list(answers[number]) == ["Error"] else answers[number] for number in range(len(texts))]


def floats(value: Any) -> Any:
    """The value with every number as a float, as Helm has only those."""
    if isinstance(value, dict):
        return {name: floats(member) for name, member in value.items()}
    if isinstance(value, list):
        return [floats(member) for member in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
