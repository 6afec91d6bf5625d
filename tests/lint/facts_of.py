"""Facts of manifests written down in a test."""

from __future__ import annotations

from typing import Any

from rule_making import parse

from chartgen.lint import facts, releases
from chartgen.lint.engine import subjects
from chartgen.lint.environment import facts_on
from chartgen.lint.release import Release, Subject


def release(text: str, **options: Any) -> Release:
    return releases(parse(text), **options)


def elements(text: str, iterator: str, **options: Any) -> list[Subject]:
    """What an iterator walks over in the last manifest of the text."""
    facts.discover()
    made = release(text, **options)
    return list(subjects(made, made.manifests[-1], iterator))


def values(subject: Subject, *names: str) -> Any:
    """The values of facts; of one fact its value alone."""
    known = facts_on(subject.iterator)
    found = [known[name].compute(subject) for name in names]
    return found[0] if len(found) == 1 else found


def container(fields: str, pod: str = "{}") -> Subject:
    """The container of a Pod, from its fields in flow style."""
    text = f"""
apiVersion: v1
kind: Pod
metadata: {{name: engine}}
spec:
  <<: {pod}
  containers: [{{name: engine, {fields}}}]
"""
    return elements(text, "container")[0]
