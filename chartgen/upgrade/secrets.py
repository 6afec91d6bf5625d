"""Values that are never shown."""

from __future__ import annotations

import re
from typing import Any

# Of tokens only those that let somebody in: not --max-num-batched-tokens and --tokenizer.
_WORD = (
    r"(?:token(?!s|i[sz])|(?:access|api|auth|bearer|hf|hub)[-_]?tokens|passw|secret|credential|"
    r"(?:access|api|private)[-_]?key)"
)
# Bounded and begun at a boundary: a file in a ConfigMap may be one word of a million characters.
_START, _NAME = r"(?<![\w-])", rf"[\w-]{{0,64}}?{_WORD}[\w-]{{0,64}}"
_SECRET_NAME = re.compile(_WORD, re.IGNORECASE)
_OPTION = re.compile(rf"(--?[\w-]*{_WORD}[\w-]*)=.*", re.IGNORECASE | re.DOTALL)
_WITHIN = re.compile(
    rf"({_START}{_NAME}[\"']?\s{{0,8}}[:=]\s{{0,8}}|{_START}-{_NAME}\s{{1,8}}(?!-)|\bbearer\s{{1,8}})"
    r"(\"[^\"]*\"|'[^']*'|[^\s;&|\"']+)",
    re.IGNORECASE,
)
"""Inside of a longer text: `NAME=...` and `"name": "..."`, `--option ...`, `Bearer ...`."""

_ADDRESS = re.compile(r"(://[^\s/@:]{0,256}:)[^\s/\"']{1,256}@")
"""`scheme://user:password@`"""

_HIDDEN = "..."


def is_secret(kind: tuple[str, str], keys: tuple[str, ...]) -> bool:
    """Whether the value that these keys lead to is one: data of a Secret, what is called like one elsewhere.

    Elsewhere are variables and the data of a ConfigMap. Members of lists that have names stand in `keys` by their
    names.
    """
    if keys[:1] == ("data",):
        return kind == ("", "Secret") or bool(_SECRET_NAME.search(keys[-1]))
    return len(keys) > 2 and keys[-1] == "value" and keys[-3] == "env" and bool(_SECRET_NAME.search(keys[-2]))


def masked(value: Any) -> Any:
    """The value with the secrets in it left out: of variables, of options such as `--api-key`, and inside of texts."""
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
    return _without(value) if isinstance(value, str) else value


def _without(text: str) -> str:
    option = _OPTION.fullmatch(text)
    if option:
        return f"{option[1]}={_HIDDEN}"
    return _ADDRESS.sub(rf"\1{_HIDDEN}@", _WITHIN.sub(rf"\1{_HIDDEN}", text))


def _names_secret(argument: Any) -> bool:
    return isinstance(argument, str) and argument.startswith("-") and _OPTION.fullmatch(f"{argument}=") is not None
