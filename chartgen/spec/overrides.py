"""`--set key=value`: single keys that win over the values file."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any

from chartgen import reader
from chartgen.errors import InputError, UsageError
from chartgen.spec.layout import Path

_STEP = re.compile(r"((?:[^.\[\]\\=]|\\.)+)((?:\[\d+\])*)")
_LONGEST_LIST = 1000
_REMEDY = "Write --set KEY=VALUE, such as --set workload.replicas=3 or --set engine.image.pullSecrets[0]=login."


def override(values: Mapping[str, Any], sets: Iterable[str]) -> tuple[dict[str, Any], dict[Path, str]]:
    """A copy of `values` with every `KEY=VALUE` of `sets` in it, and the texts of the values by path.

    Keys are dotted, `\\.` is a dot inside a key, `[0]` an item of a list. Values are YAML scalars, so quotes make text
    of a number; `null` removes the key. Raises UsageError for anything else.
    """
    result = copy.deepcopy(dict(values))
    texts: dict[Path, str] = {}
    for assignment in sets:
        key, sign, text = _split(assignment)
        if not sign:
            raise UsageError(f"--set {assignment}: there is no `=`", remedy=_REMEDY)
        path = _path(assignment, key)
        _assign(assignment, result, path, _value(assignment, text))
        texts[path] = text
    return result, texts


def _split(assignment: str) -> tuple[str, str, str]:
    match = re.match(r"((?:[^\\=]|\\.)*)(=?)(.*)", assignment, re.DOTALL)
    return (match[1], match[2], match[3]) if match else (assignment, "", "")


def _path(assignment: str, key: str) -> Path:
    path: list[str | int] = []
    position = 0
    while position < len(key) or not path:
        step = _STEP.match(key, position)
        if step is None or (step.end() < len(key) and key[step.end()] != ".") or key.endswith("."):
            raise UsageError(f"--set {assignment}: `{key}` is not a key", remedy=_REMEDY)
        path.append(re.sub(r"\\(.)", r"\1", step[1]))
        path += [int(index) for index in re.findall(r"\d+", step[2])]
        position = step.end() + 1
    return tuple(path)


def _value(assignment: str, text: str) -> Any:
    if not text:
        return ""
    if text[0] not in "\"'":
        return reader.scalar(text)
    try:
        value = reader.parse(text, "--set", single=True)[0].value
    except InputError as error:
        raise UsageError(f"--set {assignment}: the quoted value does not end with its quote", remedy=_REMEDY) from error
    if not isinstance(value, str):
        raise UsageError(f"--set {assignment}: the value is not one scalar", remedy=_REMEDY)
    return value


def _assign(assignment: str, values: dict[str, Any], path: Path, value: Any) -> None:
    place: Any = values
    for step, following in zip(path, [*path[1:], None], strict=True):
        _fit(assignment, place, step)
        if following is None:
            break
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int):
            if step == len(place):
                place.append(empty)
        elif place.get(step) is None:
            place[step] = empty
        place = place[step]
    last = path[-1]
    if isinstance(place, list) and last == len(place):
        place.append(value)
    elif value is None and isinstance(place, dict):
        place.pop(last, None)
    else:
        place[last] = value


def _fit(assignment: str, place: Any, step: str | int) -> None:
    """Refuse a step that the value at `place` cannot take."""
    if isinstance(step, int):
        if not isinstance(place, list):
            raise UsageError(f"--set {assignment}: the value before [{step}] is not a list", remedy=_REMEDY)
        if step > min(len(place), _LONGEST_LIST):
            raise UsageError(f"--set {assignment}: the list has {len(place)} items", remedy=f"Write [{len(place)}].")
    elif not isinstance(place, dict):
        raise UsageError(f"--set {assignment}: the value before `{step}` has no keys", remedy=_REMEDY)
