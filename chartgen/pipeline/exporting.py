"""`chartgen rules export`: rules as objects that a cluster enforces itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chartgen.errors import UsageError
from chartgen.lint.admission import Exported, NotExportable, export
from chartgen.lint.evidence import MARKERS
from chartgen.model.rule import Profile
from chartgen.model.settings import Settings
from chartgen.pipeline.ruleset import of_rules, ruleset

_NO_SETTINGS = Settings()


@dataclass(frozen=True, slots=True)
class Exports:
    """`left` are (rule, reason) of those that the API server cannot decide."""

    exported: tuple[Exported, ...]
    left: tuple[tuple[str, str], ...]


def exports(
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    *,
    folders: Iterable[Path] = (),
    settings: Settings = _NO_SETTINGS,
    provider: str = "",
    actions: Sequence[str] = (),
    namespaces: Mapping[str, str] | None = None,
) -> Exports:
    """The rules that `select` (all if empty) names and `ignore` does not, as admission policies, by name.

    UsageError for an unknown rule or provider, for `actions` that the API server refuses, and if not one of the rules
    can be exported.
    """
    known = sorted([*MARKERS, "generic"])
    if provider and provider not in known:
        raise UsageError(
            f"nothing was exported: there is no provider {provider}",
            remedy=f"choose one of {', '.join(known)}",
            option="provider",
        )
    actions = tuple(dict.fromkeys(actions))
    if {"Deny", "Warn"} <= {*actions}:
        # ValidatingAdmissionPolicyBinding, spec.validationActions, in the API's reference.
        raise UsageError(
            "nothing was exported: the API server takes Deny or Warn, and not both",
            remedy="choose one of them; a request that is denied says why",
            option="actions",
        )
    made, left = [], []
    for rule in of_rules(ruleset(folders, select, ignore, Profile.strict, settings).chosen):
        try:
            made.append(export(rule, provider=provider, actions=actions, namespaces=namespaces))
        except NotExportable as error:
            left.append((rule.name, str(error)))
    if not made:
        name, reason = left[0] if left else ("", "there is no rule")
        raise UsageError(f"nothing was exported: {name}: {reason}" if name else f"nothing was exported: {reason}")
    return Exports(tuple(made), tuple(left))
