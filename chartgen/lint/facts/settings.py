"""The environment variables that a server sees, from its container and from the script that starts it."""

from __future__ import annotations

from chartgen.lint.facts.engine import CONTAINER, of
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.release import Subject

_YES = frozenset({"1", "true", "yes", "on", "y", "t"})


@fact("engine.variables", FactType.STRINGS, on=CONTAINER)
def variables(subject: Subject) -> list[str] | None:
    """Names of the variables that are set for the server, unless to the empty text; sorted."""
    engine = of(subject)
    if engine is None:
        return None
    return sorted(name for name, word in engine.variables.values.items() if word.text or not word.known)


@fact("engine.switchedOn", FactType.STRINGS, on=CONTAINER)
def switched_on(subject: Subject) -> list[str] | None:
    """Names of the variables whose value says yes (1, true, yes, on), sorted."""
    engine = of(subject)
    if engine is None:
        return None
    values = engine.variables.values.items()
    return sorted(name for name, word in values if word.known and word.text.strip().lower() in _YES)
