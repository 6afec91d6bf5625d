"""Workflow commands, read back as the runner of GitHub Actions reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from report_samples import EVIL, FILES, FLOATING, NOTED, RENDERED, SHARED, TEXTS, UNKNOWN, nasty, report

from chartgen.model.finding import Finding
from chartgen.model.location import Location
from chartgen.report.content import Report
from chartgen.report.formats import render

UNESCAPED = {"%25": "%", "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}


@dataclass
class Command:
    name: str
    properties: dict[str, str]
    message: str


def unescaped(text: str) -> str:
    return re.sub("%(25|0D|0A|3A|2C)", lambda found: UNESCAPED[found[0]], text)


def commands(text: str) -> list[Command]:
    """A command is a line that begins with `::`; its head ends at the next `::`. The last line is for people."""
    *lines, last, end = text.split("\n")
    assert end == ""
    assert not last.lstrip().startswith("::")
    found = []
    for line in lines:
        match = re.fullmatch(r"::([a-z]+) (.*?)::(.*)", line)
        assert match, line
        pairs = [pair.split("=", 1) for pair in match[2].split(",")]
        found.append(Command(match[1], {key: unescaped(value) for key, value in pairs}, unescaped(match[3])))
    return found


def one(finding: Finding) -> Command:
    (command,) = commands(render(report(finding), "github"))
    return command


def test_a_finding_becomes_an_annotation_of_its_line() -> None:
    text = render(report(FLOATING, NOTED), "github")
    assert text == (
        "::warning file=b.yaml,line=7,col=9,title=image-tag-floating::tag latest%0AName a release, or keep "
        "`strategy: Recreate`.\n"
        "::notice file=b.yaml,line=8,col=1,title=container-port-mismatch::port 80\n"
        "found 1 warning and 1 info in 3 objects\n"
    )
    assert one(SHARED).name == "error"


def test_what_was_not_decided_is_a_notice() -> None:
    assert (one(UNKNOWN).name, one(UNKNOWN).properties["title"]) == ("notice", "shm-missing (not decided)")


def test_a_rendered_chart_is_marked_as_a_file() -> None:
    command = one(RENDERED)
    assert command.properties == {"file": "chart/templates/app.yaml", "line": "1", "title": "image-tag-floating"}
    assert command.message.startswith("tag main (Deployment vllm in namespace llm, line 42 of what Helm renders)\n")


def test_what_is_in_no_repository_is_named_in_the_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "r" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "r")
    for name in ("<stdin>", "../a.yaml"):
        command = one(replace(NOTED, location=Location(name, 8, 2)))
        assert command == Command("notice", {"title": "container-port-mismatch"}, f"{name}:8:2: port 80")


def test_a_clean_report_is_one_line_for_people() -> None:
    assert render(report(), "github") == "no findings in 3 objects\n"
    assert render(Report((), (), (), 0), "github") == "no Kubernetes objects found\n"


@pytest.mark.parametrize("text", EVIL)
def test_hostile_texts_stay_in_their_command(text: str) -> None:
    check(text, text)


@given(text=TEXTS, file=FILES)
def test_any_text_stays_in_its_command(text: str, file: str) -> None:
    check(text, file)


def check(text: str, file: str) -> None:
    command = one(nasty(text, file))
    assert command.name == "error"
    assert set(command.properties) in ({"title"}, {"file", "line", "col", "title"})
    assert command.properties["title"] == "some-rule"
    assert "\n" not in command.message
    if text.isascii() and text.isprintable():
        assert command.message.endswith(text)
