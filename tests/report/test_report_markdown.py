"""The comment on a pull request, as a renderer of GitHub's Markdown shows it."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from report_samples import ALL, EVIL, FILES, FLOATING, NOTED, RENDERED, SHARED, TEXTS, UNKNOWN, nasty, report

from chartgen.model.finding import Finding, Severity
from chartgen.report.content import Report, RuleNote
from chartgen.report.formats import render
from chartgen.report.printable import printable

GITHUB = MarkdownIt("gfm-like", {"html": True, "linkify": True})
# Services make mentions and references of these where they stand outside of code, after Markdown has been rendered.
REFERENCES = re.compile(r"@[\w-]|#\d|\bGH-\d|https?://|www\.", re.IGNORECASE)


class Page(HTMLParser):
    """The tags of a rendered comment, the cells of its table, and its text outside of code."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.cells: list[str] = []
        self.prose = ""
        self._in_code = self._in_cell = False
        self.feed(GITHUB.render(markdown))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not attrs
        self.tags.add(tag)
        self._in_code = tag == "code"
        if tag in {"td", "th"}:
            self._in_cell = True
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_code = False
        self._in_cell = self._in_cell and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.cells[-1] += data
        if not self._in_code:
            self.prose += data


def page(*findings: Finding) -> Page:
    return Page(render(report(*findings), "markdown"))


def test_a_comment_has_a_verdict_a_table_and_what_to_do() -> None:
    assert render(report(FLOATING, SHARED), "markdown") == (
        "<!-- chartgen lint -->\n"
        "**chartgen:** found 1 error and 1 warning in 3 objects\n"
        "\n"
        "| | rule | place | finding |\n"
        "| --- | --- | --- | --- |\n"
        "| error | `rwo-shared-replicas` | `deploy/vllm.yaml:3` | "
        "claim models is ReadWriteOnce, mounted by 3 replicas |\n"
        "| warning | `image-tag-floating` | `b.yaml:7` | tag latest |\n"
        "\n"
        "<details><summary>What to do</summary>\n"
        "\n"
        "- `image-tag-floating`: Name a release, or keep `strategy: Recreate`.\n"
        "- `rwo-shared-replicas`: Give each its own.\n"
        "\n"
        "</details>\n"
    )


def test_a_clean_report_is_a_line() -> None:
    expected = "<!-- chartgen lint -->\n**chartgen:** no findings in 3 objects\n"
    assert render(report(), "markdown") == expected


def test_the_worst_comes_first_and_what_was_not_decided_last() -> None:
    shown = page(NOTED, UNKNOWN, RENDERED, FLOATING).cells[4::4]
    assert shown == ["error", "warning", "info", "unknown"]


def test_a_rendered_chart_is_named_without_a_line_of_its_template() -> None:
    cells = page(RENDERED).cells
    assert cells[6:] == [
        "chart/templates/app.yaml",
        "tag main (Deployment vllm in namespace llm, line 42 of what Helm renders)",
    ]


def test_a_comment_fits_into_what_github_takes() -> None:
    many = [replace(FLOATING, message=f"{number} " + "&" * 2000, severity=Severity.info) for number in range(500)]
    text = render(report(*many, SHARED), "markdown")
    assert 20_000 < len(text) < 65_536
    rows = len(Page(text).cells) // 4 - 1
    assert f"... and {501 - rows} more findings." in text
    assert "rwo-shared-replicas" in text
    notes = tuple(RuleNote(f"r{number}", "t", Severity.info, "&" * 5000) for number in range(20))
    findings = tuple(replace(FLOATING, rule=note.name) for note in notes)
    assert len(render(Report(findings, notes, (), 1), "markdown")) < 65_536


@pytest.mark.parametrize("text", EVIL)
def test_hostile_texts_are_shown_as_text(text: str) -> None:
    check(text, text)


@given(text=TEXTS, file=FILES)
def test_any_text_is_shown_as_text(text: str, file: str) -> None:
    check(text, file)


def check(text: str, file: str) -> None:
    shown = page(nasty(text, file), *ALL)
    known = {"p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code", "details", "summary", "ul", "li"}
    assert shown.tags <= known
    assert not REFERENCES.search(shown.prose)
    assert len(shown.cells) == 4 * (1 + 1 + len(ALL))
    row = next(index for index in range(4, len(shown.cells), 4) if shown.cells[index + 1] == "some-rule")
    message = printable(" ".join(text.split()))
    assert shown.cells[row + 3].replace("\u200b", "").strip() == message.strip()
