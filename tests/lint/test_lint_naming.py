"""What rules are called: older names, clashes, and which rules a profile holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from rule_making import write

from chartgen import lint
from chartgen.errors import RuleBroken, UsageError
from chartgen.model.rule import Profile


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, name="a-bad", aliases=["a-wrong", "a-poor"], profile="min")
    write(tmp_path, name="b-bad")
    write(tmp_path, name="c-bad", profile="strict", locked=True)
    return tmp_path


def test_fields_arrive(folder: Path) -> None:
    found = {rule.name: (rule.profile, rule.aliases, rule.locked) for rule in lint.load(folder)}
    assert found == {
        "a-bad": (Profile.min, ("a-wrong", "a-poor"), False),
        "b-bad": (Profile.default, (), False),
        "c-bad": (Profile.strict, (), True),
    }


@pytest.mark.parametrize(
    ("profile", "select", "names"),
    [
        (Profile.min, [], ["a-bad"]),
        (Profile.default, [], ["a-bad", "b-bad"]),
        (Profile.strict, [], ["a-bad", "b-bad", "c-bad"]),
        (Profile.default, ["testing"], ["a-bad", "b-bad"]),
        (Profile.min, ["c-bad"], ["c-bad"]),
        (Profile.min, ["c-bad", "testing"], ["a-bad", "c-bad"]),
    ],
)
def test_a_profile_holds_those_below_it_and_a_rule_that_is_named(
    folder: Path, profile: Profile, select: list[str], names: list[str]
) -> None:
    assert [rule.name for rule in lint.chosen(lint.load(folder), select, (), profile)] == names


def test_an_older_name_means_the_rule(folder: Path) -> None:
    assert [rule.name for rule in lint.load(folder, select=["a-wrong"])] == ["a-bad"]
    assert [rule.name for rule in lint.load(folder, ignore=["a-poor", "c-bad"])] == ["b-bad"]
    names = lint.names(lint.load(folder))
    assert (names.now("a-wrong"), names.now("testing"), names.now("other")) == ("a-bad", "testing", "other")
    assert names.renamed(["b-bad", "a-wrong", "testing", "a-wrong"]) == ("rule a-wrong is called a-bad now",)


def test_suggestions_are_names_of_today(folder: Path) -> None:
    with pytest.raises(UsageError, match="there is no rule a-wron") as raised:
        lint.load(folder, select=["a-wron"])
    assert "a-wrong" not in raised.value.remedy


@pytest.mark.parametrize(
    ("alias", "message"),
    [
        ("b-bad", "b-bad is the name of rule b-bad too"),
        ("d-bad", "its alias d-bad is the name of the rule"),
        ("testing", "its alias testing is the name of a group"),
        ("a-poor", "a-poor is the alias of rule a-bad too"),
    ],
)
def test_clashes_are_refused(folder: Path, alias: str, message: str) -> None:
    file = write(folder, name="d-bad", aliases=[alias])
    with pytest.raises(RuleBroken) as raised:
        lint.load(folder)
    assert message in raised.value.message
    assert str(file) in raised.value.message


def test_a_rule_of_another_folder_may_not_have_a_name_that_is_taken(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    write(other, name="a-wrong")
    with pytest.raises(RuleBroken, match="a-wrong is the"):
        lint.load(folder, further=[other])
