"""Rules from `rules/<group>/<name>.yaml`."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from chartgen import reader, resources
from chartgen.errors import InputError, RuleBroken, UsageError
from chartgen.lint.naming import chosen
from chartgen.model.finding import Severity
from chartgen.model.location import Location
from chartgen.model.pointer import pointer_to
from chartgen.model.rule import Example, Examples, Named, Profile, Rule, RuleFix, Step

_PLACE = "A rule is a file <group>/<name>.yaml below the folder that is named."
_RULE = re.compile(r"^messageExpression:", re.MULTILINE)


def load(
    folder: Path | None = None,
    *,
    further: Iterable[Path] = (),
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    examples: bool = True,
) -> tuple[Rule, ...]:
    """The rules of a folder in the order of their names; without a folder, those that chartgen comes with.

    Those of the `further` folders are added. Without `examples` theirs are not read: they are most of the text.
    `select` and `ignore` name rules or groups of rules (the folders they stand in). A folder is only ever one that the
    user named: a rule is trusted code. Raises RuleBroken with file and line for a file that is malformed by
    schemas/rule.schema.json and for two rules of one name or alias, UsageError for a folder without rules or with a
    rule where none is looked for, and for a name that no rule and no group has.
    """
    rules: list[Rule] = []
    own = resources.folder("rules")
    for root in (folder or own, *further):
        if not root.is_dir():
            raise UsageError(f"no rules were loaded: {root} is not a folder", remedy="Name a folder of rule files.")
        if root != own and (strays := _strays(root)):
            raise UsageError(f"no rules were loaded: {strays[0]} is a rule in the wrong place", remedy=_PLACE)
        found = files(root)
        if not found:
            raise UsageError(f"no rules were loaded: there is none in {root}", remedy=_PLACE)
        rules += (read(file, examples=examples) for file in found)
    return chosen(sorted(rules, key=lambda rule: rule.name), select, ignore)


def files(root: Path) -> list[Path]:
    """The rule files of a folder, sorted."""
    return sorted(file for file in root.glob("*/*.yaml") if not file.name.startswith("."))


def _strays(root: Path) -> list[Path]:
    """Files that hold a rule and would be passed over, for their name or their place."""
    near = [*root.glob("*.y*ml"), *root.glob("*/*.yml"), *root.glob("*/*/*.y*ml")]
    return sorted(file for file in near if file.is_file() and _RULE.search(file.read_text("utf-8", "replace")))


def read(file: Path, *, examples: bool = True) -> Rule:
    """One rule file, with its `examples` or without; raises RuleBroken with file and line if it is malformed."""
    try:
        text = reader.read(file)
        return _read(file, text if examples else _EXAMPLES.sub("examples: {}\n", text), examples)
    except InputError as error:
        place = error.location or Location(str(file), 1, 1)
        raise RuleBroken(f"the rule cannot be read: {error.message}", remedy=error.remedy, location=place) from None


_EXAMPLES = re.compile(r"^examples:[ \t]*\n(?:(?:[ \t#-].*)?(?:\n|\Z))*\Z", re.MULTILINE)
"""`examples` as the last key of a file: indented lines, comments and members of lists up to its end."""


@cache
def _read(file: Path, text: str, examples: bool) -> Rule:
    """Kept, as fixing lints again and again."""
    documents = reader.parse(text, str(file), drop_nulls=False)
    value = documents[0].value if len(documents) == 1 else None
    if not isinstance(value, dict):
        raise RuleBroken(f"{file}: a rule file holds one map", location=Location(str(file), 1, 1))
    _verify(value, text, file, examples)
    return _rule(value, file)


def _schema_data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads((resources.folder("schemas") / "rule.schema.json").read_text(encoding="utf-8"))
    return data


def _keys() -> list[str]:
    return list(_schema_data()["properties"])


@cache
def _schema(examples: bool) -> jsonschema_rs.Validator:
    schema = _schema_data()
    if not examples:
        schema["properties"]["examples"] = {"type": "object"}
    return jsonschema_rs.validator_for(schema)


def _verify(value: Mapping[str, Any], text: str, file: Path, examples: bool) -> None:
    errors = sorted(
        (not _unknown(error), list(map(str, error.instance_path)), error.message, _unknown(error))
        for error in _schema(examples).iter_errors(value)
    )
    if errors:
        _, path, message, unknown = errors[0]
        if unknown:
            close = get_close_matches(unknown[0], () if path else _keys(), n=1)
            remedy = f"Did you mean {close[0]}?" if close else "schemas/rule.schema.json describes every key."
            raise broken(pointer_to([*path, unknown[0]]), "there is no such key", text, file, remedy=remedy)
        raise broken(pointer_to(path), message, text, file)
    if value["name"] != file.stem:
        raise broken("/name", f"the rule is named {value['name']} and its file {file.name}", text, file)


def _unknown(error: Any) -> list[str]:
    """The keys that the schema does not know, if that is what the error is about."""
    return sorted(getattr(error.kind, "unexpected", ()))


def broken(pointer: str, message: str, text: str, file: Path, *, remedy: str = "") -> RuleBroken:
    """The error for one field of a rule file, with its place."""
    location = reader.locate(text, 0, [pointer], str(file))[pointer]
    where = f" at {pointer}" if pointer else ""
    return RuleBroken(f"the rule is broken{where}: {message}", location=location, remedy=remedy)


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
            passing=_examples(examples.get("pass", ())),
            failing=_examples(examples.get("fail", ())),
            unknown=_examples(examples.get("unknown", ())),
        ),
        file=str(file),
        fix=_fix(value["fix"]) if "fix" in value else None,
        profile=Profile[value.get("profile", "default")],
        aliases=tuple(value.get("aliases", ())),
        locked=value.get("locked", False),
        confidential=value.get("confidential", False),
    )


def _fix(value: Mapping[str, Any]) -> RuleFix:
    steps = (
        Step(
            op=step["op"],
            path=step.get("path", ""),
            path_expression=step.get("pathExpression", ""),
            value=step.get("value"),
            value_expression=step.get("valueExpression", ""),
            when=step.get("when", ""),
        )
        for step in value["patch"]
    )
    return RuleFix(value["safe"], value.get("when", ""), tuple(steps))


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
            against=value.get("against", ""),
        )
        for value in values
    )
