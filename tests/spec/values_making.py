"""Values files for the tests of derived figures and checks, loaded the way the command line loads them."""

from __future__ import annotations

import json
from typing import Any

from chartgen import spec
from chartgen.errors import ValuesInvalid
from chartgen.model.problem import Problem
from chartgen.model.spec import Derived

Case = tuple[str, dict[str, Any], str, str, dict[str, Any]]
"""Name, values that are refused, key, words of the message, values that follow the remedy."""


def values(model_id: str, gpu_type: str, provider: str = "aks", /, **sections: Any) -> dict[str, Any]:
    """A values file with these three, and further sections; a section given here is merged into them."""
    whole: dict[str, Any] = {"model": {"id": model_id}, "gpu": {"type": gpu_type}, "cluster": {"provider": provider}}
    for name, section in sections.items():
        whole[name] = {**whole.get(name, {}), **section}
    return whole


def problems(whole: dict[str, Any]) -> list[Problem]:
    """Refusals and warnings of a values file."""
    try:
        return list(spec.load_text(json.dumps(whole), "values.yaml").warnings)
    except ValuesInvalid as error:
        return list(error.problems)


def derived(whole: dict[str, Any]) -> Derived:
    """The derived block of an accepted values file."""
    found = spec.load_text(json.dumps(whole), "values.yaml").spec.derived
    assert found is not None
    return found


def only(found: list[Problem]) -> Problem:
    (problem,) = found
    return problem


def check_refused(case: Case) -> None:
    """The case is refused once, at its key, with its words, a remedy and a place in the file."""
    _, whole, key, words, _ = case
    problem = only([problem for problem in problems(whole) if problem.fatal])
    assert problem.key == key
    assert words in problem.message
    assert problem.remedy
    assert problem.location.file == "values.yaml"


def check_accepted(case: Case) -> None:
    """The values that follow the remedy of the case are accepted."""
    assert [problem.message for problem in problems(case[-1]) if problem.fatal] == []
