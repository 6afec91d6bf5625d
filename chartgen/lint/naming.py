"""What rules are called, what they were called before, and which of them are chosen by name, group and profile."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from chartgen.errors import RuleBroken, UsageError
from chartgen.model.location import Location
from chartgen.model.rule import Profile, Rule


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """`rules` leads from every name and every older name (alias) to the name of today."""

    rules: Mapping[str, str]
    groups: frozenset[str]

    def known(self, name: str) -> bool:
        """Whether a rule or a group of rules has the name, or a rule had it before."""
        return name in self.rules or name in self.groups

    def now(self, name: str) -> str:
        """The name of today; a group, and what is not known, keeps its name."""
        return self.rules.get(name, name)

    def nearest(self, name: str) -> str:
        """The name of a rule or group that may have been meant; empty if none is like it."""
        close = get_close_matches(name, sorted({*self.rules.values(), *self.groups}), n=1)
        return close[0] if close else ""

    def refuse_unknown(self, name: str, location: Location | None = None) -> None:
        """Raises UsageError, with the closest name, for one that is not known."""
        if not self.known(name):
            hint = f"Did you mean {close}? " if (close := self.nearest(name)) else ""
            remedy = f"{hint}`chartgen rules list` prints every rule."
            raise UsageError(f"there is no rule {name}", remedy=remedy, location=location)

    def renamed(self, used: Iterable[str]) -> tuple[str, ...]:
        """A sentence for each older name among those that were used, sorted."""
        old = sorted({name for name in used if self.now(name) != name})
        return tuple(f"rule {name} is called {self.now(name)} now" for name in old)


def names(rules: Iterable[Rule]) -> Names:
    """The names of these rules. Raises RuleBroken where two rules, or a rule and a group, share a name or an alias."""
    found: dict[str, Rule] = {}
    rules = tuple(rules)
    groups = frozenset(rule.group for rule in rules)
    for rule in rules:
        for name in (rule.name, *rule.aliases):
            other = found.setdefault(name, rule)
            if other is not rule:
                raise _clash(rule, name, other)
            if name in rule.aliases and name in {rule.name, *groups}:
                raise _broken(rule, f"its alias {name} is the name of {'a group' if name in groups else 'the rule'}")
    return Names({name: rule.name for name, rule in found.items()}, groups)


def chosen(
    rules: Sequence[Rule],
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    profile: Profile = Profile.strict,
) -> tuple[Rule, ...]:
    """The rules of the profile that `select` (all if empty) names, singly or by group, and `ignore` does not.

    A rule that is selected by its own name is chosen in every profile. Raises UsageError for an unknown name.
    """
    known = names(rules)
    for name in (*select, *ignore):
        known.refuse_unknown(name)
    wanted, unwanted = {known.now(name) for name in select}, {known.now(name) for name in ignore}

    def asked(rule: Rule) -> bool:
        return rule.name in wanted or (rule.profile <= profile and (not wanted or rule.group in wanted))

    return tuple(rule for rule in rules if asked(rule) and not {rule.name, rule.group} & unwanted)


def _clash(rule: Rule, name: str, other: Rule) -> RuleBroken:
    if name == rule.name == other.name:
        where = other.file if rule.file else "chartgen itself"
        return RuleBroken(
            f"{rule.file or other.file}: a rule named {name} stands in {where} too",
            remedy="Give one of the two another name; .chartgen.yaml changes the severity and parameters of rules.",
        )
    if name not in rule.aliases:  # an alias gives way to a name
        rule, other = other, rule
    whose = "name" if name == other.name else "alias"
    return _broken(rule, f"{name} is the {whose} of rule {other.name} too{f' ({other.file})' if other.file else ''}")


def _broken(rule: Rule, what: str) -> RuleBroken:
    return RuleBroken(f"{rule.file}: rule {rule.name} is broken: {what}", remedy="Give one of the two another name.")
