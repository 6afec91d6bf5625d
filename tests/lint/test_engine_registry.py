"""What the modules of facts declare: every name has a shape, an explanation and an iterator that exists."""

from __future__ import annotations

import re

import pytest

from chartgen.lint import facts
from chartgen.lint.environment import RAW, facts_on
from chartgen.lint.facts.registry import FACTS, ITERATORS, RELATED, FactType, fact, iterator, related

facts.discover()


@pytest.mark.parametrize("name", sorted(FACTS))
def test_fact(name: str) -> None:
    declared = FACTS[name]
    assert re.fullmatch(r"[a-z]+[A-Za-z]*\.[a-z][A-Za-z]*", name)
    assert declared.doc
    assert declared.on
    for each in declared.on:
        assert each in ITERATORS or each == "element" or each.startswith("/"), each
        assert facts_on(each if each != "element" else "/a/pattern")[name] is declared


@pytest.mark.parametrize("name", sorted(FACTS))
def test_no_fact_hides_manifest_data(name: str) -> None:
    """`container.name` must mean the field of the manifest, never a fact."""
    raw = {"object", "pod", "element", *(each for names in RAW.values() for each in names)}
    assert name.partition(".")[0] not in raw


def test_nothing_is_declared_twice() -> None:
    with pytest.raises(ValueError, match="is declared twice"):
        fact(min(FACTS), FactType.BOOL, on="object")(lambda subject: True)
    with pytest.raises(ValueError, match="is declared twice"):
        iterator(min(ITERATORS))(lambda release, manifest: ())
    with pytest.raises(ValueError, match="is declared twice"):
        related(min(RELATED))(lambda subject: ())
