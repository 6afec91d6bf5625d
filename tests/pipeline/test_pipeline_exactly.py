"""Suppressing one finding removes exactly it, by each means, over the failing examples of all rules."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chartgen import manifests, resources
from chartgen.lint import kinds, rulefiles
from chartgen.model.finding import Finding
from chartgen.model.rule import Example
from chartgen.pipeline.lint import LintOptions, lint

EXAMPLES = [
    example
    for file in rulefiles.files(resources.folder("rules"))
    if file.parent.name != "upgrade"  # these compare two versions
    for example in rulefiles.read(file).examples.failing
]
cases = settings(max_examples=12)


class Case:
    """A failing example written down plainly, and one of its findings."""

    def __init__(self, number: int, choice: int) -> None:
        example = EXAMPLES[number]
        self.options = LintOptions(profile="strict", closed=example.closed, provider=example.provider)
        self.objects = [each.object for each in manifests.from_text(example.manifests, "")]
        self.text = written(self.objects)
        self.found = self.lint(self.text)
        self.picked = self.found[choice % len(self.found)]

    def lint(self, text: str, **options: Any) -> list[Finding]:
        return list(lint(["-"], text.encode(), replace(self.options, **options)).report.findings)

    def left(self, hides: Callable[[Finding], bool]) -> Counter[Any]:
        return told([finding for finding in self.found if not hides(finding)])

    def document(self) -> int:
        """The index of the object that the finding is about."""
        starts = [manifest.start for manifest in manifests.from_text(self.text, "")]
        lines = [self.text.count("\n", 0, start) + 1 for start in starts]
        return max(index for index, line in enumerate(lines) if line <= self.picked.location.line)


def written(objects: list[dict[str, Any]]) -> str:
    return yaml.safe_dump_all(objects, width=10**6, sort_keys=False, explicit_start=True)


def told(findings: list[Finding]) -> Counter[Any]:
    return Counter((each.rule, each.severity, each.message, str(each.object), each.path) for each in findings)


chosen = st.builds(Case, st.sampled_from(range(len(EXAMPLES))), st.integers(0, 30))


@cases
@given(chosen)
def test_by_annotation(case: Case) -> None:
    index = case.document()

    def annotated(key: str) -> str:
        changed = [dict(each) for each in case.objects]
        metadata = dict(changed[index]["metadata"])
        metadata["annotations"] = {**metadata.get("annotations", {}), key: "a reason"}
        changed[index]["metadata"] = metadata
        return written(changed)

    # Any annotation may change what is found: two objects with the same content are then no longer the same.
    plain = annotated("example.com/note")
    lines = [0]
    for text in f"\n{plain}".split("\n---\n")[1:]:
        lines.append(lines[-1] + text.count("\n") + 2)

    def hides(finding: Finding) -> bool:
        return finding.rule == case.picked.rule and lines[index] < finding.location.line <= lines[index + 1]

    left = told([finding for finding in case.lint(plain) if not hides(finding)])
    assert told(case.lint(annotated(f"chartgen.dev/ignore.{case.picked.rule}"))) == left


@cases
@given(chosen)
def test_by_annotation_for_one_container(case: Case) -> None:
    index = case.document()
    manifest = manifests.from_text(case.text, "")[index]
    named = [
        (f"{template.pointer}/spec/{field}/{position}", container["name"])
        for template in kinds.templates(manifest)
        for field in ("initContainers", "containers")
        for position, container in enumerate(template.spec.get(field, ()))
    ]
    inside = [(pointer, name) for pointer, name in named if f"{case.picked.path}/".startswith(f"{pointer}/")]
    assume(inside and len(case.objects) == len({str(each) for each in case.objects}))
    [(pointer, name)] = inside
    assume([each for _, each in named].count(name) == 1)
    key = f"chartgen.dev/ignore.{case.picked.rule}.{name}"
    changed = manifests.from_text(case.text, "")
    changed[index].object["metadata"].setdefault("annotations", {})[key] = "a reason"

    def hides(finding: Finding) -> bool:
        same = finding.rule == case.picked.rule and finding.object == case.picked.object
        return same and f"{finding.path}/".startswith(f"{pointer}/")

    assert told(case.lint(written([each.object for each in changed]))) == case.left(hides)


@cases
@given(chosen, st.booleans())
def test_by_comment(case: Case, above: bool) -> None:
    lines = case.text.splitlines()
    number = case.picked.location.line
    comment = f"# chartgen: ignore[{case.picked.rule}] a reason"
    if above:
        line = lines[number - 1]
        lines.insert(number - 1, " " * (len(line) - len(line.lstrip())) + comment)
    else:
        lines[number - 1] += f" {comment}"
    text = "\n".join(lines) + "\n"
    # A line that goes on in the next one, or that lies in a text of several lines, takes no comment.
    assume([each.object for each in manifests.from_text(text, "")] == case.objects)

    def hides(finding: Finding) -> bool:
        return (finding.rule, finding.location.line) == (case.picked.rule, number)

    assert told(case.lint(text)) == case.left(hides)


@cases
@given(chosen)
def test_by_baseline(case: Case) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "baseline.json")
        assert case.lint(case.text, select=(case.picked.rule,), write_baseline=file) == []
        assert told(case.lint(case.text, baseline=file)) == case.left(lambda each: each.rule == case.picked.rule)
        # Lines may move: comments and empty lines change nothing.
        moved = "# moved\n\n" + case.text.replace("\n---\n", "\n\n# moved\n---\n")
        assert told(case.lint(moved, baseline=file)) == case.left(lambda each: each.rule == case.picked.rule)


UNDECIDED = [
    (rule.name, example)
    for rule in map(rulefiles.read, rulefiles.files(resources.folder("rules")))
    for example in rule.examples.unknown
    if rule.scope == "object"
]


@pytest.mark.parametrize(("rule", "example"), UNDECIDED, ids=lambda each: getattr(each, "name", each))
def test_what_cannot_be_decided_makes_no_suppression_unused(rule: str, example: Example) -> None:
    objects = [each.object for each in manifests.from_text(example.manifests, "")]
    for each in objects:
        each["metadata"].setdefault("annotations", {})[f"chartgen.dev/ignore.{rule}"] = "a reason"
    options = LintOptions(select=(rule, "suppressions"), closed=example.closed, provider=example.provider)
    findings = lint(["-"], written(objects).encode(), options).report.findings
    # Where the example has several objects, the rule may well hold for the others.
    assert len(findings) < len(objects)
    assert {finding.rule for finding in findings} <= {"suppression-unused"}
