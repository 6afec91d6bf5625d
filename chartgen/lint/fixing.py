"""The fix of a rule: its expressions compiled, and the operations that they come to for one finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chartgen.lint.environment import Expression
from chartgen.lint.evaluation import Broken, Known, Unknown, outcome, plain_value
from chartgen.lint.facts.registry import RELATED
from chartgen.lint.kinds import kind_of, templates
from chartgen.lint.release import Subject, in_bare
from chartgen.model.finding import Fix, Operation, Place
from chartgen.model.manifest import Manifest
from chartgen.model.rule import Rule, Step

_OWN = ("object", "pod", "parent")
"""What a path may begin at, beside the element itself and the related places."""

Compile = Callable[[str, str, str], Expression]
"""(JSON pointer in the rule file, text, type) to a compiled expression."""


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """A step with its expressions compiled; None where there is none."""

    step: Step
    path: Expression | None
    value: Expression | None
    when: Expression | None


@dataclass(frozen=True, slots=True, eq=False)
class FixProgram:
    """A fix with its expressions compiled; `when` is None where it is one for every finding."""

    safe: bool
    when: Expression | None
    steps: tuple[_Step, ...]


def expressions(rule: Rule) -> Iterator[tuple[str, str, str]]:
    """(JSON pointer in the rule file, text, type) of every expression of the rule's fix."""
    if rule.fix is None:
        return
    if rule.fix.when:
        yield "/fix/when", rule.fix.when, "BOOL"
    for index, step in enumerate(rule.fix.steps):
        at = f"/fix/patch/{index}"
        for name, text, wanted in (
            ("pathExpression", step.path_expression, "STRING"),
            ("valueExpression", step.value_expression, "ANY"),
            ("when", step.when, "BOOL"),
        ):
            if text:
                yield f"{at}/{name}", text, wanted


def unknown_prefixes(rule: Rule) -> Iterator[tuple[str, str]]:
    """(JSON pointer in the rule file, prefix) of every literal path that begins at nothing the rule has."""
    for index, step in enumerate(rule.fix.steps if rule.fix else ()):
        prefix, colon, _ = step.path.partition(":") if not step.path.startswith("/") else ("", "", "")
        name = prefix.partition(".")[0]
        if colon and prefix not in _OWN and name not in rule.places:
            yield f"/fix/patch/{index}/path", prefix


def compiled(rule: Rule, compile: Compile) -> FixProgram | None:
    """The fix of the rule, None if it has none. What `compile` raises goes through."""
    if rule.fix is None:
        return None
    found = {field: compile(field, text, wanted) for field, text, wanted in expressions(rule)}
    steps = (
        _Step(
            step,
            found.get(f"/fix/patch/{index}/pathExpression"),
            found.get(f"/fix/patch/{index}/valueExpression"),
            found.get(f"/fix/patch/{index}/when"),
        )
        for index, step in enumerate(rule.fix.steps)
    )
    return FixProgram(rule.fix.safe, found.get("/fix/when"), tuple(steps))


def fix_of(program: FixProgram, known: Known) -> Fix | Broken | None:
    """The fix of a finding on this element; None if there is none, or if what it needs cannot be known."""
    wanted = _true(program.when, known)
    if wanted is not True:
        return wanted if isinstance(wanted, Broken) else None
    operations: list[Operation] = []
    for each in program.steps:
        made = _operations(each, known)
        if made is None or isinstance(made, Broken):
            return made
        operations += made
    return Fix(program.safe, tuple(operations)) if operations else None


def _operations(each: _Step, known: Known) -> list[Operation] | Broken | None:
    when = _true(each.when, known)
    if when is not True:
        return [] if when is False else when
    path, value = each.step.path, each.step.value
    if each.path is not None:
        found = outcome(each.path, known)
        if not isinstance(found, str):
            return found if isinstance(found, Broken) else None
        path = found
    if each.value is not None:
        value = plain_value(each.value, known)
        if isinstance(value, Unknown | Broken):
            return value if isinstance(value, Broken) else None
    return [Operation(each.step.op, place, value) for place in _places(path, known.subject)]


def _true(expression: Expression | None, known: Known) -> bool | Broken | None:
    """None for what cannot be known."""
    if expression is None:
        return True
    found = outcome(expression, known)
    return found if isinstance(found, bool | Broken) else None


def _places(path: str, subject: Subject) -> Iterator[Place]:
    prefix, colon, pointer = ("", "", path) if not path or path.startswith("/") else path.partition(":")
    if not colon:
        yield subject.place(pointer)
        return
    name, _, around = prefix.partition(".")
    if prefix in _OWN:
        origins, around = [Place(subject.manifest, subject.pointer)], name
    else:
        origins = list(RELATED[name](subject))
    seen: set[tuple[int, str]] = set()
    for origin in origins:
        base = _base(origin, around, subject)
        if base is not None and (id(origin.manifest), base) not in seen:
            seen.add((id(origin.manifest), base))
            within = in_bare(pointer) if around == "pod" and kind_of(origin.manifest).completed else pointer
            yield Place(origin.manifest, base + within)


def _base(origin: Place, around: str, subject: Subject) -> str | None:
    if around == "object":
        return ""
    if around == "pod":
        return _template(origin.manifest, origin.pointer, subject)
    return origin.pointer.rpartition("/")[0] if around == "parent" else origin.pointer


def _template(manifest: Manifest, pointer: str, subject: Subject) -> str | None:
    """The pointer of the pod template around a place, or of the only one that the object has."""
    if manifest is subject.manifest and subject.template is not None:
        return subject.template.pointer
    found = [each.pointer for each in templates(manifest)]
    around = [each for each in found if f"{pointer}/".startswith(f"{each}/")] or found
    return around[0] if len(around) == 1 else None
