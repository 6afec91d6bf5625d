"""`--set key=value` beside a values file."""

from __future__ import annotations

import pytest
from values_text import MINIMAL

from chartgen import spec
from chartgen.errors import UsageError, ValuesInvalid
from chartgen.model.problem import Problem


def refused(text: str, *sets: str) -> list[Problem]:
    with pytest.raises(ValuesInvalid) as caught:
        spec.load_text(text, "values.yaml", sets)
    return list(caught.value.problems)


def test_they_win_and_reach_every_kind_of_key() -> None:
    sets = [
        "workload.replicas=3",
        "pod.labels.example\\.com/team=a",
        "engine.image.pullSecrets[0]=login",
        'engine.image.tag="0.33"',
        "engine.env.A=",
        "cluster.tolerations[0].key=x=y",
        "cluster.tolerations[0].key=team",
        "name=null",
    ]
    found = spec.load_text("name: x\n" + MINIMAL, "values.yaml", sets).spec
    assert found.workload.replicas == 3
    assert found.pod.labels == {"example.com/team": "a"}
    assert found.engine.image.pull_secrets == ("login",)
    assert found.engine.image.tag == "0.33"
    assert found.engine.env == {"A": ""}
    assert found.cluster.tolerations == ({"key": "team"},)
    assert found.name is None


def test_a_problem_with_one_is_told_at_the_override() -> None:
    (problem,) = refused(MINIMAL, "workload.replicas=none")
    assert (problem.location.file, problem.location.line) == ("--set", 1)
    (problem,) = refused(MINIMAL + "wat: 1\n", "workload.replicas=2")
    assert problem.location.file == "values.yaml"


def test_the_file_is_not_changed_by_one() -> None:
    text = MINIMAL + "spot: &s {policy: never}\n"
    changed = spec.load_text(text, "values.yaml", ["spot.policy=require"])
    assert changed.values["spot"] == {"policy": "require"}
    assert spec.load_text(changed.text, "values.yaml").text == changed.text


@pytest.mark.parametrize(
    "assignment",
    [
        *("", "x", "=x", ".a=x", "a.=x", "a..b=x", "a[x]=1", "[0]=x", "cluster[0]=x", "gpu.type[0]=x", "model.id.x=1"),
        *('name="x', 'name="x" y', "name='a': b", "engine.image.pullSecrets[7]=x"),
    ],
)
def test_what_is_none_is_a_usage_error(assignment: str) -> None:
    with pytest.raises(UsageError) as caught:
        spec.load_text(MINIMAL, "values.yaml", [assignment])
    assert caught.value.remedy
