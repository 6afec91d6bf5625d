"""Values files for those who begin: presets, and drafts from a few answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chartgen import resources
from chartgen.errors import UsageError, ValuesInvalid
from chartgen.model.problem import Problem

if TYPE_CHECKING:
    from chartgen.spec import Question

_SCHEMA_LINE = re.compile(r"\A# yaml-language-server:[^\n]*\n")

_REMEDY = "give --model, --gpu and --provider, or --preset; on a terminal chartgen asks for them"


def presets() -> tuple[str, ...]:
    """The names of the examples, sorted."""
    return tuple(sorted(path.stem for path in resources.folder("examples").glob("*.yaml")))


def preset(name: str) -> str:
    """The text of an example, with the schema line that belongs to a file outside of the examples."""
    from chartgen import spec  # noqa: PLC0415 - a list of presets needs no generator

    text = (resources.folder("examples") / f"{name}.yaml").read_text(encoding="utf-8")
    return f"{spec.SCHEMA_LINE}\n{_SCHEMA_LINE.sub('', text)}"


def next_question(values: Mapping[str, Any]) -> Question | None:
    """What to ask for next, from what `values` hold already; None if that is enough for a file."""
    from chartgen import spec  # noqa: PLC0415 - as above

    return spec.next_question(values)


def with_sets(values: Mapping[str, Any], sets: Sequence[str]) -> dict[str, Any]:
    """`values` with `KEY=VALUE` overrides. Raises UsageError for one that is none."""
    from chartgen import spec  # noqa: PLC0415 - as above

    return spec.override(values, sets)[0]


def drafted(values: Mapping[str, Any], sets: Sequence[str], file: str) -> tuple[str, tuple[Problem, ...]]:
    """A commented values file with these values and `KEY=VALUE` overrides, and the warnings about it.

    `file` is the name to print. Raises UsageError for an override that is none, and ValuesInvalid where chartgen would
    not render such a file.
    """
    from chartgen import spec  # noqa: PLC0415 - as above

    whole = with_sets(values, sets)
    if not whole:
        raise UsageError("no values file was written: there is nothing to put into it", remedy=_REMEDY)
    try:
        spec.load_text(spec.plain(whole), file)
    except ValuesInvalid as error:
        error.message = "no values file was written: chartgen would refuse it"
        raise
    text = spec.draft(whole)
    return text, spec.load_text(text, file).warnings
