"""Small charts linted, and where their findings point."""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from pathlib import Path

from conftest import RULES

from chartgen.model.finding import Finding
from chartgen.model.location import Location
from chartgen.pipeline.lint import LintOptions, LintResult, lint

Place = tuple[str, int, str]
"""A template below the chart, the line in it, and how certain it is."""


def write(path: Path, files: Mapping[str, str]) -> Path:
    """A chart folder with these files, each subchart with a Chart.yaml of its own."""
    named = {str(Path(name).parent.parent) for name in files if Path(name).parent.name == "templates"}
    metadata = {
        f"{folder}/Chart.yaml": f"apiVersion: v2\nname: {path.name if folder == '.' else Path(folder).name}\n"
        "version: 0.1.0\n"
        for folder in named
    }
    for name, text in {**metadata, **files}.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return path


def pack(chart: Path, archive: Path) -> Path:
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(chart / "Chart.yaml", f"{chart.name}/Chart.yaml")
        for file in sorted(chart.rglob("*")):
            if file.is_file() and file.name != "Chart.yaml":
                tar.add(file, f"{chart.name}/{file.relative_to(chart)}")
    return archive


def linted(chart: Path, *rules: str, values: tuple[Path, ...] = ()) -> LintResult:
    """The schema findings of a chart, or those of other rules, which may be rules of the tests."""
    options = LintOptions(select=rules or ("schema-invalid",), rule_folders=(RULES,), values=tuple(map(str, values)))
    return lint([str(chart)], None, options)


def findings(chart: Path, *rules: str, values: tuple[Path, ...] = ()) -> dict[str, Finding]:
    """The findings by the path that they are about."""
    result = linted(chart, *rules, values=values)
    assert not result.failures, [error.message for error in result.failures]
    return {finding.path: finding for finding in result.report.findings}


def place(chart: Path, finding: Finding) -> Place:
    assert finding.template is not None
    return (
        relative(chart, finding.template.location),
        finding.template.location.line,
        finding.template.precision.value,
    )


def relative(chart: Path, location: Location) -> str:
    return Path(location.file).relative_to(chart).as_posix()


def keys(chart: Path, finding: Finding) -> list[tuple[str, str | None, int | None]]:
    """The values keys of a finding, with the file below the chart and the line."""
    return [
        (each.path, relative(chart, each.location), each.location.line) if each.location else (each.path, None, None)
        for each in finding.values
    ]
