"""What a plain scalar means to kubectl and Helm: the rules of sigs.k8s.io/yaml (goyaml v2, then JSON).

They are neither YAML 1.1 nor 1.2: `y`, `yes` and `on` are booleans, `010` is 8 and so is `08`, `0o10` is 8 too, `22:22`
and `2020-01-01` are strings, `1_000` is a number, `1e400` is a string since it fits no float. Numbers travel as JSON:
`1.0` and `1e3` are integers.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from typing import Any, Final

_TAG: Final = "tag:yaml.org,2002:"
_INT64: Final = 2**63
_UINT64: Final = 2**64

_WORDS: Final[dict[str, Any]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_FRACTION = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?", re.ASCII)
_SIGNED_BINARY = re.compile(r"0b([-+][01]{1,63})", re.ASCII)


def scalar(text: str) -> Any:
    """The value of the plain scalar `text`: None, bool, int, float or str.

    Integers fit 64 bits; larger ones come back as floats. `.inf` and `.nan` come back as such: JSON has no word for
    them, so whoever builds a document refuses them as a value.
    """
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if first in "0123456789+-":
        return _number(text)
    if first == "." and _FRACTION.fullmatch(text):
        return _finite(float(text), text)
    return text


def tagged(text: str, tag: str) -> Any:
    """The value of a scalar with an explicit tag; ValueError if the text is not what the tag promises.

    A tag that YAML does not define, and the non-specific `!`, leave the text as it is.
    """
    name = tag.removeprefix(_TAG)
    if name == "binary":
        return _binary(text)
    if name == tag or name not in _TYPES:
        return text
    value = scalar(text)
    if name in ("str", "timestamp"):
        return text
    if name == "float" and isinstance(value, int) and not isinstance(value, bool):
        return value
    whole = name != "int" or (not isinstance(value, bool) and not _is_float_text(text))
    if not isinstance(value, _TYPES[name]) or not whole:
        raise ValueError(f"{text!r} is no {name}, as its tag says")
    return value


_TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "str": str,
    "bool": bool,
    "int": (int, float),
    "float": float,
    "null": type(None),
    "timestamp": str,
}


def _is_float_text(text: str) -> bool:
    """Of a number: Go reads it as a float (`08`, `1.0`, `1e3`), although it may be whole after its way through JSON."""
    plain = text.replace("_", "")
    return _integer(plain) is None and not _SIGNED_BINARY.fullmatch(plain)


def _number(text: str) -> Any:
    plain = text.replace("_", "") if "_" in text else text
    integer = _integer(plain)
    if integer is not None:
        return integer if -_INT64 <= integer < _INT64 else float(integer)
    if _FLOAT.fullmatch(plain):
        return _finite(float(plain), text)
    signed = _SIGNED_BINARY.fullmatch(plain)  # `0b-1` is -1 to Go
    return int(signed[1], 2) if signed else text


def _integer(plain: str) -> int | None:
    match = _INTEGER.fullmatch(plain)
    if match is None:
        return None
    sign, hexadecimal, binary, octal, decimal = match.groups()
    if decimal is not None:
        if len(decimal) > 20:
            return None
        value = int(decimal)
    else:
        value = int(hexadecimal, 16) if hexadecimal else int(binary, 2) if binary else int(octal, 8)
    if sign == "-":
        return -value if value <= _INT64 else None
    return value if value < (_INT64 if sign else _UINT64) else None


def _finite(value: float, text: str) -> Any:
    """A whole number below 2**63 is an integer after its way through JSON; one beyond all floats stays a string."""
    if math.isinf(value):
        return text
    return int(value) if value.is_integer() and -_INT64 < value < _INT64 else value


def _binary(text: str) -> str:
    try:
        return base64.b64decode(text.translate(_NO_BREAKS), validate=True).decode()
    except binascii.Error as error:
        raise ValueError("the value is tagged !!binary but is no base64") from error
    except UnicodeDecodeError as error:
        raise ValueError("the value is tagged !!binary and holds bytes that are no UTF-8 text") from error


_NO_BREAKS = {ord("\r"): None, ord("\n"): None}


def key(text: str) -> str | None:
    """The map key that the plain scalar `text` becomes in JSON; None if it cannot be one (null, a huge integer)."""
    value = scalar(text)
    if isinstance(value, int) and not isinstance(value, bool) and _is_float_text(text):
        return _float_key(float(text.replace("_", "")))  # `value` has lost the sign of -0.0
    if isinstance(value, float) and not _is_float_text(text):
        return None
    return key_of(value)


def key_of(value: Any) -> str | None:
    """The map key that a value becomes in JSON, or None if it cannot be one."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return _float_key(value) if isinstance(value, float) else None


def _float_key(value: float) -> str:
    """Go's shortest form of the 32-bit float, which is what a float key is rounded to."""
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    try:
        single = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return ".inf" if value > 0 else "-.inf"
    digits = next((n for n in range(9) if _single(f"{single:.{n}e}") == single), 9)
    mantissa, _, exponent = f"{single:.{digits}e}".partition("e")
    if -4 <= int(exponent) < 6:
        return f"{single:.{max(digits - int(exponent), 0)}f}"
    return f"{mantissa}e{exponent}"


def _single(text: str) -> float:
    try:
        value: float = struct.unpack("<f", struct.pack("<f", float(text)))[0]
    except OverflowError:  # the largest float, rounded up
        return math.inf
    return value
