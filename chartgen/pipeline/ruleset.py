"""The rules and diagnostics of a run: chosen by name and profile, with what the configuration says about each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from chartgen import lint
from chartgen.errors import UsageError
from chartgen.lint import Names, kinds
from chartgen.model.manifest import Manifest
from chartgen.model.pointer import escape
from chartgen.model.rule import Profile, Rule
from chartgen.model.settings import RuleSetting, Settings
from chartgen.pipeline.diagnostics import ALL

_TYPES = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", list: "a list", dict: "a map"}


@dataclass(frozen=True, slots=True, eq=False)
class Ruleset:
    """`chosen` are applied, diagnostics among them. `names` and `locked` (names of today) are about every rule."""

    chosen: tuple[Rule, ...]
    names: Names
    locked: frozenset[str]


def ruleset(
    folders: Iterable[Path], select: Collection[str], ignore: Collection[str], profile: Profile, settings: Settings
) -> Ruleset:
    """The rules that chartgen comes with and those of the user's folders, chosen and configured.

    Raises UsageError for an unknown name (with its place, if the configuration has it) and for a parameter that the
    rule does not have or that has another type, RuleBroken for a malformed rule file.
    """
    every = everything((*folders, *settings.rule_folders), examples=False)
    names = lint.names(every)
    for name, pointer in settings.named:
        if not names.known(name):  # a place costs another reading of the file
            names.refuse_unknown(name, settings.place(pointer))
    set_for = {names.now(name): (name, setting) for name, setting in settings.rules.items()}
    known = {rule.name for rule in every}
    for now, (name, _) in set_for.items():
        if now not in known:
            raise UsageError(
                f"the configuration is not valid: lint.rules.{name} is a group, and settings are for single rules",
                remedy="To leave the group out, write it under ignore. `chartgen rules list` shows its rules.",
                location=settings.place(f"/lint/rules/{name}"),
            )
    off = {now for now, (_, setting) in set_for.items() if setting.off}
    configured = [
        _configured(rule, *set_for[rule.name], settings) if rule.name in set_for else rule
        for rule in lint.chosen(every, select, ignore, profile)
        if rule.name not in off
    ]
    locked = {rule.name for rule in every if rule.locked}
    locked |= {now for now, (_, setting) in set_for.items() if setting.locked}
    return Ruleset(tuple(configured), names, frozenset(locked))


def everything(folders: Iterable[Path] = (), *, examples: bool = True) -> tuple[Rule, ...]:
    """All rules, those of the `folders` too (each read once), and the diagnostics in the shape of rules.

    Raises RuleBroken for a malformed rule file and for two that share a name.
    """
    loaded = lint.load(further=dict.fromkeys(folders), examples=examples)
    rules = (*loaded, *(diagnostic.as_rule() for diagnostic in ALL.values()))
    lint.names(rules)
    return rules


def _configured(rule: Rule, name: str, setting: RuleSetting, settings: Settings) -> Rule:
    defaults = dict(rule.parameters)
    for parameter, value in setting.parameters.items():
        problem = _wrong(defaults, parameter, value)
        if problem:
            what, remedy = problem
            raise UsageError(
                f"the configuration is not valid: lint.rules.{name}.params.{parameter} {what}",
                remedy=remedy,
                location=settings.place(f"/lint/rules/{name}/params/{escape(parameter)}"),
            )
        defaults[parameter] = float(value) if isinstance(defaults[parameter], float) else value
    rule = replace(rule, parameters=tuple(defaults.items()))
    if setting.severity is None:
        return rule
    return replace(rule, severity=setting.severity, severity_expression="")


def _wrong(defaults: Mapping[str, object], name: str, value: Any) -> tuple[str, str] | None:
    """What is wrong with a parameter, and what to do."""
    if name not in defaults:
        close = get_close_matches(name, defaults, n=1)
        has = f"It has {', '.join(defaults)}." if defaults else "It has none: remove the key."
        return "is no parameter of the rule", f"Did you mean {close[0]}?" if close else has
    default = defaults[name]
    if not _same_type(value, default):
        return f"must be {_TYPES[type(default)]}", f"The default is {default!r}."
    if isinstance(default, list) and default and not all(_same_type(each, default[0]) for each in value):
        return f"must be a list in which each member is {_TYPES[type(default[0])]}", f"The default is {default!r}."
    return None


def _same_type(value: Any, default: object) -> bool:
    return type(value) is type(default) or (type(default) is float and type(value) is int)


def of_rules(chosen: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules among those that were chosen, without diagnostics."""
    return tuple(rule for rule in chosen if rule.name not in ALL)


def of_diagnostics(chosen: Sequence[Rule]) -> Mapping[str, Rule]:
    return {rule.name: rule for rule in chosen if rule.name in ALL}


def refuse_unknown_kinds(settings: Settings) -> None:
    """Raises UsageError for a pod template whose kind is neither known by its bare name nor has its API group."""
    for index, (kind, _) in enumerate(settings.pod_templates):
        if kinds.named(kind) is None:
            raise UsageError(
                f"nothing was linted: {kind} is not a kind known by its name",
                remedy=f"Write it with its API group: example.com/{kind}.",
                location=settings.place(f"/lint/podTemplates/{index}/kind"),
            )


def without_templates(settings: Settings, objects: Iterable[Manifest]) -> list[str]:
    """A note for each pod template that the configuration declares and that no object of its kind has."""
    by_kind: dict[tuple[str, str], list[Manifest]] = {}
    for each in objects:
        kind = kinds.kind_of(each)
        by_kind.setdefault((kind.group, kind.name), []).append(each)
    return [
        f"no {kind} of the input has a pod template at {path}, where lint.podTemplates of the configuration says it is"
        for kind, path in settings.pod_templates
        if (found := by_kind.get(kinds.named(kind) or ("", ""))) and not any(_has_pods(each, path) for each in found)
    ]


def _has_pods(manifest: Manifest, path: str) -> bool:
    return any(isinstance(each, dict) and "spec" in each for _, each in kinds.walk(manifest.object, path))
