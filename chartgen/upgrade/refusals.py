"""Changes that the API server refuses."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from chartgen.catalogue import upgrades
from chartgen.catalogue.upgrades import ALLOWED, REFUSED, ImmutableField
from chartgen.model.change import ABSENT, FieldChange, Refusal
from chartgen.model.pointer import keys_of
from chartgen.reader.quantities import amount
from chartgen.upgrade.normal import canonical
from chartgen.upgrade.pointers import as_map, at, walk, within


def refusals(
    kind: tuple[str, str], old: dict[str, Any], new: dict[str, Any], changes: Sequence[FieldChange]
) -> tuple[Refusal, ...]:
    """What the API server refuses of these changes between two objects in their normal form, in table order."""
    found = []
    for row in upgrades.immutable_fields(*kind):
        verdict = _verdict(row, old, new)
        fields = _offending(row, changes)
        if verdict != ALLOWED and fields:
            certain = verdict == REFUSED
            doubt = "" if certain else row.doubt
            found.append(Refusal(fields, certain, doubt, row.sentence, row.remedy, row.source))
    return tuple(found)


def _verdict(row: ImmutableField, old: dict[str, Any], new: dict[str, Any]) -> str:
    before, after = _guarded(row, old), _guarded(row, new)
    key, around = ["", "", *keys_of(row.field)][:-3:-1]
    if canonical(before, key, around) == canonical(after, key, around) or not _applies(row, old, new, after):
        return ALLOWED
    if before is ABSENT:
        return row.added
    return row.removed if after is ABSENT else row.changed


def _applies(row: ImmutableField, old: dict[str, Any], new: dict[str, Any], after: Any) -> bool:
    if not (_all(row.if_old, old) and _all(row.if_new, new)):
        return False
    if any((_any(row.unless_old, old), _any(row.unless_new, new))):
        return False
    if _any(row.unless_either, old) or _any(row.unless_either, new):
        return False
    if (row.to and after != row.to) or (row.unless_to and after == row.unless_to):
        return False
    if row.unless_equal and after == at(new, row.unless_equal):
        return False
    return row.only != "smaller" or _smaller(after, at(old, row.field))


def _all(wanted: Mapping[str, Any], value: Any) -> bool:
    return all(at(value, pointer) == each for pointer, each in wanted.items())


def _any(unwanted: Mapping[str, Any], value: Any) -> bool:
    return any(at(value, pointer) == each for pointer, each in unwanted.items())


def _smaller(after: Any, before: Any) -> bool:
    try:
        return amount(str(after)) < amount(str(before))
    except ValueError:
        return False


def _guarded(row: ImmutableField, value: dict[str, Any]) -> Any:
    """What stands at the field of the row, without the parts that may change."""
    found = at(value, row.field)
    if not row.exempt or not isinstance(found, dict):
        return found
    found = copy.deepcopy(found)
    for pattern in row.exempt:
        holder, _, last = pattern.rpartition("/")
        for member in walk(found, holder):
            as_map(member).pop(last, None)
    return found


def _offending(row: ImmutableField, changes: Sequence[FieldChange]) -> tuple[FieldChange, ...]:
    """The changes in the field of the row, or around it, that are not in a part which may change."""
    exempt = [row.field + pattern for pattern in row.exempt]
    return tuple(
        change
        for change in changes
        if (within(change.pointer, row.field) or within(row.field, change.pointer))
        and not any(within(change.pointer, pattern) for pattern in exempt)
    )
