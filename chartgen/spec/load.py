"""Loading a values file: read, check, complete, derive, write canonically."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from chartgen import reader
from chartgen.errors import InputError, ValuesInvalid
from chartgen.model.location import Location
from chartgen.model.pointer import pointer_to
from chartgen.model.problem import Problem
from chartgen.model.spec import Choices, Demand, Spec
from chartgen.spec.build import build, derived_values
from chartgen.spec.canonical import canonical_text
from chartgen.spec.certain import certain_refusals
from chartgen.spec.checks import Refusal, check
from chartgen.spec.choices import choices, chosen
from chartgen.spec.completion import completed
from chartgen.spec.derive import derive, totals
from chartgen.spec.fault import Fault, dotted, path_of
from chartgen.spec.layout import Path, layout
from chartgen.spec.model_config import with_config
from chartgen.spec.overrides import override
from chartgen.spec.problems import faults
from chartgen.spec.schema import composed

_SET = "--set"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A values file that was accepted.

    `values` are complete and in canonical order, with the `derived:` block; `text` is the same as YAML, with the
    file's comments. `warnings` are sorted by place. `totals` is what the release takes of quotas.
    """

    spec: Spec
    values: dict[str, Any]
    choices: Choices
    warnings: tuple[Problem, ...]
    text: str
    file: str
    totals: tuple[Demand, ...]

    @property
    def ready_seconds(self) -> int:
        """The longest time from a new pod to its first answer, or to its first request where it serves nobody."""
        derived = self.spec.derived
        assert derived is not None
        own = self.spec.lifecycle.startup_seconds
        return derived.time_to_ready + (0 if own is None else own - derived.startup_seconds)


def load(path: FilePath, sets: Sequence[str] = ()) -> Loaded:
    """Load the values file at `path`, with the `KEY=VALUE` overrides of `sets`.

    Raises InputError for a file that cannot be read, UsageError for an override that is none, and ValuesInvalid with
    every problem at once for values that are refused.
    """
    file = str(path)
    return load_text(reader.read(path), file, sets)


def load_text(text: str, file: str, sets: Sequence[str] = ()) -> Loaded:
    """Load the values file with this text; `file` is the name to print. Raises what `load` raises."""
    source = _Source.read(text, file)
    values, source.overridden = override(source.values, sets)
    values, unread = with_config(values, FilePath(file).parent)
    made = chosen(values)
    found = unread + faults(values, made, source.raw())
    if any(fault.hides for fault in found):
        known = {fault.path for fault in found}
        certain = [_fault(refusal) for refusal in certain_refusals(values, found)]
        found += [fault for fault in certain if fault.path not in known]
        raise ValuesInvalid(file, source.problems(found))
    whole = completed(composed(), values, made)
    spec = build(whole)
    derived = derive(spec)
    spec = dataclasses.replace(spec, derived=derived)
    refusals = check(spec, derived, made)
    found += [_fault(refusal) for refusal in refusals if refusal.fatal]
    if found:
        raise ValuesInvalid(file, source.problems(found))
    whole["derived"] = derived_values(derived)
    warnings = source.problems([_fault(refusal) for refusal in refusals], fatal=False)
    written = canonical_text(whole, text, values)
    return Loaded(spec, whole, choices(values), warnings, written, file, totals(spec, derived))


def _fault(refusal: Refusal) -> Fault:
    remedy = refusal.remedy
    if remedy.split(" ", 1)[0].isalpha():
        remedy = remedy[:1].upper() + remedy[1:]
    return Fault(path_of(refusal.key), refusal.message, remedy if remedy.endswith((".", "?")) else remedy + ".")


@dataclass(slots=True)
class _Source:
    """The text behind the values, to say where a problem stands."""

    text: str
    file: str
    start: int
    values: dict[str, Any]
    overridden: Mapping[Path, str] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str, file: str) -> _Source:
        documents = reader.parse(text, file, single=True)
        value = documents[0].value if documents else None
        start = documents[0].start if documents else 0
        if value is not None and not isinstance(value, dict):
            raise InputError(
                f"the file holds {'a list' if isinstance(value, list) else 'a single value'}, not a map of keys",
                remedy="Begin with `model:`, and write the keys below it.",
                location=reader.locate(text, start, [""], file)[""],
            )
        return cls(text, file, start, value or {})

    def raw(self) -> dict[Path, str]:
        """The scalars as they stand in the file or in an override, by path."""
        spans = layout(self.text[self.start :]).values
        written = {path: self.text[self.start + start : self.start + end] for path, (start, end) in spans.items()}
        return {**written, **self.overridden}

    def problems(self, faults: Iterable[Fault], *, fatal: bool = True) -> tuple[Problem, ...]:
        """The faults at their places, in the order of the file, those of overrides last."""
        found = list(faults)
        places = reader.locate(self.text, self.start, [pointer_to(fault.path) for fault in found], self.file)
        problems = [
            Problem(self._place(fault.path, places), dotted(fault.path), fault.message, fault.remedy, fatal)
            for fault in found
        ]
        return tuple(sorted(problems, key=lambda told: (told.location.file == _SET, told.location, told.key)))

    def _place(self, path: Path, places: Mapping[str, Location]) -> Location:
        if any(path[: len(overridden)] == overridden for overridden in self.overridden):
            return Location(_SET, 1, 1)
        return places[pointer_to(path)]
