"""Findings do not hang on how the same objects are written down."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_making import parse

from chartgen import lint
from chartgen.lint import releases, run
from chartgen.model.finding import Place, Violation
from chartgen.model.manifest import Manifest
from chartgen.model.rule import Example, Rule

Objects = list[dict[str, Any]]
rules = cache(lint.load)


@cache
def corpus() -> list[Example]:
    return [
        example
        for rule in rules()
        for example in (*rule.examples.failing, *rule.examples.passing, *rule.examples.unknown)
    ]


def said(manifests: list[Manifest], example: Example) -> list[tuple[Any, ...]]:
    """Everything that all rules say, in an order of its own: positions in the text are not part of it."""
    release = releases(manifests, closed=example.closed, provider=example.provider)
    return sorted(_told(violation) for violation in run(release, rules(), valid=lambda _: False))


def _told(violation: Violation) -> tuple[Any, ...]:
    related = sorted(_place(place) for place in violation.related)
    return (*_place(violation.place), violation.rule, violation.severity, violation.message, violation.unknown, related)


def _place(place: Place) -> tuple[str, ...]:
    manifest = place.manifest
    return manifest.api_version, manifest.kind, manifest.namespace, manifest.name, place.pointer, place.label


def shuffled(value: Any, dice: random.Random) -> Any:
    """The same value with the keys of all its maps in another order."""
    if isinstance(value, dict):
        return {key: shuffled(value[key], dice) for key in dice.sample(list(value), len(value))}
    return [shuffled(member, dice) for member in value] if isinstance(value, list) else value


def stream(objects: Objects) -> str:
    return "".join(f"---\n{json.dumps(each)}\n" for each in objects)


class Anchored:
    """Writes flow-style YAML; a map or list that has been written before is an alias to its first occurrence."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def text(self, value: Any) -> str:
        if not isinstance(value, dict | list) or not value:
            return json.dumps(value)
        key = json.dumps(value)
        if key in self._names:
            return f"*{self._names[key]} "
        parts = (
            (f"{json.dumps(name)}: {self.text(member)}" for name, member in value.items())
            if isinstance(value, dict)
            else map(self.text, value)
        )
        inner = ", ".join(parts)
        self._names[key] = f"a{len(self._names)}"
        return f"&{self._names[key]} {f'{{{inner}}}' if isinstance(value, dict) else f'[{inner}]'}"


def written_otherwise(objects: Objects, dice: random.Random) -> Iterator[tuple[str, str]]:
    yield "another order of documents", stream(dice.sample(objects, len(objects)))
    yield "another order of keys", stream([shuffled(each, dice) for each in objects])
    yield "one List", json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    yield "indented JSON", "\n".join(json.dumps(each, indent=2) for each in objects[:1]) if len(objects) == 1 else ""
    yield "anchors", "".join(f"---\n{Anchored().text(each)}\n" for each in objects)
    yield "CRLF", stream(objects).replace("\n", "\r\n")


@settings(max_examples=60, derandomize=True)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_findings_are_the_same_however_the_objects_are_written(picks: list[int], dice: random.Random) -> None:
    examples = [corpus()[pick % len(corpus())] for pick in picks]
    objects = [manifest.object for example in examples for manifest in parse(example.manifests)]
    expected = said(parse(stream(objects)), examples[0])
    for how, text in written_otherwise(objects, dice):
        if text:
            assert said(parse(text), examples[0]) == expected, how


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_the_line_ends_of_windows_change_nothing(rule: Rule) -> None:
    for example in rule.examples.failing:
        windows = example.manifests.replace("\n", "\r\n")
        assert said(parse(windows), example) == said(parse(example.manifests), example)
