"""What the API server refuses is predicted, and nothing else: each field with a twin that may change."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from upgrade_objects import API_VERSION, compared, made, named, text

from chartgen.catalogue import upgrades

CASES = tomllib.loads((Path(__file__).parent / "refusals.toml").read_text())["case"]
REFUSED = "immutable-field-changed"


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_predicts(case: dict[str, Any], tmp_path: Path) -> None:
    old, new = (text(made(case["kind"], case[side])) for side in ("old", "new"))
    code, found = compared(tmp_path, old, new)
    verdicts = named(found, REFUSED)
    assert [field for verdict in verdicts for field in verdict["fields"]] == case.get("refused", [])
    if "refused" in case:
        (verdict,) = verdicts
        assert case["answer"] in verdict["answer"]
        assert verdict["remedy"].endswith(".")
        assert verdict["source"]
        assert verdict["severity"] == ("warning" if case.get("possible") else "error")
        assert code == (0 if case.get("possible") else 1)
    else:
        assert code == 0


def test_every_row_of_the_table_has_a_case_that_it_refuses() -> None:
    answers = {(case["kind"], case["answer"]) for case in CASES if "refused" in case}
    missing = {
        row.field
        for kind, version in API_VERSION.items()
        for row in upgrades.immutable_fields(version.rpartition("/")[0], kind)
        if not any(kind in row.kinds and answer in row.sentence for kind, answer in answers)
    }
    assert missing == set()


def test_every_kind_that_refuses_also_lets_something_change() -> None:
    refusing = {case["kind"] for case in CASES if "refused" in case}
    letting = {case["kind"] for case in CASES if "refused" not in case}
    assert refusing <= letting


def test_a_hook_is_made_anew_and_never_refused(tmp_path: Path) -> None:
    hook = {"metadata": {"annotations": {"helm.sh/hook": "pre-upgrade"}}}
    one = made("Job", {**hook, "spec": {"template": {"spec": {"restartPolicy": "Never"}}}})
    other = made("Job", {**hook, "spec": {"template": {"spec": {"restartPolicy": "OnFailure"}}}})
    code, found = compared(tmp_path, text(one), text(other))
    assert (code, found["verdicts"]) == (0, [])
    assert found["objects"][0]["hook"]


def test_objects_are_the_same_by_kind_namespace_and_name(tmp_path: Path) -> None:
    old = made("Deployment", {"spec": {"selector": {"matchLabels": {"app": "a"}}}})
    moved = made("Deployment", {"metadata": {"namespace": "llm"}, "spec": {"selector": {"matchLabels": {"app": "b"}}}})
    _, found = compared(tmp_path, text(old), text(moved))
    assert [each["action"] for each in found["objects"]] == ["removed", "added"]
    code, found = compared(tmp_path, text(old), text(moved), "--namespace", "llm")
    assert [verdict["fields"] for verdict in named(found, REFUSED)] == [["spec.selector.matchLabels.app"]]
    assert code == 1


def test_a_new_version_of_an_api_is_the_same_object(tmp_path: Path) -> None:
    old = {**made("HorizontalPodAutoscaler", {"spec": {"maxReplicas": 3}}), "apiVersion": "autoscaling/v2beta2"}
    _, found = compared(tmp_path, text(old), text(made("HorizontalPodAutoscaler", {"spec": {"maxReplicas": 3}})))
    assert [field["path"] for each in found["objects"] for field in each["fields"]] == ["apiVersion"]
