"""Rules and manifests written down in a test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chartgen import manifests
from chartgen.lint import releases, rulefiles, run
from chartgen.model.finding import Violation
from chartgen.model.manifest import Manifest
from chartgen.model.rule import Rule

POD = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: c, image: i}]}}"


def parse(text: str) -> list[Manifest]:
    return manifests.from_text(text, "example.yaml")


def fields(**changed: Any) -> dict[str, Any]:
    """The fields of a rule that finds every object bad, with changes; None leaves a field out."""
    example = {"name": "a", "manifests": POD}
    rule = {
        "name": "object-bad",
        "title": "An object is bad",
        "severity": "warning",
        "match": "any",
        "scope": "object",
        "expression": "false",
        "messageExpression": "'bad'",
        "why": "It is bad.",
        "remedy": "Make it good.",
        "references": ["https://example.com"],
        "since": "0.1.0",
        "examples": {"pass": [example, example], "fail": [example | {"at": ""}] * 2},
        **changed,
    }
    return {name: value for name, value in rule.items() if value is not None}


def write(folder: Path, **changed: Any) -> Path:
    """A rule file `folder/testing/<name>.yaml`."""
    rule = fields(**changed)
    file = folder / "testing" / f"{rule['name']}.yaml"
    file.parent.mkdir(exist_ok=True)
    lines = (f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in rule.items())
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def make(folder: Path, **changed: Any) -> Rule:
    return rulefiles.read(write(folder, **changed))


def find(rule: Rule, text: str, **options: Any) -> list[Violation]:
    """What the rule says about the manifests."""
    valid = options.pop("valid", None)
    return run(releases(parse(text), **options), [rule], valid=valid)


def pointers(violations: list[Violation]) -> list[str]:
    return [violation.place.pointer for violation in violations]
