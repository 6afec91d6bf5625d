"""One rule as a ValidatingAdmissionPolicy and its binding."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chartgen.lint import facts as registered
from chartgen.lint.admission import functions, wrapping
from chartgen.lint.admission.inlining import Inliner, NotExportable
from chartgen.lint.expressions import mask, uses
from chartgen.lint.kinds import ANY, GROUPS, OTHERS, Kind, named
from chartgen.model.finding import Severity
from chartgen.model.rule import Rule

__all__ = ["Exported", "NotExportable", "export"]

_API = "admissionregistration.k8s.io/v1"
_FILLED = re.compile(r"\b(metadata\.\??(?:uid|resourceVersion|creationTimestamp|generation|managedFields)|status)\b")
"""What is there in every object that is admitted, and in no manifest: to ask for it means another thing there."""

_WORD = re.compile(r"'(error|warning|info)'")


@dataclass(frozen=True, slots=True)
class Exported:
    """The two objects, and the oldest Kubernetes that can run them (`1.30`)."""

    rule: Rule
    policy: Mapping[str, Any]
    binding: Mapping[str, Any]
    kubernetes: str


def export(
    rule: Rule, *, provider: str = "", actions: Sequence[str] = (), namespaces: Mapping[str, str] | None = None
) -> Exported:
    """The rule as a policy. NotExportable with the reason if the API server cannot decide it.

    `actions` are those of every binding; without any an error denies, and what is less warns and is audited.
    `namespaces` are labels that a namespace must have.
    """
    registered.discover()
    kinds = _kinds(rule)
    validations = list(_validations(rule, kinds, _written(rule, provider)))
    texts = [text for each in validations for key, text in each.items() if key != "message"]
    version = max([functions.OLDEST, *map(functions.needed, texts)])
    name = f"chartgen-{rule.name}"
    kubernetes = f"{version[0]}.{version[1]}"
    policy = {
        "apiVersion": _API,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {
            "name": name,
            "labels": {"app.kubernetes.io/managed-by": "chartgen"},
            "annotations": {"chartgen.dev/rule": rule.name, "chartgen.dev/kubernetes": f">= {kubernetes}"},
        },
        "spec": {
            # What cannot be evaluated is let through: a rule is right or silent.
            "failurePolicy": "Ignore",
            "matchConstraints": {"resourceRules": _resource_rules(kinds)},
            "matchConditions": _match_conditions(rule),
            "validations": validations,
        },
    }
    spec: dict[str, Any] = {"policyName": name, "validationActions": list(actions) or _actions(rule)}
    if namespaces:
        spec["matchResources"] = {"namespaceSelector": {"matchLabels": dict(namespaces)}}
    metadata = {"name": name, "labels": {"app.kubernetes.io/managed-by": "chartgen"}}
    binding = {"apiVersion": _API, "kind": "ValidatingAdmissionPolicyBinding", "metadata": metadata, "spec": spec}
    return Exported(rule, policy, binding, kubernetes)


@dataclass(frozen=True, slots=True)
class _Written:
    """`decided` must be true of each element; `message` is empty if it cannot be written out.

    `facts` are loops over one value each, which give the facts a name.
    """

    decided: str
    message: str
    facts: tuple[wrapping.Level, ...]


def _written(rule: Rule, provider: str) -> _Written:
    if rule.for_each not in wrapping.ITERATORS:
        raise NotExportable(f"it walks over {rule.for_each}, which is not a part of the object as such")
    inliner = Inliner(rule, provider)
    conditions = [inliner.plain(each.expression) for each in rule.match_conditions]
    expression = inliner.decisive(rule.expression)
    decided = " || ".join([*(f"!({each})" for each in (*inliner.guards, *conditions)), f"({expression})"])
    message = _message(inliner, rule.message_expression)
    loops = tuple((f"[{cel}]", name) for name, cel in inliner.bound.items())
    filled = _FILLED.search(mask(decided))
    if filled:
        raise NotExportable(f"it asks for {filled.group(1)}, which the API server fills in itself")
    absent = functions.missing(wrapping.holds(loops, decided))
    if absent:
        raise NotExportable(f"the API server has no {' and no '.join(f'{name}()' for name in absent)}")
    return _Written(decided, message, loops)


def _message(inliner: Inliner, text: str) -> str:
    try:
        message = inliner.plain(text)
    except NotExportable:
        return ""
    return "" if functions.missing(message) else message


def _kinds(rule: Rule) -> tuple[Kind, ...]:
    if rule.match_group == ANY:
        return (Kind("*", "*"),)
    if rule.match_group:
        # Policies look at whole pod templates; what a controller completes becomes one.
        return tuple(kind for kind in GROUPS[rule.match_group] if not kind.completed)
    known = {(kind.group, kind.name): kind for kinds in (*GROUPS.values(), OTHERS) for kind in kinds}
    keys = [key for key in map(named, rule.kinds) if key is not None]
    return tuple(known.get(key, Kind(*key)) for key in keys)


def _validations(rule: Rule, kinds: Sequence[Kind], written: _Written) -> Iterator[dict[str, str]]:
    """One validation for each place that kinds keep a pod template at, or one for all if pods do not matter."""
    title = f"{rule.title} (chartgen rules explain {rule.name})"
    decided, message, facts = written.decided, written.message, written.facts
    texts = (decided, message, *(values for values, _ in facts))
    if rule.for_each == "object" and not any(uses(text, ["pod"]) for text in texts):
        yield _validation(wrapping.holds(facts, decided), wrapping.told(facts, decided, message), title)
        return
    places: dict[str, list[str]] = {}
    for kind in kinds:
        if rule.for_each == "object" and len(kind.templates) != 1:
            continue  # the pod of an object with several is none in particular
        for _, pattern in kind.templates:
            places.setdefault(pattern, []).append(kind.name)
    if not places:
        raise NotExportable("none of its kinds has a pod template")
    for pattern, names in places.items():
        levels = [*wrapping.levels(rule.for_each, pattern), *facts]
        expression = wrapping.holds(levels, decided)
        if len(places) > 1:
            listed = ", ".join(f"'{name}'" for name in names)
            expression = f"!(object.kind in [{listed}]) || {expression}"
        yield _validation(expression, wrapping.told(levels, decided, message), title)


def _validation(expression: str, message: str, title: str) -> dict[str, str]:
    return {
        "expression": expression,
        **({"messageExpression": message} if message else {}),
        "message": title,
        "reason": "Invalid",
    }


def _match_conditions(rule: Rule) -> list[dict[str, str]]:
    """A pod that a controller made was judged as part of its controller; a suppression counts here as it does there."""
    conditions = [
        {"name": "not-made-by-a-controller", "expression": "!has(object.metadata.ownerReferences)"},
    ]
    if not rule.locked:
        key = f"chartgen.dev/ignore.{rule.name}"
        expression = f"!('{key}' in object.metadata.?annotations.orValue({{}}))"
        conditions.append({"name": "not-suppressed", "expression": expression})
    return conditions


def _resource_rules(kinds: Sequence[Kind]) -> list[dict[str, Any]]:
    groups: dict[str, list[str]] = {}
    for kind in kinds:
        groups.setdefault(kind.group, []).append(_plural(kind.name))
    return [
        {
            "apiGroups": [group],
            "apiVersions": ["*"],
            "operations": ["CREATE", "UPDATE"],
            "resources": sorted(set(resources)),
        }
        for group, resources in sorted(groups.items())
    ]


def _plural(kind: str) -> str:
    """The resource of a kind, as the API conventions have it."""
    name = kind.lower()
    if name == "*":
        return name
    if name.endswith(("s", "ss", "x", "ch")):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") and name[-2] not in "aeiou" else f"{name}s"


def _actions(rule: Rule) -> list[str]:
    """An error denies. Where the severity differs from finding to finding, the least of them counts."""
    words = _WORD.findall(rule.severity_expression)
    severity = min([rule.severity, *(Severity[word] for word in words)])
    return ["Deny"] if severity is Severity.error else ["Warn", "Audit"]
