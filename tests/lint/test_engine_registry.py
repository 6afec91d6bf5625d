"""What the modules of facts declare: every name has a shape, an explanation and an iterator that exists."""

from __future__ import annotations

import re

import pytest

from chartgen.lint import facts
from chartgen.lint.environment import RAW, facts_on
from chartgen.lint.facts.registry import FACTS, ITERATORS, FactType, fact

facts.discover()


@pytest.mark.parametrize("name", sorted(FACTS))
def test_fact(name: str) -> None:
    fact = FACTS[name]
    assert re.fullmatch(r"[a-z]+[A-Za-z]*\.[a-z][A-Za-z]*", name)
    assert fact.doc
    assert fact.on
    for iterator in fact.on:
        assert iterator in ITERATORS or iterator == "element" or iterator.startswith("/"), iterator
        assert facts_on(iterator if iterator != "element" else "/a/pattern")[name] is fact


@pytest.mark.parametrize("name", sorted(FACTS))
def test_no_fact_hides_manifest_data(name: str) -> None:
    """`container.name` must mean the field of the manifest, never a fact."""
    raw = {"object", "pod", "element", *(each for names in RAW.values() for each in names)}
    assert name.partition(".")[0] not in raw


def test_no_fact_is_declared_twice() -> None:
    with pytest.raises(ValueError, match="is declared twice"):
        fact(min(FACTS), FactType.BOOL, on="object")(lambda subject: True)
