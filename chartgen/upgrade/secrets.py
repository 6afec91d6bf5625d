"""Values that are never shown."""

from __future__ import annotations

import re
from typing import Any

_SECRET_NAME = re.compile(r"token|passw|secret|credential|api[-_]?key|access[-_]?key|private[-_]?key", re.IGNORECASE)
_OPTION = re.compile(r"(--?[\w-]*(?:token|passw|secret|credential|api[-_]?key)[\w-]*)=.*", re.IGNORECASE | re.DOTALL)
_HIDDEN = "..."


def is_secret(kind: tuple[str, str], keys: tuple[str, ...]) -> bool:
    """Whether the value that these keys lead to is one: data of a Secret, a variable that is called like one.

    Members of lists that have names stand in `keys` by their names.
    """
    if kind == ("", "Secret") and keys[:1] == ("data",):
        return True
    return len(keys) > 2 and keys[-1] == "value" and keys[-3] == "env" and bool(_SECRET_NAME.search(keys[-2]))


def masked(value: Any) -> Any:
    """The value with the secrets in it left out: of variables, and of options such as `--api-key`."""
    if isinstance(value, dict):
        named = isinstance(value.get("name"), str) and _SECRET_NAME.search(value["name"])
        return {
            key: _HIDDEN if named and key == "value" and isinstance(member, str) else masked(member)
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [
            _HIDDEN if index and isinstance(member, str) and _names_secret(value[index - 1]) else masked(member)
            for index, member in enumerate(value)
        ]
    return _OPTION.sub(rf"\1={_HIDDEN}", value) if isinstance(value, str) else value


def _names_secret(argument: Any) -> bool:
    return isinstance(argument, str) and argument.startswith("-") and _OPTION.fullmatch(f"{argument}=") is not None
