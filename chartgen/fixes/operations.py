"""Operations on plain data: JSON Patch (RFC 6902) that makes missing parents, and JSON Merge Patch (RFC 7396)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chartgen.model.pointer import keys_of

_APPEND = "-"
_OPTIONAL = frozenset(
    {"annotations", "labels", "nodeSelector", "tolerations", "topologySpreadConstraints", "imagePullSecrets", "volumes"}
    | {"command", "args", "env", "envFrom", "volumeMounts", "resources", "limits", "requests", "securityContext"}
)
"""Lists and maps of metadata, pods and containers that mean the same empty as absent.

An empty `emptyDir` or `matchLabels`, in contrast, says something."""


class NotApplicable(Exception):
    """The operation cannot be applied to this value; the text says why, as a clause."""


def applied(value: Any, op: str, pointer: str, operand: Any) -> Any:
    """A copy of `value` with one operation applied: `add`, `replace`, `remove` or `merge` at `pointer`.

    `remove` and `replace` do nothing where nothing is; the list `env` that `remove` takes the last member of goes too,
    and so does all that means the same without. NotApplicable if something else than a map or list is in the way.
    """
    root = {"": _copy(value)}
    tokens = ["", *keys_of(pointer)]
    *ways, last = tokens
    parent: Any = root
    for token, following in zip(ways, tokens[1:], strict=True):
        if op in ("remove", "replace") and _get(parent, token) is None:
            return value
        parent = _entered(parent, token, [] if following in (_APPEND, "0") else {})
    present = _get(parent, last)
    operand = _copy(operand)
    if op == "remove":
        if present is not None:
            _delete(parent, last)
            _prune(root, tokens[:-1])
    elif op == "merge":
        _put(parent, last, _merged(present, operand), insert=False)
    elif op == "add" or present is not None:
        _put(parent, last, operand, insert=op == "add")
    return root[""]


def touched(value: Any, op: str, pointer: str) -> str:
    """The pointer of what the operation changes: the whole list where members of a list move."""
    parent, _, last = pointer.rpartition("/")
    if not pointer or op in ("replace", "merge"):
        return pointer
    for token in keys_of(parent):
        value = _get(value, token)
    return parent if isinstance(value, list) or last == _APPEND else pointer


def _copy(value: Any) -> Any:
    """A deep copy in which nothing is shared: the parts that a YAML alias repeats are apart, so that one can change."""
    if isinstance(value, dict):
        return {name: _copy(member) for name, member in value.items()}
    return [_copy(member) for member in value] if isinstance(value, list) else value


def _get(parent: Any, token: str) -> Any:
    if isinstance(parent, dict):
        return parent.get(token)
    if isinstance(parent, list) and token.isdecimal() and int(token) < len(parent):
        return parent[int(token)]
    return None


def _entered(parent: Any, token: str, empty: Any) -> Any:
    child = _get(parent, token)
    if child is None:
        _put(parent, token, empty, insert=True)
        return empty
    if not isinstance(child, dict | list):
        raise NotApplicable(f"{token} is neither a map nor a list")
    return child


def _put(parent: Any, token: str, value: Any, *, insert: bool) -> None:
    if isinstance(parent, dict):
        parent[token] = value
    elif token == _APPEND:
        parent.append(value)
    elif not token.isdecimal() or int(token) > len(parent):
        raise NotApplicable(f"the list has no place {token}")
    elif insert or int(token) == len(parent):
        parent.insert(int(token), value)
    else:
        parent[int(token)] = value


def _delete(parent: Any, token: str) -> None:
    del parent[token if isinstance(parent, dict) else int(token)]


def _prune(root: Any, tokens: Sequence[str]) -> None:
    """Take out what the pointer leads to if it is empty and means nothing so, then in the same way what holds it."""
    way = [root]
    for token in tokens:
        way.append(_get(way[-1], token))
    for parent, token in zip(reversed(way[:-1]), reversed(tokens), strict=True):
        if token not in _OPTIONAL or _get(parent, token):
            return
        _delete(parent, token)


def _merged(target: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged
