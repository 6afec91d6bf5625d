"""Questions on a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import click

from chartgen.pipeline.drafts import next_question, with_sets


def ask(values: dict[str, Any], sets: Sequence[str]) -> None:
    """Put the answers to every question that `values` and `sets` leave open into `values`; asked on standard error."""
    while (question := next_question(with_sets(values, sets))) is not None:
        click.echo(f"\n{question.text}", err=True)
        default = question.default or None
        answer: str | int
        if question.options:
            answer = click.prompt(question.key, type=click.Choice(question.options), default=default, err=True)
        else:
            fitting = _Matching(question.pattern, question.expects)
            answer = click.prompt(question.key, value_proc=fitting, default=default, err=True)
        section, _, key = question.key.partition(".")
        values.setdefault(section, {})[key] = answer


class _Matching:
    """Takes a free answer, a number where it is one, if the schema's pattern allows it."""

    def __init__(self, pattern: str, expects: str) -> None:
        self._pattern = pattern
        self._expects = expects

    def __call__(self, answer: str) -> str | int:
        text = answer.strip()
        if self._pattern and not re.search(self._pattern, text):
            raise click.UsageError(f"this is not {self._expects or 'accepted here'}")
        return int(text) if text.isdigit() and len(text) < 10 else text
