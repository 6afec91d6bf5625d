"""Expressions: what is refused, with its place in the rule file, and what our functions mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cel_expr_python import cel
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_making import POD, find, make, parse

from chartgen.errors import RuleBroken
from chartgen.lint import examples
from chartgen.lint.expressions import literal, mask, uses
from chartgen.lint.facts.registry import FACTS, ITERATORS, Fact, FactType
from chartgen.lint.functions import amount
from chartgen.lint.release import Subject


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"expression": "object.kind =="}, "expression", "Syntax error"),
        (
            {"expression": "objekt.kind == 'Pod'"},
            "expression",
            "undeclared reference to 'objekt.kind': did you mean object.*column 7",
        ),
        ({"expression": "container.name == 'x'"}, "expression", "undeclared reference"),
        ({"expression": "object.?ready.orValue(true)"}, "expression", "is DYN, it must be BOOL; compare it"),
        ({"expression": "'yes'"}, "expression", "is STRING, it must be BOOL"),
        ({"messageExpression": "object.kind"}, "messageExpression", "is DYN, it must be STRING; wrap it"),
        ({"severityExpression": "1"}, "severityExpression", "is INT, it must be STRING"),
        ({"expression": "true // yes\n&& false"}, "expression", "comments are not allowed.*line 1, column 6"),
        ({"expression": "true\n  && false // x"}, "expression", "line 2, column 12"),
        ({"expression": "variables.nope == 1"}, "expression", "there is no variable nope"),
        ({"expression": "params.nope == 1", "params": {"least": 1}}, "expression", "there is no parameter nope"),
        ({"expression": "quantity('1') < quantity('2')"}, "expression", "no matching overload"),
        ({"expression": "engine.tensorParalel == 1", "forEach": "container"}, "expression", "undeclared"),
        ({"forEach": "contaner"}, "forEach", "there is no iterator contaner, did you mean container"),
        ({"related": ["nonesuch"]}, "related", "there is no related place nonesuch"),
        ({"at": "related:targt"}, "at", "there is no related place targt, did you mean target"),
    ],
)
def test_refused(tmp_path: Path, changed: dict[str, Any], field: str, message: str) -> None:
    rule = make(tmp_path, **changed)
    with pytest.raises(RuleBroken, match=message) as raised:
        find(rule, POD)
    line = next(n for n, text in enumerate(Path(rule.file).read_text().splitlines(), 1) if text.startswith(f"{field}:"))
    assert raised.value.location is not None
    assert (raised.value.location.file, raised.value.location.line) == (rule.file, line)


def test_has_does_not_ask_whether_a_fact_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Fact("gizmo.known", FactType.BOOL, frozenset({"gizmo"}), lambda subject: None, "")
    monkeypatch.setitem(ITERATORS, "gizmo", lambda release, manifest: [Subject(release, manifest, "gizmo", {}, "")])
    monkeypatch.setitem(FACTS, "gizmo.known", known)
    with pytest.raises(RuleBroken, match=r"has\(gizmo.known\) does not ask whether the fact is known"):
        find(make(tmp_path, forEach="gizmo", expression="has(object.spec) &&\n has( gizmo.known )"), POD)


def test_a_fact_on_another_iterator_is_refused_with_its_iterators(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Fact("gizmo.elsewhere", FactType.BOOL, frozenset({"pod", "env"}), lambda subject: None, "")
    monkeypatch.setitem(FACTS, "gizmo.elsewhere", elsewhere)
    pod = POD.replace("spec: {", "spec: {volumes: [{name: v, emptyDir: {}}], ")
    with pytest.raises(RuleBroken, match="this fact is known on env, pod, not on volume"):
        find(make(tmp_path, forEach="volume", expression="gizmo.elsewhere"), pod)


def test_an_error_in_a_variable_points_to_the_variable(tmp_path: Path) -> None:
    variables = [
        {"name": "fine", "expression": "1"},
        {"name": "wrong", "expression": "variables.fine +\n   absent"},
    ]
    rule = make(tmp_path, variables=variables, expression="variables.wrong == variables.fine")
    with pytest.raises(RuleBroken, match=r"/variables/1/expression.*absent.*line 2, column 4 "):
        find(rule, POD)


def test_the_column_is_that_of_the_expression_behind_its_variables(tmp_path: Path) -> None:
    rule = make(
        tmp_path,
        variables=[{"name": "x", "expression": "1"}],
        expression="variables.x == 1 &&\n  absent == variables.x",
    )
    with pytest.raises(RuleBroken, match=r"at /expression.*absent.*line 2, column 3 "):
        find(rule, POD)


def test_slashes_in_a_string_are_no_comment(tmp_path: Path) -> None:
    (violation,) = find(make(tmp_path, messageExpression="'see https://example.com/ or r' + r'//\\d'"), POD)
    assert violation.message == "see https://example.com/ or r//\\d"


def test_a_variable_named_in_a_string_stays_text(tmp_path: Path) -> None:
    rule = make(
        tmp_path,
        variables=[{"name": "x", "expression": "'value'"}],
        messageExpression="'variables.x is ' + variables.x",
    )
    (violation,) = find(rule, POD)
    assert violation.message == "variables.x is value"


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("engine.port == 1", {"engine.port"}),
        ("engine . port == 1", {"engine.port"}),
        ("engine.ports == 1", set()),
        ("x.engine.port == 1", set()),
        ("'engine.port' == \"engine.port\"", set()),
        ("'it\\'s engine.port' == r'\\' + string(claim.modes.size())", {"claim.modes"}),
        ('"""engine.port "quoted" """ == "" || claim.modes.exists(m, m == "x")', {"claim.modes"}),
    ],
)
def test_names_that_an_expression_uses(text: str, used: set[str]) -> None:
    assert uses(text, ["engine.port", "claim.modes"]) == used


@given(st.text(alphabet="ab'\"\\r/. \n", max_size=30))
def test_masking_keeps_every_index(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert [i for i, c in enumerate(masked) if c == "\n"] == [i for i, c in enumerate(text) if c == "\n"]


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
plain = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda members: st.lists(members, max_size=3) | st.dictionaries(texts, members, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(plain)
def test_a_parameter_of_any_value_arrives_as_it_is(value: Any) -> None:
    environment = cel.NewEnv(variables={})
    assert environment.compile(literal(value)).eval(environment.Activation({})).plain_value() == value


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1), ("+2", 2), ("-3", -3), ("1.5Gi", 1610612736), (".5", 0.5), ("5.", 5), ("100m", 0.1), ("1k", 1000),
        ("1M", 10**6), ("1G", 10**9), ("1T", 10**12), ("1P", 10**15), ("1E", 10**18), ("3n", 3e-9), ("7u", 7e-6),
        ("1e3", 1000), ("1E3", 1000), ("12e-1", 1.2), ("1Ki", 1024), ("2Mi", 2**21), ("1Ti", 2**40), ("1Pi", 2**50),
        ("1Ei", 2**60),
    ],
)  # fmt: skip
def test_quantities(text: str, number: float) -> None:
    assert float(amount(text)) == number


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("0.5n", "1n"), ("-0.5n", "-1n"), ("1e-20", "1n"), ("0.99999999999", "1"), ("0.0000000001Gi", "107374183n"),
        ("10Ei", "9223372036854775807"), ("-33.5Ei", "-9223372036854775807"), ("10E", "10e18"),
        ("0.3", "300000000n"),
    ],
)  # fmt: skip
def test_quantities_are_kept_as_kubernetes_keeps_them(text: str, same: str) -> None:
    """Expected values: resource.ParseQuantity of k8s.io/apimachinery 0.37 (whole nanos, rounded up; a cap for Ki)."""
    assert amount(text) == amount(same)


@pytest.mark.parametrize(
    "text", ["", "Gi", "1 Gi", "1gi", "1K", "1GiB", "1e", "1e9999", "--1", "0x10", "1,5", "nan", "1\n", "\u0663Gi"]
)
def test_no_quantities(text: str) -> None:
    with pytest.raises(ValueError, match="is not a quantity"):
        amount(text)


@pytest.mark.parametrize(
    "expression",
    [
        "quantity('1Gi') == quantity('1024Mi')",
        "quantity('1Gi').isLessThan(quantity('1.1Gi'))",
        "!quantity('1Gi').isLessThan(quantity('1Gi'))",
        "quantity('1500m').isGreaterThan(quantity(1))",
        "quantity(2.5).compareTo(quantity('2500m')) == 0",
        "quantity('1').compareTo(quantity('2')) == -1",
        "quantity('1Ki').add(quantity('24')).asInteger() == 1048",
        "quantity('1Ki').sub(quantity('24')).asApproximateFloat() == 1000.0",
        "quantity('-1').sign() == -1 && quantity('0').sign() == 0",
        "quantity('100m').add(quantity('200m')).compareTo(quantity('300m')) == 0",
        "quantity('0.3').sub(quantity('0.1')) == quantity('0.2')",
        "quantity('9007199254740992').isLessThan(quantity('9007199254740993'))",
        "quantity('9007199254740993').asInteger() == 9007199254740993",
        "quantity('100m').isInteger() == false",
        "isQuantity('1Gi') && !isQuantity('1GiB')",
        "labels({'b': '2', 'a': '1'}) == 'a=1,b=2'",
        "labels(object.metadata.labels) == 'a/b=c,d='",
        "math.greatest(1, 2) == 2 && object.?absent.orValue(1) == 1 && 'a,b'.split(',').size() == 2",
    ],
)
def test_functions(tmp_path: Path, expression: str) -> None:
    text = "{apiVersion: v1, kind: Pod, metadata: {labels: {d: '', a/b: c}}}"
    assert find(make(tmp_path, expression=expression), text) == []


@pytest.mark.parametrize("expression", ["quantity('big') == quantity('1')", "quantity('1.5').asInteger() == 1"])
def test_functions_break_on_what_they_do_not_accept(tmp_path: Path, expression: str) -> None:
    with pytest.raises(RuleBroken):
        find(make(tmp_path, expression=expression), POD)
    assert find(make(tmp_path, expression=f"{expression} || true"), POD) == []


def many_labels(message: str) -> dict[str, Any]:
    labels = ", ".join(f"k{index}: v" for index in range(12))
    text = f"{{apiVersion: v1, kind: Pod, metadata: {{labels: {{{labels}}}}}}}"
    bad = {"manifests": text, "at": ""}
    good = {"manifests": "{apiVersion: v1, kind: Secret}"}
    return {
        "match": {"kinds": ["Pod"]},
        "messageExpression": message,
        "examples": {"pass": [good | {"name": n} for n in "ab"], "fail": [bad | {"name": n} for n in "ab"]},
    }


def test_examples_show_a_message_in_map_order(tmp_path: Path) -> None:
    random = make(tmp_path, **many_labels("object.metadata.labels.map(k, k).join(',')"))
    assert any("says other things in another run" in problem for problem in examples.check(random, parse))
    sorted_ = make(tmp_path, **many_labels("labels(object.metadata.labels)"))
    assert examples.check(sorted_, parse) == []
