"""What every form of a comparison is made from."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from chartgen.model.change import ABSENT, CHANGED, UNCHANGED, FieldChange, ObjectChange, Upgrade, Verdict
from chartgen.model.finding import Severity
from chartgen.report.printable import printable

LONGEST = 60
_PLAIN = re.compile(r"(?!- |true$|false$|null$|[0-9.]+$)[^\s\[\]{}'\"#,&*!|>%@`:?][^\s'\"#{}\[\],]*")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions by the names they were given, what differs, and the verdicts on it, the worst first."""

    old: str
    new: str
    upgrade: Upgrade
    verdicts: tuple[Verdict, ...]

    @property
    def changed(self) -> tuple[ObjectChange, ...]:
        """The objects that differ in more than labels which change with every version of a chart."""
        return tuple(
            each
            for each in self.upgrade.objects
            if each.action != UNCHANGED and not (each.fields and all(field.noise for field in each.fields))
        )

    @property
    def noise(self) -> dict[str, int]:
        """How many objects differ in each label that changes with every version, by its path."""
        found = Counter(field.path for each in self.upgrade.objects for field in each.fields if field.noise)
        return dict(sorted(found.items()))

    def count(self, severity: Severity) -> int:
        return sum(each.severity is severity for each in self.verdicts)

    def actions(self) -> dict[str, int]:
        return Counter(each.action for each in self.upgrade.objects)


def value(field: FieldChange) -> str:
    """`old -> new` of a field on one line; of a secret only that it has changed."""
    if field.secret:
        return "changed (not shown)"
    return f"{shown(field.old)} -> {shown(field.new)}"


def shown(given: Any) -> str:
    """A value as it would stand in YAML, on one line and cut if it is long."""
    if given is ABSENT:
        return "not set"
    if isinstance(given, str) and _PLAIN.fullmatch(given):
        text = given
    else:
        text = json.dumps(given, ensure_ascii=False, sort_keys=True)
    text = printable(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def hooked(change: ObjectChange) -> str:
    """What to say behind the name of a Helm hook; empty for what is none."""
    if not change.hook:
        return ""
    return " (a hook: Helm makes it anew)" if change.action == CHANGED and change.loss is None else " (a hook)"


def identity(change: ObjectChange) -> str:
    """`StatefulSet vllm`, with its namespace if it names one."""
    manifest = change.manifest
    where = f" in namespace {manifest.namespace}" if manifest.namespace else ""
    return printable(f"{manifest.kind} {manifest.name}{where}")
