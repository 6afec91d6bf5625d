"""The fields in which two objects differ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from chartgen.model.change import ABSENT, FieldChange
from chartgen.model.pointer import escape
from chartgen.upgrade.normal import MEAN_NOTHING_EMPTY, canonical
from chartgen.upgrade.secrets import is_secret, masked

_NOISE = frozenset({"helm.sh/chart", "app.kubernetes.io/version", "app.kubernetes.io/managed-by", "chart", "heritage"})
"""Labels of an object that change with every version of a chart and that nothing selects by.

Those of an InferenceService are handed on to its pods, and so replace them.
"""

_SCALARS = (str, int, float, bool)


def compare(kind: tuple[str, str], old: dict[str, Any], new: dict[str, Any]) -> tuple[FieldChange, ...]:
    """Every field that differs between two objects in their normal form, sorted by its path."""
    found = _Comparison(kind).maps(old, new, (), "")
    return tuple(sorted(found, key=lambda change: (change.path, change.pointer)))


class _Comparison:
    """Walks two values at once; `keys` are for people, the pointer is that of the new value."""

    def __init__(self, kind: tuple[str, str]) -> None:
        self._kind = kind

    def maps(self, old: dict[str, Any], new: dict[str, Any], keys: tuple[str, ...], at: str) -> Iterator[FieldChange]:
        for key in sorted({*old, *new}):
            before, after = old.get(key, ABSENT), new.get(key, ABSENT)
            yield from self._values(before, after, (*keys, key), f"{at}/{escape(key)}")

    def _values(self, old: Any, new: Any, keys: tuple[str, ...], at: str) -> Iterator[FieldChange]:
        around = keys[-2] if len(keys) > 1 else ""
        if canonical(old, keys[-1], around) == canonical(new, keys[-1], around):
            return
        if keys[-1] in MEAN_NOTHING_EMPTY:
            old, new = _map(old), _map(new)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from self.maps(old, new, keys, at)
        elif isinstance(old, list) and isinstance(new, list):
            yield from self._lists(old, new, keys, at)
        else:
            yield self._change(old, new, keys, at)

    def _lists(self, old: list[Any], new: list[Any], keys: tuple[str, ...], at: str) -> Iterator[FieldChange]:
        before, after = _names(old), _names(new)
        if before is None or after is None:
            yield from self._sequences(old, new, keys, at)
            return
        for name in sorted({*before, *after}):
            one = old[before[name]] if name in before else ABSENT
            other = new[after[name]] if name in after else ABSENT
            index = after[name] if name in after else before[name]
            yield from self._values(one, other, (*keys, f"[{name}]"), f"{at}/{index}")
        order = [name for name in before if name in after]
        if order != [name for name in after if name in before]:
            yield FieldChange(at, f"{_path(keys)} (order)", list(before), list(after))

    def _sequences(self, old: list[Any], new: list[Any], keys: tuple[str, ...], at: str) -> Iterator[FieldChange]:
        before, after = _texts(old, keys[-1]), _texts(new, keys[-1])
        hidden_old, hidden_new = masked(old), masked(new)
        for action, start, end, first, last in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
            if action == "equal":
                continue
            pairs = min(end - start, last - first)
            for offset in range(pairs):
                inner, index = (*keys, f"[{first + offset}]"), first + offset
                one, other = old[start + offset], new[index]
                if isinstance(one, _SCALARS) and isinstance(other, _SCALARS):
                    shown = (hidden_old[start + offset], hidden_new[index])
                    yield self._told(*shown, inner, f"{at}/{index}", secret=shown[0] == shown[1])
                else:
                    yield from self._values(one, other, inner, f"{at}/{index}")
            for index in range(start + pairs, end):
                yield self._told(hidden_old[index], ABSENT, (*keys, f"[{index}]"), f"{at}/{index}")
            for index in range(first + pairs, last):
                yield self._told(ABSENT, hidden_new[index], (*keys, f"[{index}]"), f"{at}/{index}")

    def _change(self, old: Any, new: Any, keys: tuple[str, ...], at: str) -> FieldChange:
        before, after = masked(old), masked(new)
        return self._told(before, after, keys, at, secret=before == after)

    def _told(self, old: Any, new: Any, keys: tuple[str, ...], at: str, *, secret: bool = False) -> FieldChange:
        noise = keys[:2] == ("metadata", "labels") and keys[-1] in _NOISE and self._kind[1] != "InferenceService"
        path = _path(keys)
        secret = secret or is_secret(self._kind, tuple(key.strip("[]") for key in keys))
        return FieldChange(at, path, ABSENT, ABSENT, True) if secret else FieldChange(at, path, old, new, noise=noise)


def _texts(members: list[Any], key: str) -> list[str]:
    """The members as texts that are equal for values which mean the same."""
    return [json.dumps(canonical(each, "", key), sort_keys=True, default=str) for each in members]


def _map(value: Any) -> Any:
    return {} if value is ABSENT else value


def _names(members: list[Any]) -> dict[str, int] | None:
    """The index of each member by its name, in their order; None if they are not told apart by names."""
    names: dict[str, int] = {}
    for index, member in enumerate(members):
        name = _name(member)
        if name is None or name in names:
            return None
        names[name] = index
    return names


def _name(member: Any) -> str | None:
    if not isinstance(member, dict):
        return None
    metadata = member.get("metadata")
    name = member.get("name", metadata.get("name") if isinstance(metadata, dict) else None)
    return name if isinstance(name, str) else None


def _path(keys: tuple[str, ...]) -> str:
    """`spec.template.spec.containers[vllm].image`; a key with a dot or slash is quoted: `labels['a/b']`."""
    path = ""
    for key in keys:
        if key.startswith("[") and key.endswith("]"):
            path += key
        elif any(character in key for character in "./[]'"):
            path += f"['{key}']"
        else:
            path += f".{key}" if path else key
    return path
