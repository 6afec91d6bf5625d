"""Rules from `rules/<group>/<name>.yaml`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema_rs

from chartgen import reader, resources
from chartgen.errors import RuleBroken, UsageError
from chartgen.lint.kinds import escape
from chartgen.model.finding import Severity
from chartgen.model.location import Location
from chartgen.model.rule import Example, Examples, Named, Rule


def load(folder: Path | None = None, *, select: Collection[str] = (), ignore: Collection[str] = ()) -> tuple[Rule, ...]:
    """The rules of a folder in the order of their names; without a folder, those that chartgen comes with.

    `select` and `ignore` name rules or groups of rules (the folders they stand in). A folder is only ever one that the
    user named: a rule is trusted code. Raises RuleBroken with file and line for a file that is malformed by
    schemas/rule.schema.json, UsageError for a name that no rule and no group has.
    """
    root = folder or resources.folder("rules")
    if not root.is_dir():
        raise UsageError(f"no rules were loaded: {root} is not a folder", remedy="Name a folder of rule files.")
    rules = sorted(map(read, files(root)), key=lambda rule: rule.name)
    for one, other in pairwise(rules):
        if one.name == other.name:
            raise RuleBroken(f"{other.file}: a rule named {other.name} stands in {one.file} too")
    return _chosen(rules, select, ignore)


def files(root: Path) -> list[Path]:
    """The rule files of a folder, sorted."""
    return sorted(root.glob("*/*.yaml"))


def read(file: Path) -> Rule:
    """One rule file; raises RuleBroken with file and line if it is malformed."""
    text = reader.read(file)
    documents = reader.parse(text, str(file), drop_nulls=False)
    value = documents[0].value if len(documents) == 1 else None
    if not isinstance(value, dict):
        raise RuleBroken(f"{file}: a rule file holds one map", location=Location(str(file), 1, 1))
    _verify(value, text, file)
    return _rule(value, file)


@cache
def _schema() -> jsonschema_rs.Validator:
    text = (resources.folder("schemas") / "rule.schema.json").read_text(encoding="utf-8")
    return jsonschema_rs.validator_for(json.loads(text))


def _verify(value: Mapping[str, Any], text: str, file: Path) -> None:
    errors = sorted((list(map(str, error.instance_path)), error.message) for error in _schema().iter_errors(value))
    if errors:
        path, message = errors[0]
        raise broken("".join(f"/{escape(part)}" for part in path), message, text, file)
    if value["name"] != file.stem:
        raise broken("/name", f"the rule is named {value['name']} and its file {file.name}", text, file)


def broken(pointer: str, message: str, text: str, file: Path, *, remedy: str = "") -> RuleBroken:
    """The error for one field of a rule file, with its place."""
    location = reader.locate(text, 0, [pointer], str(file))[pointer]
    where = f" at {pointer}" if pointer else ""
    return RuleBroken(f"the rule is broken{where}: {message}", location=location, remedy=remedy)


def _chosen(rules: Sequence[Rule], select: Collection[str], ignore: Collection[str]) -> tuple[Rule, ...]:
    known = {name for rule in rules for name in (rule.name, rule.group)}
    for name in (*select, *ignore):
        if name not in known:
            close = get_close_matches(name, sorted(known), n=1)
            hint = f"Did you mean {close[0]}? " if close else ""
            raise UsageError(f"there is no rule {name}", remedy=f"{hint}`chartgen rules list` prints every rule.")

    def named(rule: Rule, names: Collection[str]) -> bool:
        return rule.name in names or rule.group in names

    return tuple(rule for rule in rules if (not select or named(rule, select)) and not named(rule, ignore))


def _rule(value: Mapping[str, Any], file: Path) -> Rule:
    match = value["match"]
    examples = value["examples"]
    return Rule(
        name=value["name"],
        group=file.parent.name,
        title=value["title"],
        severity=Severity[value["severity"]],
        kinds=tuple(match["kinds"]) if isinstance(match, dict) else (),
        match_group="" if isinstance(match, dict) else match,
        scope=value["scope"],
        for_each=value.get("forEach", "object"),
        match_conditions=_named(value.get("matchConditions", ())),
        variables=_named(value.get("variables", ())),
        expression=value["expression"],
        message_expression=value["messageExpression"],
        severity_expression=value.get("severityExpression", ""),
        at=value.get("at", ""),
        related=tuple(value.get("related", ())),
        why=value["why"].strip(),
        remedy=value["remedy"].strip(),
        known_problems=value.get("knownProblems", "").strip(),
        peers_say=value.get("peersSay", "").strip(),
        references=tuple(value["references"]),
        since=value["since"],
        parameters=tuple(value.get("params", {}).items()),
        examples=Examples(
            passing=_examples(examples["pass"]),
            failing=_examples(examples["fail"]),
            unknown=_examples(examples.get("unknown", ())),
        ),
        file=str(file),
    )


def _named(values: Iterable[Mapping[str, str]]) -> tuple[Named, ...]:
    return tuple(Named(value["name"], value["expression"]) for value in values)


def _examples(values: Iterable[Mapping[str, Any]]) -> tuple[Example, ...]:
    return tuple(
        Example(
            name=value["name"],
            manifests=value["manifests"],
            at=value.get("at", ""),
            severity=Severity[value["severity"]] if "severity" in value else None,
            closed=value.get("closed", False),
            provider=value.get("provider", ""),
        )
        for value in values
    )
