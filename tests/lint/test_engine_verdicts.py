"""What an evaluation comes to: true, false, unknown or broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from rule_making import POD, find, make

from chartgen.errors import RuleBroken, UsageError
from chartgen.lint.facts.registry import FACTS, ITERATORS, Fact, FactType
from chartgen.lint.release import Subject
from chartgen.model.finding import Severity

UNKNOWN = "unknown('it is elsewhere') == true"


def conditions(*expressions: str) -> list[dict[str, str]]:
    return [{"name": f"c{index}", "expression": each} for index, each in enumerate(expressions)]


def test_true_is_fine(tmp_path: Path) -> None:
    assert find(make(tmp_path, expression="object.kind == 'Pod'"), POD) == []


def test_false_is_a_violation_with_the_message_on_one_line(tmp_path: Path) -> None:
    rule = make(tmp_path, severity="error", messageExpression="'%s is\\n  bad '.format([object.metadata.name])")
    (violation,) = find(rule, POD)
    assert violation.message == "a is bad"
    assert violation.severity is Severity.error
    assert violation.rule == "object-bad"
    assert not violation.unknown


def test_unknown_says_why(tmp_path: Path) -> None:
    (violation,) = find(make(tmp_path, expression=UNKNOWN), POD)
    assert violation.unknown
    assert violation.message == "not decided: it is elsewhere"


@pytest.mark.parametrize(
    ("when", "expression", "verdict"),
    [
        (["false"], "false", "silent"),
        ([UNKNOWN, "false"], "false", "silent"),
        (["false", UNKNOWN], "false", "silent"),
        ([UNKNOWN], "true", "silent"),
        ([UNKNOWN], "false", "unknown"),
        ([UNKNOWN], "object.absent == 1", "unknown"),
        ([UNKNOWN, "object.absent == 1"], "false", "unknown"),
        (["true"], f"{UNKNOWN} || true", "silent"),
        (["true"], f"{UNKNOWN} && false", "found"),
        (["true"], f"!({UNKNOWN})", "unknown"),
        (["true", "true"], "false", "found"),
    ],
)
def test_three_values_compose(tmp_path: Path, when: list[str], expression: str, verdict: str) -> None:
    rule = make(tmp_path, matchConditions=conditions(*when), expression=expression)
    found = find(rule, POD)
    assert ["unknown" if each.unknown else "found" for each in found] == ([] if verdict == "silent" else [verdict])


@pytest.mark.parametrize(
    "expression",
    [
        "object.absent == 1",
        "object.spec == 1 || object.metadata.name.x == 1",
        "object.?kind.x.orValue(1) == 1",
        "int(object.metadata.name) > 1",
        "[%s].all(x, [%s].all(y, x != y + 1000))" % ((", ".join(map(str, range(150))),) * 2),
    ],
)
def test_broken_on_a_valid_object_names_the_rule_and_the_object(tmp_path: Path, expression: str) -> None:
    with pytest.raises(RuleBroken, match=r"rule object-bad broke on Pod a at / \(example.yaml\)"):
        find(make(tmp_path, expression=expression), POD, valid=lambda _: True)


def test_broken_on_an_invalid_object_is_silent(tmp_path: Path) -> None:
    rule = make(tmp_path, expression="object.absent == 1")
    assert find(rule, POD, valid=lambda manifest: manifest.kind != "Pod") == []


def test_a_broken_message_is_broken_too(tmp_path: Path) -> None:
    rule = make(tmp_path, messageExpression="string(object.absent)")
    with pytest.raises(RuleBroken, match="absent"):
        find(rule, POD)
    assert find(rule, POD, valid=lambda _: False) == []


def test_an_unknown_message_falls_back_to_the_title(tmp_path: Path) -> None:
    (violation,) = find(make(tmp_path, messageExpression="string(unknown('x'))"), POD)
    assert violation.message == "An object is bad"


def test_severity_expression(tmp_path: Path) -> None:
    by_name = "object.metadata.name == 'a' ? 'error' : 'info'"
    rule = make(tmp_path, severityExpression=by_name)
    found = find(rule, POD + "\n---\n" + POD.replace("name: a", "name: b"))
    assert [violation.severity for violation in found] == [Severity.error, Severity.info]


def test_a_severity_that_is_none_is_broken(tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match="'fatal' is not error, warning or info"):
        find(make(tmp_path, severityExpression="'fatal'"), POD)


@pytest.mark.parametrize(("own", "told"), [("error", "warning"), ("warning", "warning"), ("info", "info")])
def test_an_unknown_severity_is_that_of_the_rule_but_no_error(tmp_path: Path, own: str, told: str) -> None:
    (violation,) = find(make(tmp_path, severity=own, severityExpression="string(unknown('x'))"), POD)
    assert violation.severity.name == told


def test_variables_may_use_earlier_ones_and_a_broken_unused_one_does_no_harm(tmp_path: Path) -> None:
    variables = [
        {"name": "base", "expression": "size(object.metadata.name)"},
        {"name": "broken", "expression": "object.absent"},
        {"name": "double", "expression": "variables.base * 2 // base".removesuffix(" // base")},
    ]
    rule = make(tmp_path, variables=variables, expression="variables.double == 2 || variables.broken == 1")
    assert find(rule, POD) == []


def test_parameters_have_defaults_that_configuration_replaces(tmp_path: Path) -> None:
    rule = make(
        tmp_path,
        params={"least": 3, "names": ["x", 'say "hi" \\ \u00fc'], "deep": {"a": [1.5, True]}},
        expression="size(object.metadata.name) >= params.least && params.deep.a[1] == true",
        messageExpression="'%d %s'.format([params.least, params.names[1]])",
    )
    (violation,) = find(rule, POD)
    assert violation.message == '3 say "hi" \\ \u00fc'
    assert find(rule, POD, parameters={"least": 1, "other": 5}) == []
    with pytest.raises(UsageError, match="parameter least of rule object-bad must be a int"):
        find(rule, POD, parameters={"least": "1"})


@pytest.mark.parametrize(("given", "seen"), [("aks", "aks"), ("", "generic")])
def test_provider(tmp_path: Path, given: str, seen: str) -> None:
    (violation,) = find(make(tmp_path, messageExpression="provider"), POD, provider=given)
    assert violation.message == seen


_DOC = """What is nowhere (`a: b`), sorted; empty if it is somewhere.

Unknown if it may stand in another file (open world). More is to be said.
"""


@pytest.fixture
def gadgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """An iterator `gadget` with two facts on it: one known, one not."""

    def known(subject: Subject) -> int:
        return len(subject.manifest.name)

    def absent(subject: Subject) -> None:
        assert subject.iterator == "gadget"

    def huge(subject: Subject) -> int:
        return 2**70 + len(subject.pointer)

    monkeypatch.setitem(ITERATORS, "gadget", lambda release, manifest: [Subject(release, manifest, "gadget", None, "")])
    for name, compute in {"gadget.size": known, "gadget.absent": absent, "gadget.huge": huge}.items():
        monkeypatch.setitem(FACTS, name, Fact(name, FactType.INT, frozenset({"gadget"}), compute, _DOC))


@pytest.mark.usefixtures("gadgets")
def test_a_fact_that_is_none_is_unknown(tmp_path: Path) -> None:
    assert find(make(tmp_path, forEach="gadget", expression="gadget.size == 1"), POD) == []
    assert find(make(tmp_path, forEach="gadget", expression="gadget.absent == 1 || gadget.size == 1"), POD) == []
    (violation,) = find(make(tmp_path, forEach="gadget", expression="gadget.absent == 1"), POD)
    assert violation.unknown
    assert violation.message == (
        "not decided: gadget.absent is not known: what is nowhere (`a: b`); "
        "unknown if it may stand in another file (with --closed none does)"
    )


@pytest.mark.usefixtures("gadgets")
def test_a_number_beyond_64_bits_is_unknown(tmp_path: Path) -> None:
    (violation,) = find(make(tmp_path, forEach="gadget", expression="gadget.huge == 1"), POD)
    assert violation.unknown
