"""What chartgen says by itself: about an input before any rule looks at it, and about suppressions and baselines.

Diagnostics are shown, chosen and configured like rules, but only schema-invalid can be suppressed.
"""

from __future__ import annotations

from dataclasses import dataclass

from chartgen.model.finding import Severity
from chartgen.model.rule import Examples, Profile, Rule

INPUT = "input"
SUPPRESSIONS = "suppressions"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """The fields of a rule that need no condition; see `chartgen.model.rule.Rule`."""

    name: str
    title: str
    why: str
    remedy: str
    group: str = INPUT
    severity: Severity = Severity.error
    profile: Profile = Profile.min
    locked: bool = True

    def as_rule(self) -> Rule:
        """The same words in the shape of a rule, for tables and pages; there is no condition in it."""
        return Rule(
            name=self.name,
            group=self.group,
            title=self.title,
            severity=self.severity,
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
            profile=self.profile,
            locked=self.locked,
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
    "Correct the field; or name the version of the cluster with --kube-version, or its definitions with --crds.",
    locked=False,
)
RENDER_NONDETERMINISTIC = Diagnostic(
    "render-nondeterministic",
    "The chart renders to something else each time",
    "An upgrade that changes nothing changes the object all the same: a random value in a pod template starts every "
    "server anew, which loads its weights for minutes, and a new password locks out whoever has the old one. Tools "
    "that compare renders (GitOps) see a difference for ever.",
    "Take the value from the values file or from a Secret that is made once, outside of the chart; or keep it with "
    "`lookup`, which finds what is installed.",
    "hygiene",
    Severity.warning,
    Profile.default,
    locked=False,
)
VALUES_SCHEMA_MISSING = Diagnostic(
    "values-schema-missing",
    "The chart takes any values",
    "Without values.schema.json Helm ignores a misspelt key of the values without a word, and a value of a wrong type "
    "fails in the middle of a template, or not at all.",
    "Add values.schema.json beside values.yaml, with additionalProperties false where no other key has a meaning; "
    "Helm checks the values against it at each install and upgrade.",
    "hygiene",
    Severity.info,
    Profile.strict,
)
SUPPRESSION_UNUSED = Diagnostic(
    "suppression-unused",
    "A suppression that hides nothing",
    "The finding that it was written for is gone, or it stands at the wrong place. If it stays, it hides the next "
    "finding of that rule, which nobody has looked at.",
    "Remove the suppression, or move it to the object, the container or the line that the finding is at.",
    SUPPRESSIONS,
    Severity.warning,
    Profile.default,
)
SUPPRESSION_WITHOUT_REASON = Diagnostic(
    "suppression-without-reason",
    "A suppression that gives no reason",
    "Whoever reads the manifest later cannot tell whether the reason still holds. The finding is hidden all the same.",
    "Write why the finding does no harm here, and until when if it is for a time: `reason; until=2027-01-31`.",
    SUPPRESSIONS,
    Severity.warning,
    Profile.default,
)
SUPPRESSION_EXPIRED = Diagnostic(
    "suppression-expired",
    "A suppression whose time is over",
    "It was meant to hold until a day that is past, or that is no date (YYYY-MM-DD): it no longer hides anything.",
    "Correct what the rule finds and remove the suppression; or look at the reason again and set a later day.",
    SUPPRESSIONS,
    Severity.warning,
    Profile.default,
)
SUPPRESSION_LOCKED = Diagnostic(
    "suppression-locked",
    "A suppression of a rule that is locked",
    "The configuration or the rule's file says that no finding of the rule may be suppressed, so the finding stays.",
    "Correct what the rule finds and remove the suppression, or ask who keeps the configuration.",
    SUPPRESSIONS,
    Severity.warning,
    Profile.default,
)
UNKNOWN_RULE = Diagnostic(
    "unknown-rule",
    "A suppression of a rule that there is not",
    "No rule has that name and none had it before, so the suppression hides nothing.",
    "Correct the name: `chartgen rules list` prints every rule. A suppression names single rules, not groups.",
    SUPPRESSIONS,
    Severity.warning,
    Profile.default,
)
BASELINE_OUTDATED = Diagnostic(
    "baseline-outdated",
    "The baseline holds findings that are gone",
    "An entry for what has been corrected hides the same finding when it comes back.",
    "Write the baseline anew with --write-baseline.",
    SUPPRESSIONS,
    Severity.info,
    Profile.default,
)
ALL = {
    diagnostic.name: diagnostic
    for diagnostic in (
        YAML_INVALID,
        SCHEMA_INVALID,
        RENDER_NONDETERMINISTIC,
        VALUES_SCHEMA_MISSING,
        SUPPRESSION_UNUSED,
        SUPPRESSION_WITHOUT_REASON,
        SUPPRESSION_EXPIRED,
        SUPPRESSION_LOCKED,
        UNKNOWN_RULE,
        BASELINE_OUTDATED,
    )
}
