"""What chartgen says about an input before any rule looks at it. Diagnostics are shown and ignored like rules."""

from __future__ import annotations

from dataclasses import dataclass

from chartgen.model.finding import Severity
from chartgen.model.rule import Examples, Rule

GROUP = "input"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    name: str
    title: str
    why: str
    remedy: str

    def as_rule(self) -> Rule:
        """The same words in the shape of a rule, for tables and pages; there is no condition in it."""
        return Rule(
            name=self.name,
            group=GROUP,
            title=self.title,
            severity=Severity.error,
            kinds=(),
            match_group="any",
            scope="object",
            for_each="object",
            match_conditions=(),
            variables=(),
            expression="",
            message_expression="",
            severity_expression="",
            at="",
            related=(),
            why=self.why,
            remedy=self.remedy,
            known_problems="",
            peers_say="",
            references=(),
            since="0.1.0",
            parameters=(),
            examples=Examples((), (), ()),
            file="",
        )


YAML_INVALID = Diagnostic(
    "yaml-invalid",
    "The input cannot be read",
    "What kubectl and Helm would refuse to read, or would read as something else than it looks like, was not linted at "
    "all: nothing that the report says, or does not say, covers it. The exit code is 3.",
    "Correct the text at the place that is marked, or just before it. If the file is no manifest, leave it out.",
)
SCHEMA_INVALID = Diagnostic(
    "schema-invalid",
    "The object is not what the Kubernetes API accepts",
    "The API server refuses the object, or drops the field without a word: a misspelt field has no effect.",
    "Correct the field; or name the version of the cluster with --kube-version.",
)
ALL = {diagnostic.name: diagnostic for diagnostic in (YAML_INVALID, SCHEMA_INVALID)}
