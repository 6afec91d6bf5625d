"""Errors and the problems of a values file, as they are told."""

from __future__ import annotations

from chartgen.errors import InputError, UsageError, ValuesInvalid
from chartgen.model.location import Location
from chartgen.model.problem import Problem
from chartgen.report import problems

VALUES = "storage:\n  backend: azure-dsk  # typo\nmodel: {}\n"


def read(file: str) -> str:
    return VALUES if file == "values.yaml" else ""


def test_every_problem_of_a_values_file_is_shown_at_its_place() -> None:
    error = ValuesInvalid(
        "values.yaml",
        (
            Problem(
                Location("values.yaml", 2, 3), "storage.backend", "there is no azure-dsk", "did you mean azure-disk?"
            ),
            Problem(Location("values.yaml", 3, 1), "model.id", "is required", fatal=False),
        ),
    )
    assert (
        problems.failure(error, read)
        == """\
error: values.yaml: no chart was rendered, the values file is not valid

error[storage.backend]: there is no azure-dsk
 --> values.yaml:2:3
  |
2 |   backend: azure-dsk  # typo
  |   ^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean azure-disk?

warning[model.id]: is required
 --> values.yaml:3:1
  |
3 | model: {}
  | ^^^^^^^^^
"""
    )


def test_a_place_on_the_command_line_has_no_excerpt() -> None:
    error = InputError("not read", remedy="Do this.", location=Location("--set", 1, 1))
    assert problems.failure(error, read) == "error: not read\n --> --set:1:1\n  = help: Do this.\n"


def test_an_error_of_several_lines_keeps_them() -> None:
    assert problems.failure(UsageError("first\nsecond"), read) == "error: first\n  second\n"


def test_warnings_are_told_one_after_the_other() -> None:
    found = [Problem(Location("values.yaml", 3, 1), "model", text, fatal=False) for text in ("a", "b")]
    assert problems.warnings(found, read).count("warning[model]: ") == 2
    assert problems.warnings([], read) == ""
