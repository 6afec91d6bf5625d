"""Baselines: findings that were there when somebody began to lint, written down so that only new ones are shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from chartgen import reader, resources
from chartgen.errors import InputError, UsageError
from chartgen.lint import Names
from chartgen.model.finding import Finding, ObjectRef
from chartgen.model.manifest import Source
from chartgen.pipeline.files import write_text

VERSION = 1


class Entry(NamedTuple):
    """What tells a finding from others, wherever its line moves: the same that its fingerprint is made of."""

    rule: str
    object: str
    path: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """`entries` count findings, by today's names of rules; `pointers` say where each stands in the file."""

    source: Source
    entries: Mapping[Entry, int]
    pointers: Mapping[Entry, str]
    renamed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sifted:
    """`gone` are entries of the baseline that no finding has, although its rule and its object were looked at."""

    kept: list[Finding]
    hidden: int
    gone: list[Entry]


def entry(finding: Finding) -> Entry:
    return Entry(finding.rule, _object(finding.object) if finding.object.kind else finding.location.file, finding.path)


def write(file: Path, findings: Iterable[Finding]) -> int:
    """Write a baseline that hides exactly these findings, whole or not at all; the number of them.

    Raises UsageError if it cannot be written.
    """
    counts = Counter(entry(finding) for finding in findings)
    rows = [each._asdict() | ({"count": number} if number > 1 else {}) for each, number in sorted(counts.items())]
    lines = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in rows)
    listed = f"[\n{lines}\n  ]" if rows else "[]"
    write_text(file, f'{{\n  "version": {VERSION},\n  "findings": {listed}\n}}\n')
    return counts.total()


def read(file: Path, names: Names) -> Baseline:
    """The baseline in a file. Raises UsageError, with the place, for one that is not well formed."""
    try:
        text = reader.read(file)
        documents = reader.parse(text, str(file), single=True)
    except InputError as error:
        raise _malformed(file, error.message, error.remedy, error) from None
    value: Any = documents[0].value if documents else None
    if problem := _problem(value):
        pointer, what = problem
        location = reader.locate(text, 0, [pointer], str(file))[pointer]
        raise UsageError(f"nothing was linted: {file} is no baseline: {what}", remedy=_REMEDY, location=location)
    entries: Counter[Entry] = Counter()
    pointers: dict[Entry, str] = {}
    rules = []
    for index, row in enumerate(value["findings"]):
        each = Entry(names.now(row["rule"]), row["object"], row["path"])
        entries[each] += row.get("count", 1)
        pointers.setdefault(each, f"/findings/{index}")
        rules.append(row["rule"])
    return Baseline(Source(str(file), text), entries, pointers, names.renamed(rules))


def sift(baseline: Baseline, findings: Sequence[Finding], rules: Collection[str], seen: Iterable[ObjectRef]) -> Sifted:
    """The findings that do not stand in the baseline. `rules` were applied, the objects `seen` were linted."""
    left = Counter(baseline.entries)
    kept = []
    for finding in findings:
        each = entry(finding)
        if left[each] and not finding.unknown:
            left[each] -= 1
        else:
            kept.append(finding)
    objects = {_object(reference) for reference in seen}
    gone = [each for each in sorted(left) if left[each] and each.rule in rules and each.object in objects]
    return Sifted(kept, len(findings) - len(kept), gone)


_REMEDY = "Write it anew with --write-baseline."


def _object(reference: ObjectRef) -> str:
    name = "/".join(part for part in (reference.namespace, reference.name) if part)
    return " ".join(part for part in (reference.api_version, reference.kind, name) if part)


def _malformed(file: Path, what: str, remedy: str, error: InputError) -> UsageError:
    absent = not file.exists()
    return UsageError(
        f"nothing was linted: there is no baseline {file}" if absent else f"nothing was linted: {what}",
        remedy=f"Make it with --write-baseline {file}." if absent else remedy or _REMEDY,
        location=None if absent else error.location,
        option="baseline",
    )


def _problem(value: Any) -> tuple[str, str] | None:
    """(JSON pointer, sentence) of the first thing that the schema does not allow."""
    import jsonschema_rs  # noqa: PLC0415 - only a run with a baseline needs it

    text = (resources.folder("schemas") / "baseline.schema.json").read_text(encoding="utf-8")
    errors = jsonschema_rs.validator_for(json.loads(text)).iter_errors(value)
    found = sorted(("".join(f"/{part}" for part in error.instance_path), error.message) for error in errors)
    return found[0] if found else None
